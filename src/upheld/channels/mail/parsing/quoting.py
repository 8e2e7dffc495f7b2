"""Where the new words of an answer end and the old conversation begins. Nothing is deleted: the rest is folded away.

Answers between the lines of a quotation are never folded, since they would be lost to the reader. Markers are those of the
usual clients in sixteen languages.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

from upheld.channels.mail.parsing.introductions import (
    begins_forwarded,
    introduction,
    is_head_of_mail,
    is_rule,
    is_sure,
)
from upheld.channels.mail.parsing.pages import goes_on_after, history_begins
from upheld.channels.mail.parsing.signatures import UNSEEN, without_signature
from upheld.kernel.html import clean_html, html_to_text, text_to_html

SUMMARY: Final = "Earlier messages"
SIGNATURE: Final = "Signature"
MOST_LINES: Final = 3000  # a longer text is not looked through


class Folded(NamedTuple):
    """The two add up to the whole."""

    newest: str
    history: str


_FORWARD: Final = re.compile(
    r"\s*(?:\[[^\]]{0,40}\]\s*)?(?:fwd?|wg|tr|rv|enc|i|doorst|vs|vb|vl|pd|转发|轉寄|転送)\s*[:：]", re.IGNORECASE
)


def is_forward(title: str) -> bool:
    """Whether the mail hands another one on: then what looks like a quotation is what it is about."""
    return _FORWARD.match(title) is not None


@lru_cache(maxsize=2)  # a mail's text is parted for its words, and again for its markup
def folded(text: str, title: str = "") -> Folded:
    """Part a text at the point from which only earlier messages follow.

    A text that is nothing but a quotation, and a mail that by its title hands another one on, stay whole.
    """
    lines = text.split("\n")
    if is_forward(title):
        return Folded(text, "")
    cut = _first_of_history([UNSEEN.sub("", line).replace("\u00a0", " ") for line in lines])
    if cut is None or not "".join(lines[:cut]).strip():
        return Folded(text, "")
    return Folded("\n".join(lines[:cut]).rstrip(), "\n".join(lines[cut:]))


def _first_of_history(lines: list[str]) -> int | None:
    tail = _quoted_tail(lines)
    for at, line in enumerate(lines[:MOST_LINES]):
        if line.startswith(">") or not line.strip():
            continue
        if begins_forwarded(line):
            return None
        if is_rule(line) or is_head_of_mail(lines, at):
            return at - 1 if at and re.fullmatch(r"\s*[_-]{10,200}\s*", lines[at - 1]) else at
        length = introduction(lines, at)
        if length and _only_quoted_after(lines, at, length, tail):
            return at
    return tail


def _only_quoted_after(lines: list[str], begin: int, length: int, tail: int | None) -> bool:
    """After its introduction a quotation either is marked to the end, or is not marked at all."""
    at = begin + length
    following = next((line for line in lines[at:] if line.strip()), "")
    if not following.startswith(">"):
        return is_sure(" ".join(lines[begin:at]))
    return tail is not None and tail <= at + _blanks(lines, at)


def _blanks(lines: list[str], at: int) -> int:
    count = 0
    while at + count < len(lines) and not lines[at + count].strip():
        count += 1
    return count


def _quoted_tail(lines: list[str]) -> int | None:
    """Where the block of marked lines begins with which the text ends (a signature may follow it)."""
    end = len(lines)
    for at in range(end - 1, max(0, end - 12), -1):
        if lines[at].startswith(">"):
            break  # what stands below a signature is the quotation, and the signature is no end
        if lines[at].rstrip("\r") == "-- " or lines[at] == "--":
            end = at
            break
    at = end
    while at and (lines[at - 1].startswith(">") or not lines[at - 1].strip()):
        at -= 1
    while at < end and not lines[at].startswith(">"):
        at += 1
    return at if at < end else None


# -- HTML ------------------------------------------------------------------------------------------------------------------

_SIGNATURE_BEGINS: Final = re.compile(
    r"<div\b[^<>]{0,1000}?\b(?:class|id)\s*=\s*[\"']?[^\"'<>]{0,200}?"
    r"(?:gmail_signature|moz-signature|ms-outlook-mobile-signature|protonmail_signature_block|(?:x_)?Signature\b)",
    re.IGNORECASE,
)
_DIV: Final = re.compile(r"<(/?)div\b[^<>]*>?", re.IGNORECASE)
_HAS_WORDS: Final = re.compile(r">\s*[^\s<&]|&(?!nbsp;)|^\s*[^\s<&]|<img\b", re.IGNORECASE)


def folded_html(html: str, text: str, title: str = "") -> str:
    """Safe markup of a message, its earlier messages and its signature folded away; made from the text where there is no HTML."""
    if not html.strip():
        parted = folded(text, title)
        words, signature = without_signature(parted.newest)
        return _joined(_signed(text_to_html(words), text_to_html(signature)), text_to_html(parted.history))
    at = None if is_forward(title) else history_begins(html)
    if at is None or not _HAS_WORDS.search(_without_head(html[:at])) or goes_on_after(html[at:]):
        return _cleaned(html).strip()
    return _joined(_cleaned(html[:at]), clean_html(html[at:]))


def _cleaned(html: str) -> str:
    """Safe markup, a signature at its end folded where the mail program marked it as one."""
    mark = _SIGNATURE_BEGINS.search(html)
    if mark is None or not _HAS_WORDS.search(_without_head(html[: mark.start()])):
        return clean_html(html)
    end = _end_of_div(html, mark.start())
    if html_to_text(html[end:][:20_000]).strip():
        return clean_html(html)
    return _signed(clean_html(html[: mark.start()]), clean_html(html[mark.start() :]))


def _end_of_div(html: str, start: int) -> int:
    """Where the element that begins here ends; at the end of all if it never does."""
    depth = 0
    for tag in _DIV.finditer(html, start):
        depth += -1 if tag[1] else 1
        if depth <= 0:
            return tag.end()
    return len(html)


def _signed(words: str, signature: str) -> str:
    if not signature.strip():
        return words
    return f"{words.strip()}<details><summary>{SIGNATURE}</summary>{signature.strip()}</details>"


def end_of_words(html: str) -> int:
    """Where what is new ends, and a signature or an earlier message begins; the end of all if neither is marked."""
    signature = _SIGNATURE_BEGINS.search(html)
    marks = (history_begins(html), signature.start() if signature else None)
    return min((mark for mark in marks if mark is not None), default=len(html))


def _without_head(html: str) -> str:
    body = re.search(r"<body\b[^<>]*>", html, re.IGNORECASE)
    return html[body.end() :] if body else html


def _joined(newest: str, history: str) -> str:
    if not history.strip():
        return newest.strip()
    return f"{newest.strip()}<details><summary>{SUMMARY}</summary>{history.strip()}</details>"
