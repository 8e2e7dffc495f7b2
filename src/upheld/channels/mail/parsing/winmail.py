"""winmail.dat (TNEF, MS-OXTNEF): what Outlook wraps a mail and its files in when it takes the receiver for another Outlook.

Never raises. Our own reader, since libraries for it count as far as a stranger tells them to: here all ends with the bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from upheld.channels.mail.parsing.charsets import decode
from upheld.channels.mail.parsing.rtf import decompressed, rtf_to_text

MOST_FILES: Final = 100
MOST_OBJECTS: Final = 10_000
DEEPEST: Final = 3
TYPES: Final = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})
_MARK: Final = b"\x78\x9f\x3e\x22"
_BEGINS, _TITLE, _CONTENT, _ATTACHMENT, _BODY, _MESSAGE, _CODEPAGE = (
    0x9002, 0x8010, 0x800F, 0x9005, 0x800C, 0x9003, 0x9007,
)  # fmt: skip
_TEXT_IS, _HTML_IS, _RTF_IS, _DATA_IS, _NAME_IS, _LONG_NAME_IS = 0x1000, 0x1013, 0x1009, 0x3701, 0x3704, 0x3707
_FIXED: Final = {0x02: 4, 0x03: 4, 0x04: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x0A: 4, 0x0B: 4, 0x14: 8, 0x40: 8, 0x48: 16}
_UNICODE: Final = 0x1F
_OF_VARIED_LENGTH: Final = frozenset({0x0D, 0x1E, _UNICODE, 0x102})
_OLE: Final = 16  # a class identifier stands before the content of an embedded object


@dataclass(slots=True)
class Unwrapped:
    """What was inside: files by their name, and the words in up to two forms."""

    files: list[tuple[str, bytes]] = field(default_factory=list)
    text: str = ""
    html: str = ""


@dataclass(slots=True)
class _File:
    name: str = ""
    long_name: str = ""
    data: bytes = b""


def unwrapped(data: bytes) -> Unwrapped:
    """Empty where it is no TNEF; of a broken one as much as there is."""
    if not data.startswith(_MARK):
        return Unwrapped()
    return _Reader(data).read()


class _Reader:
    def __init__(self, data: bytes, depth: int = 0) -> None:
        self.data = data
        self.depth = depth
        self.charset = "cp1252"
        self.files: list[_File] = []
        self.found = Unwrapped()
        self.rtf = b""

    def read(self) -> Unwrapped:
        for kind, begin, end in self._objects():
            self._object(kind, begin, end)
        for one in self.files:
            if one.data or one.long_name or one.name:
                self.found.files += self._with_what_is_inside(one.long_name or one.name, one.data)
        del self.found.files[MOST_FILES:]
        if not self.found.text and not self.found.html:
            self.found.text = rtf_to_text(self.rtf)
        return self.found

    def _with_what_is_inside(self, name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
        """The file; and of a message that was attached in the same way its words and files, which nobody else could open."""
        yield name, data
        if self.depth < DEEPEST and data.startswith(_MARK):
            inner = _Reader(data, self.depth + 1).read()
            if inner.html or inner.text:
                yield (
                    f"{name or 'message'}.{'html' if inner.html else 'txt'}",
                    (inner.html or inner.text).encode("utf-8", "replace"),
                )
            yield from inner.files

    def _objects(self) -> Iterator[tuple[int, int, int]]:
        at = 6
        for _ in range(MOST_OBJECTS):
            if at + 9 > len(self.data):
                return
            end = at + 9 + self._number(at + 5)
            yield self._number(at + 1, 2), at + 9, min(end, len(self.data))
            at = end + 2

    def _object(self, kind: int, begin: int, end: int) -> None:
        if kind == _BEGINS and len(self.files) < MOST_FILES:
            self.files.append(_File())
        elif kind == _CODEPAGE:
            self.charset = f"cp{self._number(begin)}"
        elif kind == _BODY:
            self.found.text = self._words(self.data[begin:end])
        elif kind == _MESSAGE:
            self._message(begin, end)
        elif not self.files:
            return
        elif kind == _TITLE:
            self.files[-1].name = self._words(self.data[begin:end])
        elif kind == _CONTENT:
            self._keep(self.files[-1], self.data[begin:end])
        elif kind == _ATTACHMENT:
            self._attachment(self.files[-1], begin, end)

    def _message(self, begin: int, end: int) -> None:
        for name, is_unicode, value in self._properties(begin, end):
            if name == _TEXT_IS:
                self.found.text = self._words(value, is_unicode=is_unicode)
            elif name == _HTML_IS:
                self.found.html = (
                    decode(value).strip("\x00 \r\n") if not is_unicode else self._words(value, is_unicode=True)
                )
            elif name == _RTF_IS:
                self.rtf = decompressed(value)

    def _attachment(self, file: _File, begin: int, end: int) -> None:
        for name, is_unicode, value in self._properties(begin, end):
            if name == _LONG_NAME_IS:
                file.long_name = self._words(value, is_unicode=is_unicode)
            elif name == _NAME_IS and not file.name:
                file.name = self._words(value, is_unicode=is_unicode)
            elif name == _DATA_IS:
                self._keep(file, value[_OLE:] if value[_OLE : _OLE + 4] == _MARK else value)

    @staticmethod
    def _keep(file: _File, data: bytes) -> None:
        """The content may be said in two places, of which one holds only a picture of it: the longer one is the content."""
        if len(data) > len(file.data):
            file.data = data

    def _properties(self, begin: int, end: int) -> Iterator[tuple[int, bool, bytes]]:
        """Each property: its number, whether it is text in UTF-16, its value; of several values the first."""
        at = begin + 4
        for _ in range(min(self._number(begin), MOST_OBJECTS)):
            if at + 8 > end:
                return
            kind, name = self._number(at, 2), self._number(at + 2, 2)
            at += 4
            if name >= 0x8000:
                at += 20
                at += 4 + (_padded(self._number(at)) if self._number(at - 4) else 0)
            base = kind & 0xFFF
            count = 1
            if kind & 0x1000 or base in _OF_VARIED_LENGTH:
                count, at = self._number(at), at + 4
            for number in range(min(count, MOST_OBJECTS)):
                if base in _OF_VARIED_LENGTH:
                    size, at = self._number(at), at + 4
                elif base in _FIXED:
                    size = _FIXED[base]
                else:
                    return
                if at + size > end:
                    return
                if number == 0:
                    yield name, base == _UNICODE, self.data[at : at + size]
                at += _padded(size)

    def _number(self, at: int, size: int = 4) -> int:
        return int.from_bytes(self.data[at : at + size], "little")

    def _words(self, value: bytes, *, is_unicode: bool = False) -> str:
        text = value.decode("utf-16-le", "replace") if is_unicode else decode(value, self.charset)
        return text.partition("\x00")[0].replace("\r\n", "\n").strip()


def _padded(size: int) -> int:
    return size + -size % 4
