"""A document as Markdown (CommonMark with tables), for repositories and for whoever reads plain text."""

from __future__ import annotations

import re
from collections.abc import Iterable

from upheld.documents.tree import Block, Document, Heading, Items, Note, Paragraph, Run, Runs, Table

_MARKS = re.compile(r"([\\`*_\[\]<>|])")
_AT_START = re.compile(r"^(\s*)([#+-]|\d+[.)])(\s)")


def markdown_of(document: Document) -> str:
    """CommonMark with tables. What looks like markup in a name of the policy is escaped."""
    parts = [f"# {_escaped(document.title)}", f"*{_escaped(' · '.join((document.edition.company, *document.about)))}*"]
    parts += [part for block in document.blocks if (part := _block(block))]
    return "\n\n".join(parts) + "\n"


def _block(block: Block) -> str:
    match block:
        case Heading(level, runs, _):
            return f"{'#' * level} {_runs(runs)}"
        case Paragraph(runs):
            return _AT_START.sub(r"\1\\\2\3", _runs(runs))
        case Note(runs):
            return f"> {_runs(runs)}"
        case Items():
            return _items(block)
        case Table():
            return _table(block)


def _items(block: Items) -> str:
    lines = []
    for number, item in enumerate(block.items, block.start):
        mark = f"{number}. " if block.is_ordered else "- "
        inside = "\n\n".join(map(_block, item)).replace("\n", "\n" + " " * len(mark))
        lines.append(mark + inside)
    return "\n".join(lines)


def _table(table: Table) -> str:
    caption = f"**{_runs(table.caption)}**\n\n" if table.caption else ""
    if not table.head:
        return caption + "\n".join(f"- **{_runs(row[0])}**: {' '.join(map(_runs, row[1:]))}" for row in table.rows)
    lines = [_row(table.head), _row([(Run("---"),)] * len(table.head)), *map(_row, table.rows)]
    return caption + "\n".join(lines)


def _row(cells: Iterable[Runs]) -> str:
    return f"| {' | '.join(_runs(cell) for cell in cells)} |"


def _runs(runs: Iterable[Run]) -> str:
    return "".join(map(_run, runs))


def _run(run: Run) -> str:
    said = _escaped(run.text)
    if run.bold and said.strip():
        said = f"**{said}**"
    if run.italic and said.strip():
        said = f"*{said}*"
    return f"[{said}]({run.href})" if run.href else said


def _escaped(text: str) -> str:
    return _MARKS.sub(r"\\\1", " ".join(text.split(" "))) if text != "---" else text
