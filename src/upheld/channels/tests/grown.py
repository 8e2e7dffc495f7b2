"""Mails grown by dice, of which is known what stands in them: no word may be missing from what is read."""

from __future__ import annotations

import base64
import binascii
import random
import re
from dataclasses import dataclass
from typing import Final

from upheld.channels.mail.parsing import ParsedMail, parse
from upheld.channels.tests.test_special_parts import a_property, cms_part, der, envelope, tnef

DEEPEST: Final = 4
MOST_LEAVES: Final = 12
_CHARSETS: Final = (
    "utf-8",
    "UTF-8",
    "iso-8859-1",
    "windows-1252",
    "us-ascii",
    "koi8-r",
    "iso-2022-jp",
    "gb2312",
    "x-unknown",
    "",
)
_FILLING: Final = (
    "Grüße aus Köln",
    "the pump – “now”",
    "Привет",
    "こんにちは",
    "你好",
    "price €5",
    "plain words only",
    "",
    "> quoted",
    "-- \nme",
)
_NAMES: Final = ("a.pdf", "../../b.txt", "ü.zip", "no ending", "x" * 300 + ".doc", "report.html", "pic.svg", "")
_MULTIPARTS: Final = ("mixed", "mixed", "related", "alternative", "signed", "digest", "report", "parallel", "x-own")
_TYPES: Final = (
    "application/octet-stream",
    "application/pdf",
    "image/png",
    "image/svg+xml",
    "text/csv",
    "audio/x-wav",
    "text/x-patch",
)


@dataclass(frozen=True, slots=True)
class Grown:
    """`words` stand in it somewhere, each once."""

    raw: bytes
    words: tuple[str, ...]


def grown(chance: random.Random) -> Grown:
    garden = _Garden(chance)
    body = garden.part(0)
    head = [
        b"From: Customer Reed <customer@harbour.example>",
        b"To: support@techflowsolutions.com",
        b"MIME-Version: 1.0",
    ]
    head.append(b"Subject: " + chance.choice((b"The pump", b"=?utf-8?q?Gr=C3=BC=C3=9Fe?=", b"Fwd: x", b"")))
    chance.shuffle(head)
    raw = b"\r\n".join(head) + b"\r\n" + body
    if chance.random() < 0.2 and not garden.has_bytes:
        raw = raw.replace(b"\r\n", b"\n")
    return Grown(raw, tuple(garden.words))


def missing(one: Grown) -> list[str]:
    """The words that are in none of what is read: text, page, files, the mails among these, and what is in these."""
    seen = "\n".join(_all_words(parse(one.raw), 0))
    return [word for word in one.words if word not in seen]


def _all_words(mail: ParsedMail, depth: int) -> list[str]:
    found = [mail.text, mail.html]
    for file in mail.files:
        found.append(file.data.decode("latin-1"))
        if file.content_type.startswith("message/") and depth < 2 * DEEPEST:
            found += _all_words(parse(file.data), depth + 1)
    return found


class _Garden:
    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.words: list[str] = []
        self.leaves = 0
        self.boundaries = 0
        self.has_bytes = False

    def part(self, depth: int) -> bytes:
        """A part with its head, which begins right where it stands."""
        self.leaves += 1
        if depth < DEEPEST and self.leaves < MOST_LEAVES and self.chance.random() < (0.8 if depth == 0 else 0.35):
            return self._multipart(depth)
        kinds = (
            self._text,
            self._text,
            self._page,
            self._file,
            self._mail,
            self._calendar,
            self._winmail,
            self._envelope,
        )
        return self.chance.choice(kinds)(depth)

    def _word(self) -> str:
        word = f"word{len(self.words)}z{self.chance.randrange(10**6)}q"
        self.words.append(word)
        return word

    def _multipart(self, depth: int) -> bytes:
        self.boundaries += 1
        boundary = (
            self.chance.choice(("x{}", "=_{}(a)", "--{}--", "b {} '+", "{:030}")).format(self.boundaries).encode()
        )
        parts = [self.part(depth + 1) for _ in range(self.chance.randrange(1, 4))]
        kind = self.chance.choice(_MULTIPARTS).encode()
        quoted = (
            self.chance.choice((b'; boundary="%s"', b';\r\n\tBoundary="%s"', b'; charset=x; boundary="%s"; a=b'))
            % boundary
        )
        preamble = self.chance.choice((b"", b"This is a multi-part message in MIME format.\r\n"))
        last = self.chance.choice((b"--" + boundary + b"--\r\n", b"--" + boundary + b"--", b""))
        whole = b"".join(
            b"--" + boundary + self.chance.choice((b"", b"  ")) + b"\r\n" + part + b"\r\n" for part in parts
        )
        return self._name(b"Content-Type") + b": multipart/" + kind + quoted + b"\r\n\r\n" + preamble + whole + last

    def _text(self, depth: int) -> bytes:
        charset = self.chance.choice(_CHARSETS)
        codec = {"x-unknown": "utf-8", "": "utf-8"}.get(charset, charset)
        text = f"{self.chance.choice(_FILLING)}\n{self._word()}\n{self.chance.choice(_FILLING)}\n".replace("\n", "\r\n")
        kind = b"text/plain" + (b"; format=flowed" if self.chance.random() < 0.2 else b"")
        return self._leaf(kind + (b"; charset=" + charset.encode() if charset else b""), text.encode(codec, "replace"))

    def _page(self, depth: int) -> bytes:
        page = f"<html><body><p>{self._word()}</p><style>x{{}}</style><div>{self.chance.choice(_FILLING)}</div></body></html>"
        return self._leaf(b"text/html; charset=utf-8", page.encode())

    def _file(self, depth: int) -> bytes:
        data = self.chance.randbytes(self.chance.randrange(40)) + self._word().encode() + self.chance.randbytes(20)
        return self._leaf(self.chance.choice(_TYPES).encode(), data, is_file=True)

    def _mail(self, depth: int) -> bytes:
        inner = b"Subject: inner\r\n" + (self.part(depth + 1) if depth < DEEPEST else b"\r\n" + self._word().encode())
        return b"Content-Type: message/rfc822\r\n\r\n" + inner

    def _calendar(self, depth: int) -> bytes:
        lines = (
            "BEGIN:VCALENDAR",
            "BEGIN:VEVENT",
            "DTSTART:20260302",
            f"SUMMARY:{self._word()}",
            "END:VEVENT",
            "END:VCALENDAR",
        )
        return self._leaf(b"text/calendar; method=REQUEST", "\r\n".join(lines).encode())

    def _winmail(self, depth: int) -> bytes:
        data = tnef(a_property(0x1E, 0x1000, self._word().encode()), file=self._word().encode())
        return (
            b"Content-Type: application/ms-tnef; name=winmail.dat\r\nContent-Transfer-Encoding: base64\r\n\r\n"
            + base64.encodebytes(data)
        )

    def _envelope(self, depth: int) -> bytes:
        return cms_part(envelope(der(4, b"Content-Type: text/plain\r\n\r\n" + self._word().encode())))

    def _leaf(self, kind: bytes, data: bytes, *, is_file: bool = False) -> bytes:
        fields = [self._name(b"Content-Type") + b": " + kind]
        name = self.chance.choice(_NAMES)
        if is_file or self.chance.random() < 0.2:
            way = self.chance.choice((b"attachment", b"inline", b"x-other"))
            fields.append(b"Content-Disposition: " + way + (b'; filename="' + name.encode() + b'"' if name else b""))
        can_stand = all(byte < 0x80 and byte != 0x1B for byte in data) or (not is_file and b"iso-2022" not in kind)
        match self.chance.randrange(4):
            case 0:
                fields.append(b"Content-Transfer-Encoding: " + self.chance.choice((b"base64", b"BASE64", b" Base64 ")))
                data = base64.encodebytes(data)
            case 1:
                fields.append(b"Content-Transfer-Encoding: quoted-printable")
                data = (
                    re.sub(rb"\n", b"\r\n", binascii.b2a_qp(data, istext=not is_file))
                    if is_file
                    else binascii.b2a_qp(data)
                )
            case 2 if can_stand:
                fields.append(
                    b"Content-Transfer-Encoding: " + self.chance.choice((b"7bit", b"8bit", b"binary", b"strange"))
                )
            case _ if not can_stand:
                fields.append(b"Content-Transfer-Encoding: base64")
                data = base64.encodebytes(data)
        self.has_bytes |= is_file
        self.chance.shuffle(fields)
        return b"\r\n".join(fields) + b"\r\n\r\n" + data

    def _name(self, name: bytes) -> bytes:
        return self.chance.choice((name, name, name.lower(), name.upper()))
