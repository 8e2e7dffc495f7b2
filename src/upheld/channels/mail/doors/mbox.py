"""Files in mbox form: many mails one after another, each begun by a line `From …`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO, Final

LONGEST_MAIL: Final = 1024 * 1024 * 1024
_BEGINS: Final = re.compile(rb"From [^\r\n]{0,1000}\r?\n")
_ESCAPED: Final = re.compile(rb"^>(>*From )", re.MULTILINE)


class NotAnMbox(ValueError):
    """The file does not begin as an mbox does."""


def mails_in(file: BinaryIO) -> Iterator[bytes]:
    """Every mail, in the order of the file, one in memory at a time; what programs escape in the text (`>From`) is undone.

    A `From ` line counts after a blank line only, as programs write it. Raises NotAnMbox before the first mail.
    """
    first = file.readline(2000)
    if not first:
        return
    if not _BEGINS.fullmatch(first):
        raise NotAnMbox("It does not begin with a line “From …”, as an mbox does.")
    lines: list[bytes] = []
    before_blank = False
    for line in file:
        if before_blank and _BEGINS.fullmatch(line):
            yield _whole(lines)
            lines = []
        else:
            lines.append(line)
        before_blank = not line.strip()
    yield _whole(lines)


def _whole(lines: list[bytes]) -> bytes:
    """Without the blank line that parts it from the next."""
    if lines and not lines[-1].strip():
        lines = lines[:-1]
    return _ESCAPED.sub(rb"\1", b"".join(lines))
