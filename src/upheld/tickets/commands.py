"""What one of us may say to the desk in a mail: lines such as `#resolve` or `#priority P1` above or below the answer. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from upheld.kernel.text import nearest

COMMANDS: Final = {
    "note": "keeps the text among ourselves",
    "reply": "sends the text to the customer",
    "assign": "gives the ticket to somebody: #assign me, or an address",
    "priority": "#priority P1",
    "category": "#category billing",
    "wait": "the customer has the next word",
    "resolve": "settles the ticket",
    "reopen": "takes that back",
}
_LINE: Final = re.compile(r"\s*#([a-z]{2,20})(?:\s+(\S.{0,200}))?\s*", re.IGNORECASE)
NEEDS_VALUE: Final = frozenset({"assign", "priority", "category"})


class NoSuchCommand(ValueError):
    """A line that looks like a command and is none."""


@dataclass(frozen=True, slots=True)
class Command:
    name: str
    value: str = ""


def commands_in(text: str) -> tuple[list[Command], str]:
    """The commands in the lines above and below the text, and the text without them. Raises NoSuchCommand.

    Only whole lines at either end count: a `#` in the middle of an answer is the answer's.
    """
    lines = text.strip().split("\n")
    above = _take(lines)
    below = _take(lines, from_end=True)
    return above + below[::-1], "\n".join(lines).strip()


def _take(lines: list[str], *, from_end: bool = False) -> list[Command]:
    found = []
    place = -1 if from_end else 0
    while lines and (not lines[place].strip() or _LINE.fullmatch(lines[place])):
        line = _LINE.fullmatch(lines.pop(place))
        if line is not None:
            found.append(_command(line[1].lower(), (line[2] or "").strip()))
    return found


def _command(name: str, value: str) -> Command:
    if name not in COMMANDS:
        near = nearest(name, COMMANDS)
        known = ", ".join(f"#{one}" for one in COMMANDS)
        raise NoSuchCommand(
            f"There is no command #{name}. " + (f"Did you mean #{near}?" if near else f"There are {known}.")
        )
    if name in NEEDS_VALUE and not value:
        raise NoSuchCommand(f"#{name} needs a value: {COMMANDS[name]}.")
    return Command(name, value)
