"""Uuencode: as a transfer encoding, and as files that stand in the middle of a text, the way they were sent before MIME."""

from __future__ import annotations

import binascii
import re
from io import BytesIO
from typing import Final

MOST_FILES: Final = 50
_BEGIN: Final = re.compile(rb"^begin[ \t]+[0-7]{3,4}[ \t]+([^\r\n]{1,400}?)[ \t]*\r?\n", re.MULTILINE)
_END: Final = re.compile(rb"^(?:[` ][ \t]*\r?\n)?end[ \t]*\r?(?:\n|\Z)", re.MULTILINE)


def decoded(data: bytes) -> bytes:
    """What stands between begin and end, or all of it where they are missing. A line that is none is left out."""
    found = BytesIO()
    for whole in BytesIO(data):  # a line at a time, since a list of all is several times as large
        line = whole.rstrip(b"\r\n")
        if line.startswith(b"begin ") or not line:
            continue
        if line.strip() == b"end":
            break
        try:
            found.write(binascii.a2b_uu(line))
        except binascii.Error:
            found.write(_without_tail(line))
    return found.getvalue()


def taken_out(data: bytes) -> tuple[bytes, list[tuple[bytes, bytes]]]:
    """The text without the files in it, and these as `(name, content)`. What only looks like one stays in the text."""
    if b"begin" not in data:
        return data, []
    kept: list[bytes] = []
    files: list[tuple[bytes, bytes]] = []
    at = 0
    for begin in _BEGIN.finditer(data):
        if begin.start() < at or len(files) >= MOST_FILES or not _is_first_line(data, begin.end()):
            continue
        end = _END.search(data, begin.end())
        if end is None:
            break
        kept.append(data[at : begin.start()])
        files.append((begin[1], decoded(data[begin.end() : end.start()])))
        at = end.end()
    return b"".join([*kept, data[at:]]), files


def _is_first_line(data: bytes, at: int) -> bool:
    """Whether a line stands here that is as long as its first letter says, or the end of an empty file."""
    line = data[at : at + 100].partition(b"\n")[0].rstrip(b"\r")
    if not line or line.strip() in (b"`", b"end"):
        return True
    count = (line[0] - 32) & 63
    needed = (count * 4 + 2) // 3
    return 0x20 < line[0] <= 0x60 and needed - 2 <= len(line) - 1 <= needed + 5 and line.rstrip().isascii()


def _without_tail(line: bytes) -> bytes:
    count = (((line[0] - 32) & 63) * 4 + 5) // 3
    try:
        return binascii.a2b_uu(line[:count])
    except binascii.Error:
        return b""
