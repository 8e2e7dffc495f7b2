"""The words of RTF, as Outlook keeps them in winmail.dat. Linear in its input; never raises."""

from __future__ import annotations

import re
from typing import Final

from upheld.channels.mail.parsing.charsets import decode

MOST_DEPTH: Final = 200
LARGEST: Final = 1024 * 1024
_KNOWN_BEFORE: Final = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans Serif"
    b"SymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)
_TOKEN: Final = re.compile(
    rb"\\'([0-9a-fA-F]{2})|\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\([^a-zA-Z])|([{}])|[\r\n]+|([^\\{}\r\n]+)|\\"
)
_UNSEEN: Final = frozenset(
    b"fonttbl colortbl stylesheet info pict object generator listtable htmltag mhtmltag header footer".split()
)
_SIGNS: Final = {
    b"par": "\n", b"line": "\n", b"tab": "\t", b"row": "\n", b"cell": "\t", b"bullet": "•", b"endash": "–",
    b"emdash": "—", b"lquote": "‘", b"rquote": "’", b"ldblquote": "“", b"rdblquote": "”",
}  # fmt: skip


def decompressed(data: bytes) -> bytes:
    """RTF as it is packed in TNEF (MS-OXRTFCP); as far as it can be unpacked."""
    if data[8:12] == b"MELA":
        return data[16 : 16 + LARGEST]
    if data[8:12] != b"LZFu":
        return data[:LARGEST] if data.startswith(b"{\\rtf") else b""
    out = bytearray(_KNOWN_BEFORE)
    size = min(int.from_bytes(data[4:8], "little"), LARGEST) + len(_KNOWN_BEFORE)
    at = 16
    while at < len(data) and len(out) < size:
        flags, at = data[at], at + 1
        for bit in range(8):
            if at >= len(data) or len(out) >= size:
                break
            if not flags >> bit & 1:
                out.append(data[at])
                at += 1
                continue
            where = int.from_bytes(data[at : at + 2], "big")
            at += 2
            back = (len(out) - (where >> 4)) % 4096 or 4096
            if where >> 4 == len(out) % 4096 or back > len(out):
                return bytes(out[len(_KNOWN_BEFORE) :])
            for _ in range((where & 15) + 2):
                out.append(out[-back])
    return bytes(out[len(_KNOWN_BEFORE) :])


def rtf_to_text(data: bytes) -> str:
    """The text; also of HTML that is wrapped in RTF, without its markup."""
    said = re.search(rb"\\ansicpg(\d{3,5})", data[:2000])
    return _Reader(f"cp{said[1].decode()}" if said else "cp1252").read(data)


class _Reader:
    def __init__(self, charset: str) -> None:
        self.charset = charset
        self.words: list[str] = []
        self.raw = bytearray()
        self.is_seen = [True]
        self.in_htmlrtf = False
        self.skip = 0  # letters after \\u that say the same for older programs

    def read(self, data: bytes) -> str:
        for token in _TOKEN.finditer(data):
            if token[5]:
                self._group(token[5])
            elif token[2]:
                self._control(token[2], token[3])
            elif token[4]:
                self._symbol(token[4])
            elif token[1]:
                self._letters(bytes.fromhex(token[1].decode()))
            elif token[6]:
                self._letters(token[6])
        self._flush()
        return re.sub(r"\n{3,}", "\n\n", "".join(self.words)).strip()

    def _group(self, brace: bytes) -> None:
        if brace == b"{" and len(self.is_seen) < MOST_DEPTH:
            self.is_seen.append(self.is_seen[-1])
        elif brace == b"}" and len(self.is_seen) > 1:
            self.is_seen.pop()

    def _control(self, word: bytes, number: bytes | None) -> None:
        if word in _UNSEEN:
            self.is_seen[-1] = False
        elif word == b"htmlrtf":
            self.in_htmlrtf = number != b"0"
        elif word == b"u" and number is not None:
            self._write(chr(int(number) % 65536))
            self.skip = 1
        elif word in _SIGNS:
            self._write(_SIGNS[word])

    def _symbol(self, symbol: bytes) -> None:
        if symbol == b"*":
            self.is_seen[-1] = False
        elif symbol in b"{}\\":
            self._letters(symbol)
        elif symbol == b"~":
            self._write(" ")

    def _letters(self, letters: bytes) -> None:
        kept, self.skip = letters[self.skip :], max(0, self.skip - len(letters))
        if self.is_seen[-1] and not self.in_htmlrtf:
            self.raw += kept

    def _write(self, text: str) -> None:
        if self.is_seen[-1] and not self.in_htmlrtf:
            self._flush()
            self.words.append(text)

    def _flush(self) -> None:
        if self.raw:
            self.words.append(decode(bytes(self.raw), self.charset))
            self.raw.clear()
