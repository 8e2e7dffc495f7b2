"""Signed and encrypted parts: the first are shown, their signatures kept and not checked; the others are kept as they came."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from upheld.channels.mail.parsing.mime import Part

SEALED: Final = "This message is encrypted, so we cannot read it here. Its parts are attached as they came."
CLEAR_SIGNED: Final = "-----BEGIN PGP SIGNED MESSAGE-----"
SIGNED_TYPE: Final = "application/pkcs7-mime; smime-type=signed-data"
SIGNATURES: Final = frozenset(
    {"application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature", SIGNED_TYPE}
)
_CMS: Final = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
_SIGNED_DATA: Final = bytes.fromhex("2a864886f70d010702")
_DATA: Final = bytes.fromhex("2a864886f70d010701")
_SEQUENCE, _OID, _OCTETS, _CONTENT = 0x30, 0x06, 0x04, 0xA0
DEEPEST: Final = 12


def is_cms(part: Part) -> bool:
    return part.content_type in _CMS


def is_sealed(part: Part) -> bool:
    return part.content_type == "multipart/encrypted"


def signed_content(data: bytes) -> bytes | None:
    """The mail inside a signed S/MIME envelope (CMS SignedData, RFC 5652); None if there is none that can be read."""
    try:
        envelope = list(_within(data, *_first(data, 0, len(data), _SEQUENCE), depth=0))
        if not _is(data, envelope[0], _OID, _SIGNED_DATA) or envelope[1][0] != _CONTENT:
            return None
        signed = list(_within(data, *_first(data, envelope[1][1], envelope[1][2], _SEQUENCE), depth=1))
        inner = list(_within(data, signed[2][1], signed[2][2], depth=2))
        if not _is(data, inner[0], _OID, _DATA) or inner[1][0] != _CONTENT:
            return None
        return b"".join(_octets(data, inner[1][1], inner[1][2], 3))
    except (IndexError, ValueError):
        return None


def _is(data: bytes, one: tuple[int, int, int], tag: int, value: bytes) -> bool:
    return one[0] == tag and data[one[1] : one[2]] == value


def _first(data: bytes, start: int, end: int, tag: int) -> tuple[int, int]:
    found = next(_within(data, start, end, depth=0), None)
    if found is None or found[0] != tag:
        raise ValueError
    return found[1], found[2]


def _octets(data: bytes, start: int, end: int, depth: int) -> Iterator[bytes]:
    for tag, first, last in _within(data, start, end, depth=depth):
        if tag == _OCTETS:
            yield data[first:last]
        elif tag == _OCTETS | 0x20:
            yield from _octets(data, first, last, depth + 1)


def _within(data: bytes, start: int, end: int, *, depth: int) -> Iterator[tuple[int, int, int]]:
    """The elements of BER in this stretch: tag, where the content begins, where it ends. Raises ValueError."""
    at = start
    while at < end and data[at : at + 2] != b"\0\0":
        tag, first, last, at = _element(data, at, end, depth)
        yield tag, first, last


def _element(data: bytes, at: int, end: int, depth: int) -> tuple[int, int, int, int]:
    if depth > DEEPEST or at + 2 > end or data[at] & 0x1F == 0x1F:
        raise ValueError("too deep, cut off, or a tag that such envelopes do not have")
    tag, length, first = data[at], data[at + 1], at + 2
    if length == 0x80:
        last = first
        while data[last : last + 2] != b"\0\0":
            last = _element(data, last, end, depth + 1)[3]
        return tag, first, last, last + 2
    if length > 0x80:
        size = length & 0x7F
        length, first = int.from_bytes(data[first : first + size], "big"), first + size
    if first + length > end:
        raise ValueError("longer than what is there")
    return tag, first, first + length, first + length
