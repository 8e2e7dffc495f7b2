"""Telling what somebody wrote from what their mail program quoted. Pure."""

from __future__ import annotations

import re

INTRODUCES = re.compile(
    r"^(On .{4,200}wrote:|Am .{4,200}schrieb.{0,120}:|Le .{4,200}a écrit\s?:|El .{4,200}escribió:"
    r"|Em .{4,200}escreveu:|-{2,} ?Original Message ?-{2,})$"
)


def without_quote(text: str) -> tuple[str, str]:
    """The text, and the quote at its end: lines that begin with `>`, with the line that introduces them.

    A quote in the middle, with an answer below it, stays: it is a part of what was written.
    """
    rows = text.rstrip().split("\n")
    start = len(rows)
    while start and (not rows[start - 1].strip() or rows[start - 1].lstrip().startswith(">")):
        start -= 1
    if not any(row.lstrip().startswith(">") for row in rows[start:]):
        return text.rstrip(), ""
    above = [row.strip() for row in rows[max(0, start - 2) : start]]
    for size in (1, 2):
        if len(above) >= size and INTRODUCES.match(" ".join(above[-size:])):
            start -= size
            break
    return "\n".join(rows[:start]).rstrip(), "\n".join(rows[start:]).strip()
