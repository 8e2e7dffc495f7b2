"""targets.yaml: figures that the company aims at, such as satisfaction or uptime."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from upheld.kernel.durations import SECOND, parse_duration
from upheld.policy.files.policy import ABOUT, LABEL
from upheld.policy.model import Target
from upheld.policy.nodes import Entries, Scalar
from upheld.policy.reading import Reading
from upheld.policy.shapes.collections import WORDS, ByName, Key, Record, Values, plainly, thing
from upheld.policy.shapes.conditions import ChoiceOf
from upheld.policy.shapes.shape import Single
from upheld.policy.shapes.values import NUMBER, TEXT, percent


def _figure(text: str, at: Reading) -> float:
    """Percentages become shares of 1, durations seconds."""
    share = percent(text)
    if share is not None:
        return round(share, 9)
    if re.fullmatch(r"[-+]?[0-9.]+", text):
        return NUMBER.parse(text, at)
    return parse_duration(text) / SECOND


FIGURE = Single(
    "a number, a percentage or a duration, as in 4.5, 99.5% or 5m",
    _figure,
    {"type": ["number", "string"], "pattern": r"^[-+]?[0-9]"},
    title="figure",
)
_CHOICE = ChoiceOf(FIGURE, "figure")


def _check(_: Entries, at: Reading, meant: set[str]) -> None:
    if not {"at_least", "at_most"} & meant:
        at.refuse(None, "Missing key 'at_least'.", "Add 'at_least: 95%' or 'at_most: 5m'.")


def _with_unit(node: Entries, at: Reading) -> str:
    """`%` or `s` when the figures say so."""
    text = " ".join(_texts(node.get("at_least")) + _texts(node.get("at_most")))
    if "%" in text:
        return "%"
    return "s" if re.search(r"[0-9](mo|[smhdwqy])\b", text) else ""


def _texts(node: Any) -> list[str]:
    if isinstance(node, Scalar):
        return [node.text]
    if isinstance(node, Entries):
        return [text for key, value in node if key.text != "by" for text in _texts(value)]
    return []


class _TargetRecord(Record[Target]):
    """A target learns its unit from the way its figures are written."""

    def read(self, node: Any, at: Reading) -> Any:
        target = super().read(node, at)
        if isinstance(target, Target) and not target.unit:
            return replace(target, unit=_with_unit(node, at))
        return target


def _target(values: Values, at: Reading) -> Target:
    return thing(Target)(values, at)


TARGET = _TargetRecord(
    _target,
    LABEL,
    ABOUT,
    Key("at_least", _CHOICE, "The figure has to reach this."),
    Key("at_most", _CHOICE, "The figure must not pass this."),
    Key("of", NUMBER, "The most that it can be, as in 4.5 of 5."),
    Key("unit", TEXT, "The unit, for reading; percentages and durations bring their own."),
    Key("measured", WORDS, "How, where and how often it is measured."),
    Key("source", TEXT, "Where it was promised: document and section."),
    words="a target",
    title="target",
    check=_check,
    relations={"anyOf": [{"required": ["at_least"]}, {"required": ["at_most"]}]},
)

TARGETS_FILE: Record[dict[str, object]] = Record(
    plainly(dict),
    Key("targets", ByName(TARGET, "targets", name_only=False), "The figures, by name.", required=True),
)
