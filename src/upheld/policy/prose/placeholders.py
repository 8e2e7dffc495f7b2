"""A line of prose, taken apart into texts and placeholders. Nothing is carried out: a placeholder is a name with plain values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

Value = str | int

_MARKS = re.compile(r"\{\{|\}\}")
_CALL = re.compile(r"\s*(?P<name>[a-z_]+(?:\.[a-z_]+)?)\s*(?:\((?P<inside>.*)\))?\s*")
_ARGUMENT = re.compile(
    r"\s*(?:(?P<key>[a-z_]+)\s*=\s*)?(?:\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)'|(?P<number>\d{1,6}))\s*(?P<end>,|$)"
)


@dataclass(frozen=True, slots=True)
class Placeholder:
    """`{{ clause("first-response", plan="gold") }}`: what stands in for it is looked up when a document is made."""

    name: str
    arguments: tuple[Value, ...] = ()
    options: Mapping[str, Value] = field(default_factory=dict)
    called: bool = False
    line: int = 1
    column: int = 1
    argument_columns: Mapping[int | str, int] = field(default_factory=dict)

    def column_of(self, argument: int | str) -> int:
        return self.argument_columns.get(argument, self.column)


@dataclass(frozen=True, slots=True)
class Fault:
    line: int
    column: int
    problem: str
    remedy: str


def pieces(text: str, line: int = 1) -> tuple[list[str | Placeholder], list[Fault]]:
    """The texts and placeholders of one line, in order, and what is wrong with the way they are written."""
    found: list[str | Placeholder] = []
    faults: list[Fault] = []
    marks = list(_MARKS.finditer(text))
    at, index = 0, 0
    while index < len(marks):
        mark = marks[index]
        closing = marks[index + 1] if index + 1 < len(marks) else None
        if mark[0] == "}}":
            remedy = "Write '{{' before it, or take it out."
            faults.append(Fault(line, mark.start() + 1, "'}}' closes nothing here.", remedy))
            index += 1
            continue
        if closing is None or closing[0] == "{{":
            remedy = "Close it with '}}' in the same line."
            faults.append(Fault(line, mark.start() + 1, "'{{' is not closed.", remedy))
            index += 1
            continue
        if mark.start() > at:
            found.append(text[at : mark.start()])
        read = _placeholder(text[mark.end() : closing.start()], line, mark.end() + 1)
        if isinstance(read, Fault):
            faults.append(read)
        else:
            found.append(read)
        at, index = closing.end(), index + 2
    if at < len(text):
        found.append(text[at:])
    return found, faults


def _placeholder(inside: str, line: int, column: int) -> Placeholder | Fault:
    column += len(inside) - len(inside.lstrip())
    call = _CALL.fullmatch(inside)
    if call is None:
        shown = inside.strip()[:60]
        problem = f"'{shown}' is no placeholder." if shown else "Nothing stands between the braces."
        return Fault(line, column, problem, 'Write a name, as in {{ company }} or {{ clause("first-response") }}.')
    if call["inside"] is None:
        return Placeholder(call["name"], line=line, column=column)
    offset = column - (len(inside) - len(inside.lstrip())) + call.start("inside")
    return _called(call["name"], call["inside"], line, column, offset)


def _called(name: str, inside: str, line: int, column: int, offset: int) -> Placeholder | Fault:
    arguments: list[Value] = []
    options: dict[str, Value] = {}
    columns: dict[int | str, int] = {}
    at = 0
    while at < len(inside.rstrip()):
        found = _ARGUMENT.match(inside, at)
        if found is None or (found["key"] is None and options):
            remedy = 'Write names in straight quotes and numbers without: clause("first-response", plan="gold").'
            return Fault(line, offset + at, f"'{inside[at:].strip()[:60]}' cannot stand in the brackets.", remedy)
        value = _value(found)
        key: int | str = found["key"] or len(arguments)
        columns[key] = offset + found.start() + len(found[0]) - len(found[0].lstrip())
        if isinstance(key, str):
            options[key] = value
        else:
            arguments.append(value)
        at = found.end()
    return Placeholder(name, tuple(arguments), options, True, line, column, columns)


def _value(found: re.Match[str]) -> Value:
    if found["number"] is not None:
        return int(found["number"])
    return found["double"] if found["double"] is not None else found["single"]
