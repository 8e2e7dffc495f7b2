"""Base64 that is none, or not all of it: text sent under that label, and the footers that lists put below."""

from __future__ import annotations

import re
from typing import Final

LINES: Final = 3
LONGEST_FOOTER: Final = 20_000
_NO_BASE64: Final = re.compile(rb"[_*#-]{2,}|[^\s]+(?:[ \t]+[^\s]+)+")
_WORDS: Final = re.compile(rb"[^\s]+(?:[ \t]+[^\s]+)+")


def text_says_base64(raw: bytes, start: int, end: int) -> bool:
    """Whether the first lines are words with blanks between them, as base64 never has them."""
    lines = [line.strip() for line in raw[start : min(end, start + 4000)].split(b"\n", 20)[:20] if line.strip()][:LINES]
    return bool(lines) and all(_WORDS.fullmatch(line) for line in lines)


def end_of_base64(raw: bytes, start: int, end: int) -> int:
    """Where words begin that somebody put below it; the end of all where nobody did."""
    at = max(start, end - LONGEST_FOOTER)
    at = at if at == start else raw.find(b"\n", at, end) + 1 or end
    is_first = at == start
    while at < end:
        line_end = raw.find(b"\n", at, end) + 1 or end
        line = raw[at:line_end].strip()
        if line and not is_first and _NO_BASE64.fullmatch(line):
            return at
        is_first = is_first and not line
        at = line_end
    return end
