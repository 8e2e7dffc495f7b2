"""A document as tagged PDF: PDF/UA-1 with language, title, bookmarks and reading order, on A4 with the edition on every page."""

from __future__ import annotations

from upheld.documents.formats.html import PAPER, html_page
from upheld.documents.tree import Document
from upheld.kernel.pdf import pdf_of

_PAPER = """
@page { size: A4; margin: 22mm 20mm 24mm; }
.document-contents a { display: block; }
.document-contents a::after { content: leader(". ") target-counter(attr(href), page); color: #57606a; }
"""
_SMALLER = ("8.8pt", "8.2pt", "7.6pt")
# Sheets beside the page yield to the page's own, unless they insist.
_TIGHTER = "@page {{ margin: 16mm 18mm 18mm; }} html {{ font-size: {size} !important; }} h2 {{ margin-top: 1.4rem !important; }}"


def pdf_of_document(document: Document) -> bytes:
    """What has to fit on one page is set smaller until it does; below 7.6 points it takes a second page instead."""
    tighter = [_TIGHTER.format(size=size) for size in _SMALLER] if document.is_one_page else []
    return pdf_of(html_page(document, styles=PAPER), styles=_PAPER + _margins(document), tighter=tighter)


def _margins(document: Document) -> str:
    """The foot of each page: which document of which edition, and the page's number."""
    before, between, after = _around(document.page)
    edition = f"{document.edition.company} · {document.title} · {document.about[0]}"
    number = f"{_quoted(before)} counter(page) {_quoted(between)} counter(pages) {_quoted(after)}"
    first, last = ("right", "left") if document.is_right_to_left else ("left", "right")
    style = "font-size: 7.5pt; color: #57606a; border-top: .5pt solid #d8dadd; padding-top: 2.5mm; vertical-align: top;"
    return (
        f"@page {{ @bottom-{first} {{ content: {_quoted(edition)}; width: 75%; {style} text-align: {first}; }}"
        f" @bottom-{last} {{ content: {number}; width: 25%; {style} text-align: {last}; }} }}"
    )


def _around(phrase: str) -> tuple[str, str, str]:
    """The words before, between and after the two numbers of `Page {page} of {pages}`, whichever comes first."""
    before, _, rest = phrase.partition("{page}")
    between, _, after = rest.partition("{pages}")
    return (before, between, after) if "{pages}" not in before else ("", " / ", "")


def _quoted(text: str) -> str:
    escaped = "".join(f"\\{ord(letter):x} " if letter in '"\\\n\r<' else letter for letter in text)
    return f'"{escaped}"'
