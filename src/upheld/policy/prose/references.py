"""One placeholder held against the policy: is there such a function, such a name, such a place for it?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from upheld.kernel.text import listed, nearest
from upheld.policy.declared import ATTRIBUTE_SECTIONS
from upheld.policy.prose.functions import FUNCTIONS, Function
from upheld.policy.prose.known import Known, Things
from upheld.policy.prose.placeholders import Fault, Placeholder, Value

_SECTIONS = {
    "clause": "clauses",
    "plan": "plans",
    "priority": "priorities",
    "category": "categories",
    "department": "departments",
    "channel": "channels",
    "level": "levels",
    "ladder": "ladders",
    "calendar": "calendars",
    "target": "targets",
    "rule": "rules",
}
_NOUNS = {
    "mail": "department with a mail address, or address",
    "phone": "department or channel with a telephone number",
    "subject": "subject of a clause",
    "rule": "rule that is set",
}


def faults_of(one: Placeholder, known: Known, document: str, *, alone: bool) -> Iterator[Fault]:
    """What is wrong with it in this document; `alone` when nothing else stands in its line."""
    function = FUNCTIONS.get(one.name)
    if function is None:
        near = nearest(one.name, FUNCTIONS)
        remedy = f"Did you mean {FUNCTIONS[near].example}?" if near else f"There are: {', '.join(FUNCTIONS)}."
        yield Fault(one.line, one.column, f"Unknown placeholder '{one.name}'.", remedy)
        return
    form = _form(one, function, document, alone)
    if form is not None:
        yield form
        return
    yield from _arguments(one, function, known)
    yield from _options(one, known)


def _form(one: Placeholder, function: Function, document: str, alone: bool) -> Fault | None:
    if one.called != function.brackets:
        brackets = "needs its brackets" if function.brackets else "takes no brackets"
        return Fault(one.line, one.column, f"'{one.name}' {brackets}.", f"Write {function.example}.")
    if function.stands == "line" and not alone:
        problem = f"'{one.name}' makes a whole table or list; it cannot stand inside a sentence."
        return Fault(one.line, one.column, problem, "Put it alone on a line.")
    if function.only_in and document not in function.only_in:
        problem = f"'{one.name}' says nothing in this document."
        where = listed([f"{name}.md" for name in function.only_in])
        return Fault(one.line, one.column, problem, f"It stands only in {where}.")
    if not function.least <= len(one.arguments) <= len(function.takes):
        return Fault(one.line, one.column, f"'{one.name}' takes {_counted(function)}.", f"Write {function.example}.")
    if one.options and not function.narrows:
        first = next(iter(one.options))
        problem = f"'{one.name}' takes no '{first}='."
        return Fault(one.line, one.column_of(first), problem, f"Write {function.example}.")
    return None


def _counted(function: Function) -> str:
    if not function.takes:
        return "nothing in its brackets"
    kinds = listed([f"a {kind.rstrip('?')}" for kind in function.takes])
    return f"{kinds}{' or nothing' if function.least == 0 else ''}"


def _arguments(one: Placeholder, function: Function, known: Known) -> Iterator[Fault]:
    kinds = [kind.rstrip("?") for kind in function.takes]
    for index, (kind, value) in enumerate(zip(kinds, one.arguments, strict=False)):
        column = one.column_of(index)
        if kind == "rung":
            highest = known.rungs(str(one.arguments[0]))
            if highest and not (isinstance(value, int) and 1 <= value <= highest):
                problem = f"Unknown rung '{value}': '{one.arguments[0]}' has {highest} rungs."
                yield Fault(one.line, column, problem, f"Write a number from 1 to {highest}.")
            continue
        names = _names(kind, known)
        if names is not None and str(value) not in names:
            yield _unknown(one, column, kind, value, names, known)
        elif kind == "clause" and one.name == "warn" and names and not _warns(names[str(value)]):
            problem = f"The clause '{value}' has no warning."
            yield Fault(one.line, column, problem, "Add 'warn:' to it, or take the placeholder out.")


def _warns(clause: Any) -> bool:
    """Whether the clause has warnings; one that is wrong in itself is told of elsewhere."""
    return isinstance(clause, Mapping) and bool(clause.get("warn"))


def _names(kind: str, known: Known) -> Things | None:
    if kind in _SECTIONS:
        return known.section(_SECTIONS[kind])
    return {"mail": known.mails, "phone": known.phones, "subject": known.subjects}[kind]()


def _unknown(one: Placeholder, column: int, kind: str, value: Value, names: Iterable[str], known: Known) -> Fault:
    names = list(names)
    near = nearest(str(value), names)
    where = f"Declare it in {known.where(_SECTIONS[kind])}." if kind in _SECTIONS else ""
    choices = f"Known here: {listed(names[:12])}{', …' if len(names) > 12 else ''}." if names else ""
    remedy = f"Did you mean '{near}'?" if near else " ".join(filter(None, (choices, where)))
    return Fault(one.line, column, f"Unknown {_NOUNS.get(kind, kind)} '{value}'.", remedy or "Take it out.")


def _options(one: Placeholder, known: Known) -> Iterator[Fault]:
    for name, value in one.options.items():
        section = ATTRIBUTE_SECTIONS.get(name)
        column = one.column_of(name)
        if section is None:
            near = nearest(name, ATTRIBUTE_SECTIONS)
            remedy = f"Did you mean '{near}='?" if near else f"Write one of {', '.join(ATTRIBUTE_SECTIONS)}."
            yield Fault(one.line, column, f"Unknown attribute '{name}'.", remedy)
            continue
        names = known.section(section)
        if names is not None and str(value) not in names:
            noun = name.replace("_", " ")
            near = nearest(str(value), names)
            remedy = f"Did you mean '{near}'?" if near else f"Declare it in {known.where(section)}."
            yield Fault(one.line, column, f"Unknown {noun} '{value}'.", remedy)
