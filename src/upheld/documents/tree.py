"""A document as a tree of blocks, before it has a format. Pure values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Run:
    """Text of one kind. `clause` names the clause that the text was read from, so that its evidence can be found.

    `is_code` is what reads from left to right in every language: addresses, numbers to dial.
    """

    text: str
    bold: bool = False
    italic: bool = False
    is_code: bool = False
    href: str = ""
    clause: str = ""


Runs = tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    level: int
    runs: Runs
    anchor: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    runs: Runs


@dataclass(frozen=True, slots=True)
class Note:
    """What the reader has to know about the document itself: a fallback, a draft."""

    runs: Runs


@dataclass(frozen=True, slots=True)
class Items:
    """A list; each item is blocks."""

    items: tuple[tuple[Block, ...], ...]
    is_ordered: bool = False
    start: int = 1


@dataclass(frozen=True, slots=True)
class Table:
    """The first cell of each row names the row. Without a head it is a list of facts."""

    caption: Runs
    head: tuple[Runs, ...]
    rows: tuple[tuple[Runs, ...], ...]

    @property
    def width(self) -> int:
        return max((len(row) for row in (self.head, *self.rows)), default=0)


Block = Heading | Paragraph | Note | Items | Table


@dataclass(frozen=True, slots=True)
class Edition:
    """Which policy a document was made of. `number` is the policy's own; `published` None while it is not."""

    policy: str
    company: str
    number: int
    effective: date | None = None
    published: date | None = None
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """`name` is the file's name without its ending, `support-policy` or `plan-summary-gold`. `about` says what edition it is.

    `is_one_page` asks paper to hold it on one page if it can be read so.
    """

    name: str
    title: str
    language: str
    is_right_to_left: bool
    edition: Edition
    about: tuple[str, ...]
    blocks: tuple[Block, ...]
    contents: str = ""
    page: str = ""
    missing: tuple[str, ...] = ()
    is_one_page: bool = False

    def headings(self) -> Iterator[Heading]:
        return (block for block in self.blocks if isinstance(block, Heading))


def text(value: str, *, bold: bool = False, clause: str = "", code: bool = False) -> Runs:
    """A text as runs; nothing for an empty one."""
    return (Run(value, bold=bold, clause=clause, is_code=code),) if value else ()


def link(value: str, href: str) -> Runs:
    return (Run(value, href=href, is_code=True),)


def joined(parts: list[Runs], separator: str) -> Runs:
    """Runs one after another with a separator between those that hold something."""
    found: list[Run] = []
    for part in filter(None, parts):
        if found:
            found.append(Run(separator))
        found += part
    return tuple(found)


def plain(runs: Runs) -> str:
    return "".join(run.text for run in runs)
