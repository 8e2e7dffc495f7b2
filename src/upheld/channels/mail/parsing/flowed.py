"""Paragraphs of format=flowed (RFC 3676): lines that end in a blank go on in the next one."""

from __future__ import annotations

SIGNATURE = "-- "


def unflowed(text: str, *, drop_blank: bool) -> str:
    """The text with its paragraphs put together. `drop_blank` (the parameter DelSp): the last blank is no part of the text."""
    lines: list[str] = []
    open_depth = -1  # the quote depth of a line that goes on, or -1
    for raw in text.split("\n"):
        body = raw.lstrip(">")
        depth = len(raw) - len(body)
        body = body.removeprefix(" ")
        goes_on = body.endswith(" ") and body != SIGNATURE
        if goes_on and drop_blank:
            body = body[:-1]
        if open_depth == depth and body != SIGNATURE:
            lines[-1] += body
        else:
            lines.append((">" * depth + " " if depth else "") + body)
        open_depth = depth if goes_on else -1
    return "\n".join(line if line == SIGNATURE else line.rstrip(" ") for line in lines)
