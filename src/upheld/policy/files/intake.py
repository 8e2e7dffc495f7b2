"""intake.yaml: what a ticket is asked for when it begins, and what has to be recorded before it closes."""

from __future__ import annotations

from upheld.policy.files.policy import ABOUT, LABEL
from upheld.policy.model import Field
from upheld.policy.nodes import Entries, Scalar
from upheld.policy.reading import Reading
from upheld.policy.shapes.collections import ByName, Key, ListOf, Record, plainly, thing
from upheld.policy.shapes.values import TEXT, YES_NO, one_of

KINDS = ("text", "long", "number", "choice", "datetime", "yes-no", "phone")


def _check(node: Entries, at: Reading, meant: set[str]) -> None:
    kind = node.get("kind")
    is_choice = isinstance(kind, Scalar) and kind.text == "choice"
    if is_choice and "choices" not in meant:
        at.refuse(None, "Missing key 'choices'.", "Add 'choices: [a, b]', or another 'kind:'.")
    elif node.get("choices") is not None and not is_choice:
        at.under("choices", node.entries["choices"][0]).refuse(
            None, "'choices' needs 'kind: choice'.", "Add 'kind: choice'."
        )


FIELD: Record[Field] = Record(
    thing(Field),
    LABEL,
    ABOUT,
    Key("kind", one_of(*KINDS), "What is filled in: one line of text, unless said."),
    Key("required", YES_NO, "Whether it has to be filled in."),
    Key("choices", ListOf(TEXT), "What one can choose from."),
    Key("helpful", YES_NO, "Whether it is one of the helpful additions rather than an essential."),
    words="a field",
    title="field",
    check=_check,
    relations={
        "if": {"required": ["kind"], "properties": {"kind": {"const": "choice"}}},
        "then": {"required": ["choices"]},
        "else": {"not": {"required": ["choices"]}},
    },
)

INTAKE_FILE: Record[dict[str, object]] = Record(
    plainly(dict),
    Key("intake", ByName(FIELD, "fields"), "What a ticket is asked for when it begins."),
    Key("closing", ByName(FIELD, "fields"), "What has to be recorded before a ticket closes."),
)
