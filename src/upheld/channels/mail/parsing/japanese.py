"""ISO-2022-JP as it is really sent: half-width katakana, the makers' own letters (① ㈱), eight-bit pieces, cut anywhere."""

from __future__ import annotations

import re
from typing import Final

_ESCAPE: Final = re.compile(rb"(\x1b\$[@B]|\x1b\$\([DO-Q]|\x1b\([BJIH]|\x0e|\x0f)")
_HALF_WIDTH: Final = (b"\x1b(I", b"\x0e")


def seven_bit(data: bytes) -> str:
    """Never raises; what is no letter of any set becomes the sign for that. Linear in its input."""
    pieces, mode = [], b"\x1b(B"
    for part in _ESCAPE.split(data):
        if _ESCAPE.fullmatch(part):
            mode = part
        elif part:
            pieces.append(_piece(part, mode))
    return "".join(pieces)


def _piece(part: bytes, mode: bytes) -> str:
    if mode in (b"\x1b$B", b"\x1b$@"):
        return "".join(_two_bytes(line) for line in part.splitlines(keepends=True))
    if mode.startswith(b"\x1b$("):
        return (mode + part + b"\x1b(B").decode("iso2022_jp_ext", "replace")
    if mode in _HALF_WIDTH:
        return bytes(byte | 0x80 if 0x21 <= byte <= 0x5F else byte for byte in part).decode("cp932", "replace")
    return part.decode("cp932", "replace")


def _two_bytes(line: bytes) -> str:
    """A stretch of JIS X 0208 by way of Shift-JIS, whose table has the makers' letters too. A line end ends it (RFC 1468)."""
    ended = re.search(rb"[\x00-\x20]*\Z", line)
    end = ended.start() if ended else len(line)
    pairs = line[: end - end % 2]
    shifted = bytearray()
    for first, second in zip(pairs[::2], pairs[1::2], strict=True):
        if not (0x21 <= first <= 0x7E and 0x21 <= second <= 0x7E):
            shifted += b"?"
            continue
        lead = ((first + 1) >> 1) + (0x70 if first <= 0x5E else 0xB0)
        trail = second + (0x7E if first % 2 == 0 else 0x20 if second > 0x5F else 0x1F)
        shifted += bytes((lead, trail))
    return shifted.decode("cp932", "replace") + line[end:].decode("ascii", "replace")
