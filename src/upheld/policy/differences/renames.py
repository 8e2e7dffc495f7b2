"""What was only renamed: found where all else about a thing is equal, and written into the old policy, so that everything that
speaks of it is compared under its new name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

from upheld.hours import Calendar
from upheld.policy.declared import ATTRIBUTE_SECTIONS
from upheld.policy.differences.equality import form, same
from upheld.policy.matching import Choice, Matcher, OneOf
from upheld.policy.model import Address, Category, Department, Effect, Notification, PhoneNumber, Policy, Rung, Words

SECTIONS = (
    "calendars",
    "plans",
    "priorities",
    "departments",
    "categories",
    "product_areas",
    "brands",
    "channels",
    "ladders",
    "clauses",
    "targets",
    "notifications",
    "intake",
    "closing",
)
"""In this order: what a thing refers to stands before it."""
_DEFAULTS = {**ATTRIBUTE_SECTIONS, "calendar": "calendars", "ladder": "ladders"}
_REFERENCES: dict[type, Mapping[str, str]] = {
    Category: {"department": "departments", "priority": "priorities"},
    Department: {"calendar": "calendars"},
    Address: {"department": "departments", "category": "categories", "priority": "priorities", "brand": "brands"},
}
Names = dict[str, str]
Renames = dict[str, Names]  # by section: the old name and the new one


def without_renames(old: Policy, new: Policy) -> tuple[Policy, Renames]:
    """The old policy with the new names, and what they were."""
    renames: Renames = {}
    for section in SECTIONS:
        names = _renamed(getattr(old, section), getattr(new, section))
        if names:
            renames[section] = names
            old = _Rewriting(section, names).policy(old, getattr(new, section))
    return old, renames


def _renamed(old: Mapping[Any, Any], new: Mapping[Any, Any]) -> Names:
    """Each thing that is gone with the first new one that is equal to it but for its name."""
    gone = [name for name in old if name not in new]
    come = [name for name in new if name not in old]
    is_clear = len(gone) == len(come) == 1
    names: Names = {}
    for name in gone:
        twin = next((one for one in come if _twins(name, old[name], one, new[one])), None)
        if twin is not None and (is_clear or not _is_bare(name, old[name])):
            names[str(name)] = twin
            come.remove(twin)
    return names


def _twins(name: str, one: Any, other_name: str, other: Any) -> bool:
    if isinstance(one, Calendar):
        return same(one, other)
    forms = [form(thing)[1] for thing in (one, other)]
    for held in forms:
        held.pop("name", None)
        held.pop("rank", None)
    if "label" in forms[0] and _is_derived(name, one.label) and _is_derived(other_name, other.label):
        for held in forms:
            held.pop("label")
    return bool(forms[0] == forms[1])


def _is_bare(name: str, thing: Any) -> bool:
    """Whether nothing is said of it but its name, so that it is equal to any other such."""
    if isinstance(thing, Calendar) or not hasattr(thing, "label") or not _is_derived(name, thing.label):
        return False
    return same(replace(thing, label=Words({})), type(thing)(name=thing.name, label=Words({})))


def _is_derived(name: str, label: Words) -> bool:
    """Whether nobody gave it a name for people: it is the key, spelled out."""
    text = name.replace("-", " ").replace("_", " ")
    return [*label.texts.values()] == [text[:1].upper() + text[1:]]


class _Rewriting:
    """One pass over a policy that puts the new names of one section in place of the old."""

    def __init__(self, section: str, names: Names) -> None:
        self._section = section
        self._names = names

    def policy(self, policy: Policy, new: Mapping[str, Any]) -> Policy:
        values = {one.name: self._value(getattr(policy, one.name)) for one in fields(policy) if one.name != "sources"}
        values[self._section] = {
            self._names.get(name, name): self._named(name, thing, new) for name, thing in values[self._section].items()
        }
        values["defaults"] = {key: self._one(_DEFAULTS.get(key, ""), name) for key, name in policy.defaults.items()}
        if policy.impact_urgency is not None:
            values["impact_urgency"] = self._answers("priorities", self._value(policy.impact_urgency))
        return replace(policy, **values)

    def _named(self, name: str, thing: Any, new: Mapping[str, Any]) -> Any:
        if name not in self._names or isinstance(thing, Calendar):
            return thing
        twin = new[self._names[name]]
        changed: dict[str, Any] = {"name": twin.name}
        if hasattr(thing, "label"):
            changed["label"] = twin.label
        return replace(thing, **changed)

    def _one(self, section: str, name: str) -> str:
        return self._names.get(name, name) if section == self._section else name

    def _value(self, value: Any) -> Any:
        if isinstance(value, Choice):
            return self._choice(value)
        if isinstance(value, OneOf | Calendar | Words):
            return value
        if isinstance(value, Matcher):
            tests = tuple((name, self._test(name, test)) for name, test in value.tests)
            return Matcher(tests)
        if isinstance(value, tuple):
            return tuple(self._value(one) for one in value)
        if isinstance(value, Mapping):
            return {key: self._value(one) for key, one in value.items()}
        return self._thing(value) if is_dataclass(value) else value

    def _thing(self, thing: Any) -> Any:
        values = {one.name: self._value(getattr(thing, one.name)) for one in fields(thing)}
        for key, section in _REFERENCES.get(type(thing), {}).items():
            values[key] = self._one(section, values[key])
        if isinstance(thing, Effect):
            values["value"] = (
                self._one("ladders", thing.value) if thing.kind == "raise" else self._recipient(thing.value)
            )
            values["options"] = {
                key: self._one(ATTRIBUTE_SECTIONS.get(key, ""), one) for key, one in thing.options.items()
            }
        elif isinstance(thing, Notification):
            values["notify"] = tuple(self._recipient(one) for one in thing.notify)
        elif isinstance(thing, PhoneNumber):
            values["menu"] = {key: self._one("departments", one) for key, one in thing.menu.items()}
        elif isinstance(thing, Rung) and "department" in thing.stands:
            values["stands"] = {**thing.stands, "department": self._one("departments", thing.stands["department"])}
        for key in ("calendar", "open_to"):
            if isinstance(values.get(key), Choice):
                values[key] = self._answers("calendars", values[key])
        return replace(thing, **values)

    def _recipient(self, recipient: str) -> str:
        head, colon, tail = recipient.partition(":")
        if colon and head == "department":
            return f"{head}:{self._one('departments', tail)}"
        return f"{self._one('ladders', head)}:{tail}" if colon else recipient

    def _test(self, name: str, test: Any) -> Any:
        if not isinstance(test, OneOf) or ATTRIBUTE_SECTIONS.get(name) != self._section:
            return test
        return OneOf(frozenset(self._names.get(one, one) for one in test.values))

    def _choice(self, choice: Choice[Any]) -> Choice[Any]:
        if choice.table is None:
            return choice
        sections = [ATTRIBUTE_SECTIONS.get(name, "") for name in choice.by]
        table = {
            tuple(self._one(section, one) for section, one in zip(sections, key, strict=True)): value
            for key, value in choice.table.items()
        }
        return replace(choice, table=table)

    def _answers(self, section: str, choice: Choice[Any]) -> Choice[Any]:
        """The choice with what it picks renamed."""
        if section != self._section:
            return choice
        names: dict[Any, Any] = {**self._names}
        table = None if choice.table is None else {key: names.get(one, one) for key, one in choice.table.items()}
        return replace(choice, table=table, otherwise=names.get(choice.otherwise, choice.otherwise))
