"""The four formats of a document. Each takes the neutral tree; none needs Django or an office program."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from upheld.documents.formats.html import html_page
from upheld.documents.formats.markdown import markdown_of
from upheld.documents.formats.pdf import pdf_of_document
from upheld.documents.formats.word import docx_of
from upheld.documents.tree import Document


@dataclass(frozen=True, slots=True)
class Format:
    """`name` is also the ending of the file."""

    name: str
    label: str
    content_type: str
    write: Callable[[Document], bytes]


FORMATS: dict[str, Format] = {
    one.name: one
    for one in (
        Format("html", "HTML", "text/html; charset=utf-8", lambda document: html_page(document).encode()),
        Format("pdf", "PDF", "application/pdf", pdf_of_document),
        Format("docx", "Word", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", docx_of),
        Format("md", "Markdown", "text/markdown; charset=utf-8", lambda document: markdown_of(document).encode()),
    )
}

__all__ = ["FORMATS", "Format"]
