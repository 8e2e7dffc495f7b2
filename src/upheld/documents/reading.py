"""Markdown with placeholders becomes blocks. Values are put in after Markdown was read, so no value can be taken for markup."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from markdown_it import MarkdownIt
from markdown_it.token import Token

from upheld.documents.tree import Block, Heading, Items, Paragraph, Run, Runs, Table, plain
from upheld.kernel.text import slug
from upheld.policy.prose import Placeholder, pieces

Inline = Callable[[Placeholder], Runs]
Whole = Callable[[Placeholder], Sequence[Block]]

_HELD = re.compile("\ue000([0-9]{1,6})\ue001")


class _AddressesAsWritten(MarkdownIt):
    """Leaves addresses as they stand, since placeholders are in them still; `_address` looks at what comes of them."""

    def validateLink(self, url: str) -> bool:  # noqa: N802 - the library's name
        return bool(url)

    def normalizeLink(self, url: str) -> str:  # noqa: N802
        return url


_MARKDOWN = _AddressesAsWritten("commonmark", {"html": False}).enable("table")
_SAFE = ("https://", "http://", "mailto:", "tel:", "#")


class Reader:
    """Reads one text. `inline` and `whole` say what stands in for placeholders; `is_block` tells which stand alone."""

    def __init__(self, inline: Inline, whole: Whole, is_block: Callable[[str], bool]) -> None:
        self._inline, self._whole, self._is_block = inline, whole, is_block
        self._held: list[Runs] = []
        self._anchors: set[str] = set()
        self._depth = 1

    def blocks(self, text: str) -> list[Block]:
        """All blocks in order. Headings have anchors of their own; those of whole blocks stand one below the last heading."""
        found: list[Block] = []
        lines: list[str] = []
        for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), 1):
            parts = [part for part in pieces(line, number)[0] if isinstance(part, Placeholder) or part.strip()]
            first = parts[0] if len(parts) == 1 else None
            if isinstance(first, Placeholder) and self._is_block(first.name):
                found += self._read("\n".join(lines))
                lines = []
                found += map(self._placed, self._whole(first))
            else:
                lines.append(self._with_marks(line, number))
        return [*found, *self._read("\n".join(lines))]

    def _with_marks(self, line: str, number: int) -> str:
        said = []
        for part in pieces(line, number)[0]:
            if isinstance(part, str):
                said.append(part.replace("\ue000", "").replace("\ue001", ""))
            else:
                self._held.append(self._inline(part))
                said.append(f"\ue000{len(self._held) - 1}\ue001")
        return "".join(said)

    def _read(self, text: str) -> list[Block]:
        tokens = _MARKDOWN.parse(text)
        return list(self._walk(tokens)) if tokens else []

    def _placed(self, block: Block) -> Block:
        if not isinstance(block, Heading):
            return block
        level = block.level or self._depth + 1
        if block.level:
            self._depth = block.level
        return replace(block, level=min(level, 6), anchor=self._anchor(block.anchor))

    def _anchor(self, wanted: str) -> str:
        name, number = wanted or "section", 2
        while name in self._anchors:
            name, number = f"{wanted}-{number}", number + 1
        self._anchors.add(name)
        return name

    def _walk(self, tokens: list[Token]) -> Iterator[Block]:
        at = 0
        while at < len(tokens):
            token = tokens[at]
            end = _closing(tokens, at)
            inside = tokens[at + 1 : end]
            match token.type:
                case "heading_open":
                    runs = self._runs(inside[0])
                    self._depth = int(token.tag[1])
                    yield Heading(self._depth, runs, self._anchor(slug(plain(runs))))
                case "paragraph_open":
                    yield Paragraph(self._runs(inside[0]))
                case "bullet_list_open" | "ordered_list_open":
                    is_ordered = token.type.startswith("ordered")
                    yield Items(tuple(self._items(inside)), is_ordered, int(token.attrGet("start") or 1))
                case "table_open":
                    yield self._table(inside)
                case "fence" | "code_block":
                    yield Paragraph((Run(token.content.rstrip("\n"), is_code=True),))
                case "blockquote_open":
                    yield from self._walk(inside)
            at = end + 1

    def _items(self, tokens: list[Token]) -> Iterator[tuple[Block, ...]]:
        at = 0
        while at < len(tokens):
            end = _closing(tokens, at)
            yield tuple(self._walk(tokens[at + 1 : end]))
            at = end + 1

    def _table(self, tokens: list[Token]) -> Table:
        rows: list[tuple[Runs, ...]] = []
        for index, token in enumerate(tokens):
            if token.type == "tr_open":
                inside = tokens[index + 1 : _closing(tokens, index)]
                rows.append(tuple(self._runs(cell) for cell in inside if cell.type == "inline"))
        return Table((), rows[0], tuple(rows[1:]))

    def _runs(self, inline: Token) -> Runs:
        found: list[Run] = []
        bold = italic = 0
        href = ""
        for token in inline.children or []:
            match token.type:
                case "strong_open" | "strong_close":
                    bold += token.nesting
                case "em_open" | "em_close":
                    italic += token.nesting
                case "link_open":
                    href = self._address(str(token.attrGet("href") or ""))
                case "link_close":
                    href = ""
                case "softbreak" | "hardbreak":
                    found.append(Run(" "))
                case "text" | "code_inline":
                    code = token.type == "code_inline"
                    made = self._filled(token.content)
                    found += [
                        replace(
                            run,
                            bold=run.bold or bold > 0,
                            italic=italic > 0,
                            href=run.href or href,
                            is_code=run.is_code or code,
                        )
                        for run in made
                    ]
        return tuple(_merged(found))

    def _filled(self, text: str) -> Iterator[Run]:
        at = 0
        for mark in _HELD.finditer(text):
            if mark.start() > at:
                yield Run(text[at : mark.start()])
            yield from self._in_place_of(mark)
            at = mark.end()
        if at < len(text):
            yield Run(text[at:])

    def _in_place_of(self, mark: re.Match[str]) -> Runs:
        """What a mark of ours stands for; nothing for one that a writer made by the names of its letters."""
        return next(iter(self._held[int(mark[1]) :]), ())

    def _address(self, href: str) -> str:
        said = _HELD.sub(lambda mark: plain(self._in_place_of(mark)), href)
        return said if said.startswith(_SAFE) else ""


def _closing(tokens: list[Token], at: int) -> int:
    """Where what opens here closes; itself for a token that holds nothing."""
    depth = 0
    for index in range(at, len(tokens)):
        depth += tokens[index].nesting
        if depth == 0:
            return index
    return len(tokens)


def _merged(runs: list[Run]) -> Iterator[Run]:
    """Neighbours of one kind are one run."""
    last: Run | None = None
    for run in runs:
        if last is not None and replace(last, text="") == replace(run, text=""):
            last = replace(last, text=last.text + run.text)
        else:
            if last is not None:
                yield last
            last = run
    if last is not None:
        yield last
