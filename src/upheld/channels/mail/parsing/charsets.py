"""Bytes from strangers as text that we can store: every charset that occurs, labels that lie, no label at all. Never raises."""

from __future__ import annotations

import codecs
import re
from typing import Final

from upheld.channels.mail.parsing.guessing import guessed
from upheld.channels.mail.parsing.japanese import seven_bit

_OTHER_NAMES: Final = {
    "ansi": "cp1252",
    "ansi_x3.110-1983": "cp1252",
    "cesu-8": "utf-8",
    "cp936": "gb18030",
    "euc-kr": "cp949",
    "euckr": "cp949",
    "gb2312": "gb18030",
    "gb_2312": "gb18030",
    "gb_2312-80": "gb18030",
    "gbk": "gb18030",
    "iso-10646-ucs-2": "utf-16-be",
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859_1": "cp1252",
    "iso_8859-1": "cp1252",
    "iso-8859-8-e": "iso-8859-8",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-6-e": "iso-8859-6",
    "iso-8859-6-i": "iso-8859-6",
    "iso-8859-9": "cp1254",
    "iso-8859-11": "cp874",
    "korean": "cp949",
    "ks_c_5601": "cp949",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601-1989": "cp949",
    "ksc5601": "cp949",
    "l1": "cp1252",
    "latin-1": "cp1252",
    "latin1": "cp1252",
    "macintosh": "mac-roman",
    "mac": "mac-roman",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "tis-620": "cp874",
    "unicode": "utf-16",
    "unicode-1-1-utf-7": "utf-7",
    "unicode-1-1-utf-8": "utf-8",
    "utf-8mb4": "utf-8",
    "utf8mb4": "utf-8",
    "user-defined": "cp1252",
    "windows-31j": "cp932",
    "windows-874": "cp874",
    "windows-949": "cp949",
}
_BY_NUMBER: Final = re.compile(r"(?:windows|win|cp|dos|ibm|ms)[-_ ]?(\d{3,4})")
# Python's codecs that are no charsets of mail: some are slow over long input, some mean something else entirely.
_NO_CHARSETS: Final = {"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"}
_ESCAPING: Final = {"utf-7", "hz", "iso2022_jp", "iso2022_jp_1", "iso2022_jp_2", "iso2022_jp_ext", "iso2022_kr"}
_NO_LABELS: Final = {"", "ascii", "cp1252", "iso8859-15", "utf-8"}  # what is written also by programs that do not know
_JAPANESE: Final = re.compile(rb"\x1b\$[@B]|\x1b\([JI]")
_KOREAN: Final = b"\x1b$)C"
_NOT_STORABLE: Final = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def decode(data: bytes, label: str = "") -> str:
    """What somebody most likely wrote. The label is believed as far as the bytes allow it."""
    charset = _known(label)
    text = _escaped(data) if charset in _NO_LABELS else None
    if text is None and charset:
        text = _by_label(data, charset)
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
    name = label.partition(";")[0].strip().strip("\"'").lower().removeprefix("charset=")[:60].strip("\"' ")
    while name.startswith("x-"):
        name = name[2:]
    name = _OTHER_NAMES.get(name, name)
    number = _BY_NUMBER.fullmatch(name)
    if number is not None:
        name = _OTHER_NAMES.get(f"cp{number[1]}", f"cp{number[1]}")
    try:
        found = codecs.lookup(name) if name and name.isascii() and "\x00" not in name else None
    except (LookupError, ValueError):
        return ""
    if found is None or found.name in _NO_CHARSETS or not getattr(found, "_is_text_encoding", True):
        return ""
    return _OTHER_NAMES.get(found.name, found.name)


def _by_label(data: bytes, charset: str) -> str | None:
    if charset in ("utf-16", "utf-32") and data[:2] not in (b"\xff\xfe", b"\xfe\xff", b"\x00\x00"):
        return _without_mark(data, charset)
    if charset.startswith(("utf-16", "utf-32")) and b"\x00" not in data[:4000] and not _is_utf16_of_the_east(data):
        return None  # such a label on text without a single zero byte is wrong
    if charset.startswith("iso2022_jp"):
        return _beyond_ascii(data, "utf-8") or seven_bit(data)
    if charset not in _ESCAPING and not charset.startswith("utf-"):
        text = _beyond_ascii(data, "utf-8")
        if text is not None:
            return text  # valid UTF-8 beyond ASCII is never something else by chance
    if charset == "cp1252" and (better := guessed(data)):
        return _strict(data, better) or _strict(data, charset)
    return _strict(data, charset)


def _by_look(data: bytes) -> str | None:
    """Without a label that helps: escapes of Asian mail, a byte-order mark, UTF-8, what reads like a language, Western Europe."""
    text = _escaped(data)
    if text is not None:
        return text
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = _strict(data, "utf-16")
    elif data[:400].count(b"\x00") > len(data[:400]) // 4:
        text = _without_mark(data, "utf-16")
    if text is not None:
        return text
    text = _strict(data, "utf-8")
    if text is not None:
        return text
    better = guessed(data)
    return (data.decode(better, "replace") if better else None) or _mostly_utf8(data) or _strict(data, "cp1252")


def _escaped(data: bytes) -> str | None:
    """Japanese and Korean mail in seven bits, which tells itself by its escapes."""
    if b"\x1b" not in data:
        return None
    if _JAPANESE.search(data):
        return seven_bit(data)
    return _strict(data, "iso2022_kr") if _KOREAN in data else None


def _mostly_utf8(data: bytes) -> str | None:
    """UTF-8 with a few bytes of damage: cut off, or a piece of something else in it."""
    text = data.decode("utf-8", "replace")
    wrong = text.count("\ufffd")
    right = sum(letter >= "\x80" for letter in text[:20_000]) - wrong
    return text if right > 4 * wrong else None


def _is_utf16_of_the_east(data: bytes) -> bool:
    """Text without ASCII in it, such as Chinese without a blank, has no zero bytes in UTF-16."""
    return _strict(data, "utf-8") is None and len(data) % 2 == 0 and data[:2] in (b"\xff\xfe", b"\xfe\xff")


def _without_mark(data: bytes, charset: str) -> str | None:
    """UTF-16 or UTF-32 without a byte-order mark: its zero bytes say which end comes first."""
    zeros = data[:4000:2].count(0), data[1:4000:2].count(0)
    if not any(zeros):
        return None
    return _strict(data, f"{charset}-{'be' if zeros[0] > zeros[1] else 'le'}")


def _beyond_ascii(data: bytes, charset: str) -> str | None:
    return None if data.isascii() else _strict(data, charset)


def _strict(data: bytes, charset: str) -> str | None:
    try:
        return data.decode(charset)
    except (UnicodeError, ValueError):
        return None
