"""Names that stand for something declared elsewhere: references, event kinds, recipients, attributes and their values."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from upheld.kernel.text import listed
from upheld.policy.declared import ATTRIBUTE_SECTIONS, noun, where_declared
from upheld.policy.nodes import Node, Scalar
from upheld.policy.reading import Reading, Wrong
from upheld.policy.shapes.shape import Definitions, Shape

COMMITMENT_EVENTS = ("commitment.warned", "commitment.breached", "commitment.waived")
RECIPIENTS = (
    "assignee",
    "requester",
    "watchers",
    "team",
    "team-lead",
    "manager",
    "account-manager",
    "on-call",
    "administrators",
    "account-contacts",
)
_LEVEL = re.compile(r"level-([1-9])")


class Ref(Shape[str]):
    """The name of something that a section of the policy declares."""

    def __init__(self, section: str) -> None:
        self.section = section
        self.words = f"the name of a {noun(section)}"

    def read(self, node: Node, at: Reading) -> str | Wrong:
        if not isinstance(node, Scalar) or node.is_null:
            return at.refuse_kind(node, self.words)
        return check_name(node, node.text, self.section, at)

    def describe(self, _: Definitions) -> dict[str, Any]:
        return {"type": ["string", "integer"]}


def check_name(node: Node, name: str, section: str, at: Reading) -> str | Wrong:
    known = at.declared.names(section)
    if known is None or name in known:
        return name
    return at.refuse_name(node, noun(section), name, known, where_declared(section))


class _EventKind(Shape[str]):
    words = "a kind of event, as in ticket.opened"
    title = "event"
    _pattern = r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$"

    def read(self, node: Node, at: Reading) -> str | Wrong:
        if not isinstance(node, Scalar) or node.is_null:
            return at.refuse_kind(node, self.words)
        kind, vocabulary = node.text, at.session.vocabulary
        if vocabulary is None or kind in COMMITMENT_EVENTS:
            known: Collection[str] = ()
        elif at.subject:
            known = vocabulary[at.subject].events if at.subject in vocabulary else ()
        else:
            known = vocabulary.event_kinds()
        if known and kind not in known:
            return self._refuse(node, kind, known, at)
        if re.fullmatch(self._pattern, kind):
            return kind
        return at.refuse(
            node, f"'{kind[:60]}' is not a kind of event.", "Write a subject and what happened to it: ticket.opened."
        )

    def _refuse(self, node: Node, kind: str, known: Collection[str], at: Reading) -> Wrong:
        vocabulary = at.session.vocabulary
        if vocabulary is not None and kind in vocabulary.event_kinds():
            problem = f"'{kind}' happens to another subject than '{at.subject}', which this is about."
            return at.refuse(node, problem, f"Use one of {listed([*known, *COMMITMENT_EVENTS], last='or')}.")
        return at.refuse_name(node, "event", kind, [*known, *COMMITMENT_EVENTS], "")

    def describe(self, _: Definitions) -> dict[str, Any]:
        return {"type": "string", "pattern": self._pattern}


EVENT = _EventKind()


class _SubjectName(Shape[str]):
    words = "a subject, as in ticket or account"

    def read(self, node: Node, at: Reading) -> str | Wrong:
        if not isinstance(node, Scalar) or node.is_null:
            return at.refuse_kind(node, self.words)
        vocabulary = at.session.vocabulary
        if vocabulary is None or node.text in vocabulary:
            return node.text
        return at.refuse_name(node, "subject", node.text, vocabulary.names(), "")

    def describe(self, _: Definitions) -> dict[str, Any]:
        return {"type": "string"}


SUBJECT = _SubjectName()


class _Recipient(Shape[str]):
    words = "a recipient, as in assignee, team-lead, level-2, department:billing or a rung such as support:3"
    title = "recipient"

    def read(self, node: Node, at: Reading) -> str | Wrong:
        if not isinstance(node, Scalar) or node.is_null:
            return at.refuse_kind(node, self.words)
        name = node.text
        head, colon, tail = name.partition(":")
        if colon and head == "department":
            return name if check_name(node, tail, "departments", at) == tail else Wrong.WRONG
        if colon:
            return _rung(node, head, tail, at)
        level = _LEVEL.fullmatch(name)
        if level:
            return name if check_name(node, level[1], "levels", at) == level[1] else Wrong.WRONG
        if name in RECIPIENTS:
            return name
        levels = [f"level-{number}" for number in at.declared.names("levels") or ()]
        return at.refuse_name(node, "recipient", name, [*RECIPIENTS, *levels], "")

    def describe(self, _: Definitions) -> dict[str, Any]:
        return {
            "anyOf": [
                {"enum": list(RECIPIENTS)},
                {"type": "string", "pattern": r"^(level-[1-9]|department:.+|[^:]+:[0-9]+)$"},
            ]
        }


def _rung(node: Node, ladder: str, number: str, at: Reading) -> str | Wrong:
    if check_name(node, ladder, "ladders", at) != ladder or not is_rung(node, ladder, number, at):
        return Wrong.WRONG
    return f"{ladder}:{number}"


def is_rung(node: Node, ladder: str, number: str, at: Reading) -> bool:
    """Whether the ladder, where it is declared, has such a rung; a problem is recorded when not."""
    highest = at.declared.rungs.get(ladder)
    if number.isdigit() and len(number) < 4 and int(number) >= 1 and (highest is None or int(number) <= highest):
        return True
    rungs = f"'{ladder}' has {highest} rungs" if highest is not None else "rungs are counted from 1"
    at.refuse(node, f"Unknown rung '{number[:20]}': {rungs}.", f"Write a number from 1 to {highest or 9}.")
    return False


RECIPIENT = _Recipient()


def check_attribute(node: Node, name: str, at: Reading) -> bool:
    """Whether the subject has such an attribute; a problem is recorded when not."""
    vocabulary = at.session.vocabulary
    if vocabulary is None or not at.subject or at.subject not in vocabulary:
        return True
    known = vocabulary[at.subject].attributes
    if name in known:
        return True
    at.refuse_name(node, f"attribute of {at.subject}", name, known, "")
    return False


def check_value(node: Node, attribute: str, value: str, at: Reading) -> bool:
    """Whether the attribute can have such a value; a problem is recorded when not."""
    known, where = _known_values(attribute, at)
    if known is None or value in known:
        return True
    at.refuse_name(node, attribute.replace("_", " "), value, known, where)
    return False


def values_of(attribute: str, at: Reading) -> tuple[str, ...] | None:
    """All values that the attribute can have, in the order of their declaration; None when any may stand."""
    known, _ = _known_values(attribute, at)
    return known


def _known_values(attribute: str, at: Reading) -> tuple[tuple[str, ...] | None, str]:
    vocabulary = at.session.vocabulary
    section: frozenset[str] | frozenset[bool] | str | None = ATTRIBUTE_SECTIONS.get(attribute)
    if vocabulary is not None and at.subject in vocabulary:
        section = vocabulary[at.subject].attributes.get(attribute)
    if section is None:
        return None, ""
    if isinstance(section, str):
        return at.declared.names(section), where_declared(section)
    return tuple(sorted(written(value) for value in section)), ""


def written(value: object) -> str:
    """A value of an attribute as a policy file writes it: `true`, `P1`, `3`."""
    return str(value).lower() if isinstance(value, bool) else str(value)
