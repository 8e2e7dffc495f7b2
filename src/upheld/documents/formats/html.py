"""A document as HTML that meets WCAG 2.1 AA: language and direction, headings in order, contents, captions, header cells."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from html import escape
from pathlib import Path

from upheld.documents.tree import Block, Document, Heading, Items, Note, Paragraph, Run, Runs, Table, plain

ENOUGH_FOR_CONTENTS = 5
PAPER = (Path(__file__).parent / "page.css").read_text(encoding="utf-8")
SCREEN = PAPER + (Path(__file__).parent / "screen.css").read_text(encoding="utf-8")
ClauseAddress = Callable[[str], str]


def html_page(document: Document, *, styles: str = SCREEN) -> str:
    """A whole page that needs nothing beside itself."""
    direction = "rtl" if document.is_right_to_left else "ltr"
    about = " · ".join(document.about)
    return (
        f'<!doctype html>\n<html lang="{escape(document.language)}" dir="{direction}">\n<head>\n<meta charset="utf-8">\n'
        f"<title>{escape(document.title)} – {escape(document.edition.company)}</title>\n"
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta name="author" content="{escape(document.edition.company)}">\n'
        f'<meta name="description" content="{escape(about)}">\n'
        f"<style>{styles}</style>\n</head>\n<body>\n<main>\n{html_body(document)}</main>\n</body>\n</html>\n"
    )


def html_body(document: Document, *, clause_address: ClauseAddress | None = None) -> str:
    """The document without the page around it. With `clause_address` every figure leads to its clause."""
    writer = _Writer(clause_address)
    direction = "rtl" if document.is_right_to_left else "ltr"
    about = "".join(f"<span>{escape(one)}</span> " for one in document.about)
    opening = (
        f'<article class="document" lang="{escape(document.language)}" dir="{direction}">\n<header>\n'
        f'<p class="document-company">{escape(document.edition.company)}</p>\n<h1>{escape(document.title)}</h1>\n'
        f'<p class="document-about">{about.rstrip()}</p>\n</header>\n'
    )
    parts = [
        opening,
        *(writer.block(block) for block in document.blocks if isinstance(block, Note)),
        _contents(document),
        *(writer.block(block) for block in document.blocks if not isinstance(block, Note)),
        "</article>\n",
    ]
    return "".join(parts)


def _contents(document: Document) -> str:
    chapters = [heading for heading in document.headings() if heading.level == 2]
    if len(chapters) < ENOUGH_FOR_CONTENTS:
        return ""
    items = "".join(f'<li><a href="#{escape(one.anchor)}">{escape(plain(one.runs))}</a></li>\n' for one in chapters)
    title = escape(document.contents)
    return (
        f'<nav class="document-contents" aria-labelledby="document-contents">\n<h2 id="document-contents">{title}</h2>\n'
        f"<ol>\n{items}</ol>\n</nav>\n"
    )


class _Writer:
    def __init__(self, clause_address: ClauseAddress | None) -> None:
        self._address = clause_address
        self._tables = 0

    def block(self, block: Block) -> str:
        match block:
            case Heading(level, runs, anchor):
                return f'<h{level} id="{escape(anchor)}">{self._runs(runs)}</h{level}>\n'
            case Paragraph(runs):
                return f"<p>{self._runs(runs)}</p>\n"
            case Note(runs):
                return f'<p class="document-note" role="note">{self._runs(runs)}</p>\n'
            case Items():
                return self._items(block)
            case Table():
                return self._table(block)

    def _items(self, block: Items) -> str:
        tag = "ol" if block.is_ordered else "ul"
        start = f' start="{block.start}"' if block.is_ordered and block.start != 1 else ""
        items = "".join(f"<li>{self._item(item)}</li>\n" for item in block.items)
        return f"<{tag}{start}>\n{items}</{tag}>\n"

    def _item(self, blocks: tuple[Block, ...]) -> str:
        if len(blocks) == 1 and isinstance(blocks[0], Paragraph):
            return self._runs(blocks[0].runs)
        return "".join(map(self.block, blocks))

    def _table(self, table: Table) -> str:
        self._tables += 1
        name = f"table-{self._tables}"
        caption = f'<caption id="{name}">{self._runs(table.caption)}</caption>\n' if table.caption else ""
        named = f' role="region" aria-labelledby="{name}" tabindex="0"' if caption else ""
        cells = "".join(f'<th scope="col">{self._runs(cell)}</th>' for cell in table.head)
        head = f"<thead>\n<tr>{cells}</tr>\n</thead>\n" if cells else ""
        rows = "".join(f"<tr>{self._row(row)}</tr>\n" for row in table.rows)
        return (
            f'<div class="document-table"{named}>\n<table>\n{caption}{head}<tbody>\n{rows}</tbody>\n</table>\n</div>\n'
        )

    def _row(self, row: tuple[Runs, ...]) -> str:
        first = f'<th scope="row">{self._runs(row[0])}</th>'
        return first + "".join(f"<td>{self._runs(cell)}</td>" for cell in row[1:])

    def _runs(self, runs: Iterable[Run]) -> str:
        return "".join(map(self._run, runs))

    def _run(self, run: Run) -> str:
        said = escape(run.text)
        if run.is_code:
            said = f'<bdi dir="ltr">{said}</bdi>'
        if run.bold:
            said = f"<strong>{said}</strong>"
        if run.italic:
            said = f"<em>{said}</em>"
        if run.href:
            return f'<a href="{escape(run.href)}">{said}</a>'
        if run.clause and self._address is not None:
            return f'<a class="document-clause" href="{escape(self._address(run.clause))}">{said}</a>'
        return said
