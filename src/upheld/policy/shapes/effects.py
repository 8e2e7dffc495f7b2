"""Warnings and what follows from them: marks (`50%`, `30m`) and effects (`{notify: team-lead}`)."""

from __future__ import annotations

from typing import Any

from upheld.policy.model import Effect, Mark
from upheld.policy.nodes import Entries, Items, Node, Scalar, plain
from upheld.policy.reading import WRONG, Reading, Wrong
from upheld.policy.shapes.collections import ListOf
from upheld.policy.shapes.names import RECIPIENT, Ref, check_attribute, check_value, is_rung
from upheld.policy.shapes.shape import Definitions, Refused, Shape, Single
from upheld.policy.shapes.values import DURATION, percent

_EXAMPLES = "{notify: team-lead}, {raise: support, to: 2}, {page: on-call}, {assign: level-2} or {set: {priority: P1}}"
_TO_PEOPLE = ("notify", "page", "assign")
KINDS = (*_TO_PEOPLE, "raise", "set")


def _mark(text: str, at: Reading) -> Mark:
    share = percent(text)
    if share is None:
        return Mark(text, before=DURATION.parse(text, at))
    if not 0 < share < 1:
        raise Refused(f"'{text}' is no warning: it has to come before the time is up.", "Write a share from 1% to 99%.")
    return Mark(text.replace(" ", ""), share=share)


MARK = Single(
    "a share of the time such as 50%, or a duration before it is due such as 30m",
    _mark,
    {"type": "string", "pattern": r"^\s*([0-9.]+\s*%|([0-9]{1,9}(mo|[smhdwqy]) ?)+)$"},
    title="mark",
)


class _EffectShape(Shape[tuple[Effect, ...]]):
    """One mapping may hold several effects and one effect several recipients: it becomes as many effects."""

    words = f"what to do: {_EXAMPLES}"
    title = "effect"

    def read(self, node: Node, at: Reading) -> tuple[Effect, ...] | Wrong:
        if not isinstance(node, Entries):
            return at.refuse_kind(node, self.words)
        effects: list[Effect] = []
        complete = True
        for key, value in node:
            here = at.under(key.text, key)
            read = _effects(key, value, node, here)
            if isinstance(read, Wrong):
                complete = False
            else:
                effects += read
        if complete and not effects:
            return at.refuse(node, "This says nothing to do.", f"Write {self.words}.")
        return tuple(effects) if complete else WRONG

    def describe(self, definitions: Definitions) -> dict[str, Any]:
        people = ListOf(RECIPIENT).schema(definitions)
        properties: dict[str, Any] = dict.fromkeys(_TO_PEOPLE, people)
        properties["raise"] = {"type": "string", "description": "A ladder of escalation.yaml."}
        properties["to"] = {
            "type": "integer",
            "minimum": 1,
            "description": "The rung to raise to; else the next one up.",
        }
        properties["set"] = {"type": "object", "minProperties": 1, "description": "Attributes and their new values."}
        return {
            "type": "object",
            "minProperties": 1,
            "additionalProperties": False,
            "properties": properties,
            "dependentRequired": {"to": ["raise"]},
        }


def _effects(key: Scalar, value: Node, whole: Entries, at: Reading) -> list[Effect] | Wrong:
    kind = key.text
    if kind in _TO_PEOPLE:
        people = ListOf(RECIPIENT).read(value, at)
        return WRONG if isinstance(people, Wrong) else [Effect(kind, person, place=at.place) for person in people]
    if kind == "raise":
        return _raise(value, whole, at)
    if kind == "set":
        return _set(value, at)
    if kind == "to":
        if whole.get("raise") is not None:
            return []
        return at.refuse(key, "'to' belongs to 'raise'.", "Write {raise: LADDER, to: 2}.")
    return at.refuse_name(key, "effect", kind, [*KINDS, "to"], "")


def _raise(value: Node, whole: Entries, at: Reading) -> list[Effect] | Wrong:
    ladder = Ref("ladders").read(value, at)
    to = whole.get("to")
    if isinstance(ladder, Wrong) or to is None:
        return WRONG if isinstance(ladder, Wrong) else [Effect("raise", ladder, place=at.place)]
    number = to.text if isinstance(to, Scalar) else ""
    if not is_rung(to, ladder, number, at):
        return WRONG
    return [Effect("raise", ladder, {"to": int(number)}, at.place)]


def _set(value: Node, at: Reading) -> list[Effect] | Wrong:
    if not isinstance(value, Entries) or not value.entries:
        return at.refuse_kind(value, "attributes and their new values: {priority: P1}")
    complete = True
    for key, new in value:
        here = at.under(key.text, key)
        if isinstance(new, Items | Entries) or new.is_null:
            complete = here.refuse_kind(new, "one new value") is None
        elif not (check_attribute(key, key.text, here) and check_value(new, key.text, new.text, here)):
            complete = False
    return [Effect("set", "", plain(value), at.place)] if complete else WRONG


class _EffectList(Shape[tuple[Effect, ...]]):
    words = f"a list of effects: {_EXAMPLES}"

    def read(self, node: Node, at: Reading) -> tuple[Effect, ...] | Wrong:
        read = ListOf(EFFECT).read(node, at)
        return WRONG if isinstance(read, Wrong) else tuple(effect for effects in read for effect in effects)

    def describe(self, definitions: Definitions) -> dict[str, Any]:
        return ListOf(EFFECT).describe(definitions)


EFFECT = _EffectShape()
EFFECTS = _EffectList()
