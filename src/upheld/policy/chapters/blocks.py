"""What a chapter is made of. `shape` tells a template which block it has before it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

TITLES = {
    "policy": "The policy itself",
    "plans": "Plans",
    "priorities": "Priorities",
    "commitments": "Commitments",
    "hours": "Hours",
    "escalation": "Escalation and levels",
    "channels": "Channels",
    "departments": "Departments and categories",
    "targets": "Targets",
    "notifications": "Notifications",
    "intake": "What we ask",
    "rules": "Rules",
    "words": "Documents",
}
"""Every chapter by its key, in the order in which they are read."""


@dataclass(frozen=True, slots=True)
class Sentences:
    """Whole sentences, or the items of a list, one a line. `caption` is said before them, when there is one."""

    shape: ClassVar[str] = "sentences"
    lines: tuple[str, ...]
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Every row is as long as `columns`; its first cell is what the row is about, and the first column's head may be empty."""

    shape: ClassVar[str] = "table"
    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """Terms, each with what is said of it: a line, or several."""

    shape: ClassVar[str] = "facts"
    entries: tuple[tuple[str, tuple[str, ...]], ...]
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """All that is said of one thing: a clause, a calendar, a channel, a level, a ladder …

    `kind` is that word, `key` the thing's name in the policy (unique among its kind), `source` where it was promised. Clauses
    have the subject that they are about under `about_what`, in words that may stand as a heading: Tickets, Accounts …
    """

    shape: ClassVar[str] = "group"
    kind: str
    key: str
    title: str
    about: str
    blocks: tuple[Sentences | Table | Facts, ...]
    source: str = ""
    about_what: str = ""


Block = Sentences | Table | Facts | Group


@dataclass(frozen=True, slots=True)
class Chapter:
    key: str
    title: str
    blocks: tuple[Block, ...]
