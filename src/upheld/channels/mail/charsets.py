"""Bytes from strangers as text that we can store: every charset that occurs, labels that lie, no label at all. Never raises."""

from __future__ import annotations

import codecs
import re
from typing import Final

_OTHER_NAMES: Final = {
    "ansi_x3.110-1983": "cp1252",
    "ascii": "us-ascii",
    "gb2312": "gb18030",
    "gb_2312-80": "gb18030",
    "gbk": "gb18030",
    "iso-8859-1": "cp1252",
    "iso-8859-8-e": "iso-8859-8",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-9": "cp1254",
    "ks_c_5601": "cp949",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
    "latin1": "cp1252",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "x-sjis": "cp932",
    "tis-620": "cp874",
    "unicode-1-1-utf-7": "utf-7",
    "unicode-1-1-utf-8": "utf-8",
    "utf8mb4": "utf-8",
    "windows-31j": "cp932",
    "x-gbk": "gb18030",
    "x-mac-roman": "mac-roman",
    "x-user-defined": "cp1252",
}
# Python's codecs that are no charsets of mail: some are slow over long input, some mean something else entirely.
_NO_CHARSETS: Final = {"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"}
_ESCAPING: Final = {"utf-7", "hz", "iso2022_jp", "iso2022_jp_1", "iso2022_jp_2", "iso2022_jp_ext", "iso2022_kr"}
_JAPANESE: Final = re.compile(rb"\x1b\$[@B]|\x1b\([JI]")
_KOREAN: Final = b"\x1b$)C"
_NOT_STORABLE: Final = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def decode(data: bytes, label: str = "") -> str:
    """What somebody most likely wrote. The label is believed as far as the bytes allow it."""
    charset = _known(label)
    text = _by_label(data, charset) if charset else None
    if text is None:
        text = _by_look(data)
    if text is None:
        text = data.decode(charset or "cp1252", "replace")
    return storable(text)


def storable(text: str) -> str:
    """Without what PostgreSQL and JSON cannot hold, and without control characters other than line ends and tabs."""
    return _NOT_STORABLE.sub(lambda found: "\ufffd" if found[0] >= "\ud800" else "", text)


def _known(label: str) -> str:
    """The name of Python's codec for a label, or an empty text."""
    name = label.strip().strip("\"'").lower().replace("cp-", "cp").removeprefix("charset=")[:60]
    name = _OTHER_NAMES.get(name, name)
    try:
        found = codecs.lookup(name) if name and name.isascii() and "\x00" not in name else None
    except (LookupError, ValueError):
        return ""
    if found is None or found.name in _NO_CHARSETS or not getattr(found, "_is_text_encoding", True):
        return ""
    return found.name


def _by_label(data: bytes, charset: str) -> str | None:
    if charset.startswith(("utf-16", "utf-32")):
        if b"\x00" not in data[:4000]:
            return None  # such a label on text without a single zero byte is wrong
    elif charset not in _ESCAPING and charset != "utf-8":
        text = _beyond_ascii(data, "utf-8")
        if text is not None:
            return text  # valid UTF-8 beyond ASCII is never something else by chance
    return _strict(data, charset)


def _by_look(data: bytes) -> str | None:
    """Without a label that helps: escapes of Japanese and Korean mail, a byte-order mark, UTF-8, Western Europe."""
    if _JAPANESE.search(data):
        text = _strict(data, "iso2022_jp_ext")
        if text is not None:
            return text
    if _KOREAN in data:
        text = _strict(data, "iso2022_kr")
        if text is not None:
            return text
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = _strict(data, "utf-16")
        if text is not None:
            return text
    return _strict(data, "utf-8") or _strict(data, "cp1252")


def _beyond_ascii(data: bytes, charset: str) -> str | None:
    return None if data.isascii() else _strict(data, charset)


def _strict(data: bytes, charset: str) -> str | None:
    try:
        return data.decode(charset)
    except (UnicodeError, ValueError):
        return None
