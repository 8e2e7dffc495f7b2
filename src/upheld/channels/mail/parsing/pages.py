"""Where in a page the earlier messages begin: by the marks that known programs leave, or by the lines that introduce them.

What is handed on is no history, and answers between the lines of a quotation keep all of it open.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from html import unescape
from itertools import islice
from typing import Final

from upheld.channels.mail.parsing.introductions import (
    begins_forwarded,
    introduction,
    is_dated,
    is_head_of_mail,
    is_rule,
    is_sure,
)
from upheld.channels.mail.parsing.signatures import UNSEEN
from upheld.kernel.nesting import element_names

MOST_LINES: Final = 3000
MOST_MARKS: Final = 300
LONGEST_INTRODUCTION: Final = 600  # letters of text between a mark and the quotation that it belongs to

_HISTORY_BEGINS: Final = re.compile(
    r"<(?:div|blockquote|hr|table|p|span)\b(?:[^<>]{0,1000}?\b(?:class|id)\s*=\s*[\"']?"
    r"(?:gmail_quote|gmail_attr|yahoo_quoted|moz-cite-prefix|protonmail_quote|tutanota_quote|zmail_extra|OLK_SRC_BODY_SECTION"
    r"|(?:x_)?divRplyFwdMsg|(?:x_)?appendonsend|stopSpelling|mail-editor-reference-message-container)"
    r"|[^<>]{0,1000}?\bborder-top:\s*solid #(?:E1E1E1|B5C4DF) 1\.0pt|[^<>]{0,1000}?\btype\s*=\s*[\"']?cite)",
    re.IGNORECASE,
)
_PIECE: Final = re.compile(
    r"<!--.*?(?:-->|\Z)|<(?P<hidden>style|script|title)\b.*?(?:</(?P=hidden)\s*>|\Z)|<(?P<end>/?)(?P<name>[a-z][a-z0-9]*)[^<>]*>"
    r"|(?P<text>[^<]+|<)",
    re.IGNORECASE | re.DOTALL,
)
_BREAKS: Final = element_names(
    "br p div blockquote li tr td th hr table ul ol dl dt dd pre body html head center h1 h2 h3 h4 h5 h6"
)
_INDENT: Final = re.compile(r"<blockquote\b[^<>]*gmail_quote", re.IGNORECASE)


def history_begins(html: str) -> int | None:
    """Where to part the page, or None where nothing in it is certainly an earlier message."""
    lines, starts = _lines(html)
    marked = _marked(html, lines, starts)
    for at, (line, start) in enumerate(zip(lines, starts, strict=True)):
        if begins_forwarded(line):
            return None
        if marked is not None and start >= marked:
            break
        if is_rule(line) or (is_head_of_mail(lines, at) and any(map(is_dated, lines[at : at + 6]))):
            return start
        length = introduction(lines, at)
        if length > 1 and marked is not None and starts[at + 1] <= marked < _end(html, starts, at + length):
            continue  # what stands above a program's own mark is new, even where a line behind the mark would end it well
        if length and _is_quoted_or_sure(html, lines, starts, at, length):
            return start
    return marked


def goes_on_after(html: str) -> bool:
    """Whether words stand below the quotation that begins here, or between its pieces, as in an answer point by point."""
    if "<blockquote" not in html.lower():
        return False
    depth, opened, before = 0, False, 0
    for name, is_end, text in _pieces(html):
        if name == "blockquote":
            depth = max(0, depth + (-1 if is_end else 1))
            opened = opened or not is_end
        elif depth == 0 and text.strip():
            if opened:
                return True
            before += len(text)
            if before > LONGEST_INTRODUCTION:
                return False  # the quotation is no blockquote: what stands in one is part of an old mail
    return False


def _marked(html: str, lines: list[str], starts: list[int]) -> int | None:
    """The first mark of a known program. Gmail marks what its user has set in as it marks quotations; these it introduces."""
    for mark in islice(_HISTORY_BEGINS.finditer(html), MOST_MARKS):
        if not _INDENT.match(mark[0]):
            return mark.start()
        above = bisect_left(starts, mark.start())
        if any(introduction(lines, at) for at in range(max(0, above - 3), above)):
            return mark.start()
    return None


def _end(html: str, starts: list[int], below: int) -> int:
    """Where the line above `below` ended."""
    return starts[below] if below < len(starts) else len(html)


def _is_quoted_or_sure(html: str, lines: list[str], starts: list[int], at: int, length: int) -> bool:
    below = at + length
    end = _end(html, starts, below)
    following = html[end : end + 2000] if below < len(starts) else ""
    is_quoted = (
        re.match(r"(?:\s|&nbsp;|</?(?!blockquote)[a-z][^<>]*>)*<blockquote\b", following, re.IGNORECASE) is not None
    )
    return is_quoted or (below < len(lines) and is_sure(" ".join(lines[at:below])))


def _lines(html: str) -> tuple[list[str], list[int]]:
    """The lines that a reader sees, blank ones left out, and for each where the one before it ended in the page."""
    lines, starts = [], []
    line, start, ended = "", 0, 0
    at = 0
    for piece in _PIECE.finditer(html):
        at = piece.end()
        if piece["text"] is not None:
            words = UNSEEN.sub("", unescape(piece["text"])).replace("\u00a0", " ")
            if not line.strip() and words.strip():
                start = ended
            line += " ".join(words.split("\n"))
            ended = at if words.strip() else ended
        elif piece["name"] is not None and piece["name"].lower() in _BREAKS and line.strip():
            lines.append(" ".join(line.split()))
            starts.append(start)
            line = ""
            if len(lines) >= MOST_LINES:
                return lines, starts
    if line.strip():
        lines.append(" ".join(line.split()))
        starts.append(start)
    return lines, starts


def _pieces(html: str) -> Iterator[tuple[str, bool, str]]:
    for piece in _PIECE.finditer(html):
        if piece["text"] is not None:
            yield "", False, unescape(piece["text"]).replace("\u00a0", " ")
        elif piece["name"] is not None:
            yield piece["name"].lower(), bool(piece["end"]), ""
