"""The parts of a mail, found in its bytes. Never raises; time and memory are bounded whatever comes.

The standard library's parser first turns the whole mail into text with surrogates, which costs several times its size, and
falls over deep nesting. This one keeps offsets into the bytes and copies nothing until a part's content is asked for.
"""

from __future__ import annotations

import binascii
import mimetypes
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from upheld.channels.mail.parsing.fields import base64_within, parameters
from upheld.channels.mail.parsing.mislabelled import end_of_base64, text_says_base64
from upheld.channels.mail.parsing.uuencoded import decoded_within

DEEPEST: Final = 20
MOST_PARTS: Final = 1000
LONGEST_HEAD: Final = 512 * 1024
MOST_FIELDS: Final = 5000
MOST_FIELDS_OF_ALL: Final = 10_000  # of all parts together; after so many, FEW_FIELDS of each are enough
FEW_FIELDS: Final = 50

TOO_MANY_PARTS: Final = "too many parts"
TOO_DEEP: Final = "nested too deeply"
_END_OF_HEAD: Final = re.compile(rb"\n\r?\n")
_LINE: Final = re.compile(rb"[^\n]*(?:\n|\Z)")
_NAME: Final = re.compile(rb"([!-9;-~]{1,200})[ \t]*:")
_IDENTITY: Final = frozenset({b"", b"7bit", b"8bit", b"binary"})
_KNOWN: Final = (
    rb"(?:from|sender|reply-to|to|cc|subject|date|message-id|in-reply-to|references|mime-version|content-[a-z-]{2,30}|auto-submitted"
    rb"|precedence|return-path|delivered-to|x-original-to|received|list-id|x-failed-recipients)"
)
_KNOWN_FIELD: Final = re.compile(_KNOWN + rb"[ \t]*:", re.IGNORECASE)
_WEIGHTY: Final = re.compile(rb"^" + _KNOWN + rb"[ \t]*:[^\n]*\n(?:[ \t][^\n]*\n){0,50}", re.IGNORECASE | re.MULTILINE)
MOST_LATE_FIELDS: Final = 50
_TYPE: Final = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]*/[a-z0-9][a-z0-9!#$&^_.+-]*")


@dataclass(slots=True)
class Part:
    """A mail, or one part of it: its fields, where its content lies in the bytes, and the parts within."""

    raw: bytes
    start: int = 0
    end: int = 0
    depth: int = 0
    fields: list[tuple[str, bytes]] = field(default_factory=list)
    content_type: str = "text/plain"
    options: dict[str, str] = field(default_factory=dict)
    children: list[Part] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def value(self, name: str) -> bytes:
        """The first field of this name (in lower case), unfolded; empty if there is none."""
        return next((value for known, value in self.fields if known == name), b"")

    def values(self, name: str) -> list[bytes]:
        return [value for known, value in self.fields if known == name]

    @property
    def main_type(self) -> str:
        return self.content_type.partition("/")[0]

    @property
    def charset(self) -> str:
        return self.options.get("charset", "")

    @property
    def disposition(self) -> tuple[str, dict[str, str]]:
        return parameters(self.value("content-disposition"))

    @property
    def name(self) -> str:
        """The file name that it came with, as it stands there."""
        return self.disposition[1].get("filename") or self.options.get("name", "")

    def content(self) -> bytes:
        """The content with its transfer encoding undone."""
        encoding = self.value("content-transfer-encoding").strip().lower()
        match encoding:
            case b"base64":
                return self._from_base64()
            case b"quoted-printable":
                return binascii.a2b_qp(memoryview(self.raw)[self.start : self.end])
            case b"x-uuencode" | b"uuencode" | b"x-uue" | b"uue":
                return decoded_within(self.raw, self.start, self.end)
        return self.raw[self.start : self.end]

    def beginning(self, size: int) -> bytes:
        """About so many bytes of the content, without the work for the rest of it."""
        whole = self.end
        self.end = min(self.end, self.start + 2 * size)
        try:
            return self.content()[:size]
        finally:
            self.end = whole

    @property
    def is_as_it_stands(self) -> bool:
        """Whether the content is the bytes of the mail from start to end."""
        return self.value("content-transfer-encoding").strip().lower() in _IDENTITY

    def _from_base64(self) -> bytes:
        if self.main_type != "text":
            return base64_within(self.raw, self.start, self.end)
        if text_says_base64(self.raw, self.start, self.end):
            return self.raw[self.start : self.end]
        end = end_of_base64(self.raw, self.start, self.end)
        return base64_within(self.raw, self.start, end) + self.raw[end : self.end]

    def leaves(self) -> Iterator[Part]:
        """The parts that hold something themselves."""
        if not self.children:
            yield self
        for child in self.children:
            yield from child.leaves()


def read(raw: bytes, *, depth: int = 0) -> Part:
    """The mail as a tree of parts. `depth` is how deep in another mail it was found."""
    if b"\n" not in raw and b"\r" in raw:
        raw = raw.replace(b"\r", b"\n")
    root = Part(raw, depth=depth)
    _Reader(raw, root.problems).fill(root, 0, len(raw), "text/plain")
    return root


def read_head(raw: bytes) -> Part:
    """Only the fields of the mail; as cheap for a large mail as for a small one."""
    root = Part(raw)
    if b"\n" not in raw:
        raw = raw[:LONGEST_HEAD].replace(b"\r", b"\n")
    _Reader(raw, root.problems).fill_fields(root, 0, len(raw), "text/plain")
    return root


class _Reader:
    def __init__(self, raw: bytes, problems: list[str]) -> None:
        self.raw = raw
        self.problems = problems
        self.parts = 0
        self.fields = 0

    def fill(self, part: Part, start: int, end: int, usual: str) -> None:
        self.parts += 1
        self.fill_fields(part, start, end, usual)
        boundary = part.options.get("boundary", "").rstrip()
        if part.main_type != "multipart":
            return
        if not boundary or part.depth >= DEEPEST:
            self._problem(f"{part.content_type} without a boundary" if not boundary else TOO_DEEP)
            part.content_type = "text/plain" if not boundary else "application/octet-stream"
            return
        usual_within = "message/rfc822" if part.content_type == "multipart/digest" else "text/plain"
        for first, last in self._between(boundary.encode("utf-8", "replace"), part.start, part.end):
            if self.parts >= MOST_PARTS:
                self._problem(TOO_MANY_PARTS)
                break
            child = Part(self.raw, depth=part.depth + 1)
            self.fill(child, first, last, usual_within)
            part.children.append(child)
        if not part.children:
            self._problem("the boundary does not occur")
            part.content_type = "text/plain"

    def fill_fields(self, part: Part, start: int, end: int, usual: str) -> None:
        found, part.start = self._head(part.depth, start, end)
        self.fields += len(found)
        part.fields, part.end = [(name, bytes(value)) for name, value in found], end
        content_type, options = parameters(part.value("content-type"))
        part.options = options
        if not _TYPE.fullmatch(content_type):
            content_type = mimetypes.guess_type(part.name)[0] or usual
        part.content_type = content_type

    def _head(self, depth: int, start: int, end: int) -> tuple[list[tuple[str, bytearray]], int]:
        """The fields, and where the content begins."""
        limit, at = min(end, start + LONGEST_HEAD), start
        value: bytearray | None = None
        found: list[tuple[str, bytearray]] = []
        most = MOST_FIELDS if self.fields < MOST_FIELDS_OF_ALL else FEW_FIELDS
        while at < limit and len(found) < most:
            line = _LINE.match(self.raw, at, limit)
            assert line is not None
            bare = line[0].rstrip(b"\r\n")
            if not bare:
                return found, line.end()
            is_shifted = value is None and bare[:1] in b" \t"
            name = _NAME.match(bare.lstrip() if is_shifted else bare)
            if bare[:1] in b" \t" and value is not None:
                if bare.strip():
                    value += b" " + bare.strip()
            elif name is not None:
                value = bytearray(bare.lstrip()[name.end() :].strip())
                found.append((name[1].decode("ascii").lower(), value))
                if is_shifted:
                    self._problem("the first line of the head begins with a blank")
            elif not self._is_passed_over(bare, depth, is_first=at == start, following=line.end()):
                self._problem("a line of the head is no field")
                return found, at
            at = line.end()
        if at < end:
            self._problem("the head is too long")
            blank = _END_OF_HEAD.search(self.raw, at - 1, end)
            if depth == 0 or most == MOST_FIELDS:
                found += self._late(at, blank.start() + 1 if blank else end)
            at = blank.end() if blank else end
        return found, at

    def _is_passed_over(self, line: bytes, depth: int, *, is_first: bool, following: int) -> bool:
        """Whether a line that is no field stands in a head that goes on: the mark of a mailbox, debris before a field."""
        if depth == 0 and is_first and line.startswith((b"From ", b">From ")):
            return True
        if line.startswith(b"--") or not _KNOWN_FIELD.match(self.raw, following):
            return False
        self._problem("a line of the head is no field")
        return True

    def _late(self, at: int, end: int) -> list[tuple[str, bytearray]]:
        """The fields that we cannot do without, where they stand behind more than anybody reads."""
        late = []
        for found in _WEIGHTY.finditer(self.raw, self.raw.rfind(b"\n", 0, at) + 1, end):
            name, _, value = found[0][:LONGEST_HEAD].partition(b":")
            late.append((name.strip().decode("ascii").lower(), bytearray(b" ".join(value.split()))))
            if len(late) >= MOST_LATE_FIELDS:
                break
        return late

    def _between(self, boundary: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Where the parts between the boundaries lie. Without a last boundary the last part goes on to the end.

        Parts that come after the last boundary are parts as well: some programs join mails without a look at it.
        """
        mark = re.compile(rb"\n--" + re.escape(boundary) + rb"(--)?[ \t]*+\r?(?:\n|\Z)")
        at, first = max(0, start - 1), None
        while found := mark.search(self.raw, at, end):
            if first is not None:
                yield first, self._without_line_end(first, found.start())
            if found[1] and first is None:
                return
            first = None if found[1] else found.end()
            at = max(at + 1, found.end() - 1)
        if first is not None:
            self._problem("the last boundary is missing")
            yield first, end

    def _without_line_end(self, first: int, last: int) -> int:
        last -= last > first and self.raw[last - 1 : last] == b"\r"
        return max(first, last)

    def _problem(self, words: str) -> None:
        if words not in self.problems and len(self.problems) < 20:
            self.problems.append(words)
