"""Uuencode: as a transfer encoding, and as files that stand in the middle of a text, the way they were sent before MIME."""

from __future__ import annotations

import binascii
import re
from io import BytesIO
from itertools import chain, islice
from typing import Final

MOST_FILES: Final = 50
AT_ONCE: Final = 1000  # lines that are no usual ones, before these are looked for again
MOST_TRIES: Final = 2000
_LINE: Final = rb"begin[ \t]+[0-7]{3,4}(?:[ \t]+([^\r\n]{0,400}?))?[ \t]*\r?\n"
_BEGIN: Final = re.compile(_LINE)
_BEGIN_BELOW: Final = re.compile(
    rb"\n" + _LINE
)  # beginning with what it can be searched for, which is five times as quick
_END: Final = re.compile(rb"\n(?:[` ][ \t]*\r?\n)?end[ \t]*\r?(?:\n|\Z)")


_FULL_LINES: Final = re.compile(rb"(?:M[ -`]{60}\r?\n){1,16000}+")  # about a megabyte at once
_TO_BASE64: Final = bytes(
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"[(byte - 32) & 63] for byte in range(256)
)


def decoded_within(raw: bytes, start: int, end: int) -> bytes:
    """What stands between begin and end in this stretch, or all of it where they are missing. A line that is none is left out.

    Nothing is copied but a little at a time. Lines of the usual length are read as the base64 that they nearly are.
    """
    found = BytesIO()
    lines = BytesIO(raw)  # shares the bytes
    at = start
    while at < end:
        full = _FULL_LINES.match(raw, at, end)
        if full is not None:
            letters = (b"\n" + full[0].replace(b"\r", b"")).replace(b"\nM", b"")[:-1]
            found.write(binascii.a2b_base64(letters.translate(_TO_BASE64)))
            at = full.end()
        if at >= end:
            break
        lines.seek(at)
        for _ in range(AT_ONCE):
            line = lines.readline(end - at)
            at += len(line)
            bare = line.strip()
            if bare == b"end" or not line:
                return found.getvalue()
            if bare and not bare.startswith(b"begin "):
                try:
                    found.write(binascii.a2b_uu(line))
                except binascii.Error:
                    found.write(_without_tail(line.rstrip(b"\r\n")))
    return found.getvalue()


def taken_out(raw: bytes, start: int, end: int) -> tuple[bytes, list[tuple[bytes, bytes]]]:
    """The text of this stretch without the files in it, and these as `(name, content)`. What only looks like one stays."""
    if raw.find(b"begin", start, end) < 0:
        return raw[start:end], []
    kept: list[bytes] = []
    files: list[tuple[bytes, bytes]] = []
    at = start
    first = _BEGIN.match(raw, start, end)
    begins = chain([first] if first else [], islice(_BEGIN_BELOW.finditer(raw, start, end), MOST_TRIES))
    for begin in begins:
        if begin.end() <= at or not _is_first_line(raw, begin.end()):
            continue
        last = _END.search(raw, begin.end() - 1, end)
        if last is None or len(files) >= MOST_FILES:
            break
        kept.append(raw[at : begin.start() + (begin is not first)])
        files.append((begin[1] or b"", decoded_within(raw, begin.end(), last.start() + 1)))
        at = last.end()
    return b"".join([*kept, raw[at:end]]), files


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
