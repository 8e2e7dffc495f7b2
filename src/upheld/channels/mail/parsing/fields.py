"""Single fields of a mail's head: encoded words, parameters, addresses, Message-IDs, dates. Never raises; linear in its input."""

from __future__ import annotations

import binascii
import hashlib
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate, parsedate_to_datetime
from io import BytesIO
from itertools import groupby
from typing import Final, NamedTuple
from urllib.parse import unquote_to_bytes

from upheld.channels.mail.parsing.charsets import decode, storable

LONGEST_ID: Final = 300
LONGEST_ADDRESS: Final = 254
MOST_ADDRESSES: Final = 500
LONGEST_VALUE: Final = 100_000
LONGEST_PARAMETERS: Final = 6_000
LONGEST_PUT_TOGETHER: Final = 700  # bytes


class Mailbox(NamedTuple):
    """Somebody's name, as far as it was given, and mail address in lower case."""

    name: str
    address: str


# -- text ------------------------------------------------------------------------------------------------------------------

_WORD: Final = re.compile(
    r"=\?([^\s?*]{1,60})(?:\*[^\s?]{0,40})?\?([bBqQ])\?([^?]*)\?=(?P<gap>\s+(?==\?[^\s?]+\?[bBqQ]\?))?"
)


def text_of(raw: bytes, charset: str = "") -> str:
    """The value of a field as one line of text, encoded words (RFC 2047) decoded. Bare bytes are in `charset`, if it is known."""
    return " ".join(_words_decoded(_loose(raw, charset)).split())


def _loose(raw: bytes, charset: str = "") -> str:
    value = raw[:LONGEST_VALUE]
    if charset and not value.isascii():
        try:
            return storable(value.decode("utf-8"))
        except UnicodeDecodeError:
            return decode(value, charset)
    return decode(value)


def _words_decoded(text: str) -> str:
    if "=?" not in text:
        return text
    pieces: list[
        tuple[str, bytes | str]
    ] = []  # neighbouring words of one charset are decoded as one: letters may be split
    at = 0
    for word in _WORD.finditer(text):
        if word.start() > at:
            pieces.append(("", text[at : word.start()]))
        pieces.append((word[1].lower(), _word_bytes(word[2], word[3])))
        at = word.end()
    pieces.append(("", text[at:]))
    decoded = []
    for charset, run in groupby(pieces, key=lambda piece: piece[0]):
        values = [value for _, value in run]
        if charset:
            decoded.append(decode(b"".join(value for value in values if isinstance(value, bytes)), charset))
        else:
            decoded.extend(value for value in values if isinstance(value, str))
    return "".join(decoded)


def _word_bytes(encoding: str, payload: str) -> bytes:
    data = payload.encode("utf-8", "replace")
    if encoding in "bB":
        return from_base64(data)
    return binascii.a2b_qp(data.replace(b"_", b" "), header=True)


_NOT_BASE64: Final = bytes(set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"))


MOST_PADDINGS: Final = 1_000
_AT_ONCE: Final = 1024 * 1024


def from_base64(data: bytes) -> bytes:
    """What can be had of it: strange characters are skipped, missing padding is added, pieces with padding are joined.

    With padding all over the place it is no base64 that anybody meant, and stays as it is.
    """
    return base64_within(data, 0, len(data))


def base64_within(raw: bytes, start: int, end: int) -> bytes:
    """The same of a stretch of the bytes, of which only a little is copied at a time."""
    last = max(start, end - 100)  # where padding belongs
    if raw.count(b"=", start, last) == 0:
        return _by_pieces(raw, start, end)
    if raw.count(b"=", start, last) > MOST_PADDINGS:
        return raw[start:end]
    return b"".join(map(_one_base64, re.split(rb"=+", raw[start:end])))


def _by_pieces(raw: bytes, start: int, end: int) -> bytes:
    decoded, rest = BytesIO(), b""
    last = max(start, end - 100)
    for at in range(start, last, _AT_ONCE):
        letters = rest + raw[at : min(at + _AT_ONCE, last)].translate(None, _NOT_BASE64)
        whole = len(letters) // 4 * 4
        decoded.write(binascii.a2b_base64(letters[:whole]))
        rest = letters[whole:]
    first, *others = re.split(rb"=+", raw[last:end])
    for piece in (rest + first, *others):
        decoded.write(_one_base64(piece))
    return decoded.getvalue()


def _one_base64(data: bytes) -> bytes:
    letters = data.translate(None, _NOT_BASE64)
    if len(letters) % 4 == 1:
        letters = letters[:-1]
    return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))


# -- parameters ------------------------------------------------------------------------------------------------------------

_PARAMETER: Final = re.compile(r';\s*([^\s=;"]{1,100})\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;]*))', re.DOTALL)


def parameters(raw: bytes) -> tuple[str, dict[str, str]]:
    """`text/plain; charset="utf-8"` as its main value and its parameters, both in lower case but for the values.

    Continued and encoded parameters (RFC 2231) are put together; encoded words, which do not belong there, are decoded too.
    """
    text = _loose(raw[:LONGEST_PARAMETERS])
    main = text.partition(";")[0].strip().lower()
    plain: dict[str, str] = {}
    continued: dict[str, dict[int, tuple[bool, str]]] = {}
    for found in _PARAMETER.finditer(text):
        value = (
            re.sub(r"\\(.)", r"\1", found[2], flags=re.DOTALL) if found[2] is not None else found[3].strip().strip('"')
        )
        name, star, rest = found[1].lower().partition("*")
        if not star:
            plain.setdefault(name, " ".join(_words_decoded(value).split()) if "=?" in value else value)
            continue
        number, encoded = rest.rstrip("*"), rest.endswith("*") or not rest
        if len(number) < 5 and (number.isdecimal() or not number):
            continued.setdefault(name, {}).setdefault(int(number or 0), (encoded, value))
    for name, pieces in continued.items():
        plain[name] = _put_together(pieces)
    return main, plain


def _put_together(pieces: dict[int, tuple[bool, str]]) -> str:
    charset, data = "", b""
    for number, (encoded, value) in sorted(pieces.items()):
        if encoded and number == 0 and value.count("'") >= 2:
            charset, _, value = value.split("'", 2)  # noqa: PLW2901 - what is left after charset and language
        if len(data) > LONGEST_PUT_TOGETHER:
            break
        value = value[: 3 * LONGEST_PUT_TOGETHER]  # noqa: PLW2901 - nobody means more
        data += unquote_to_bytes(value) if encoded else value.encode("utf-8", "replace")
    if len(data) > LONGEST_PUT_TOGETHER:
        data = data[:LONGEST_PUT_TOGETHER]
    return decode(data, charset)


# -- addresses -------------------------------------------------------------------------------------------------------------

_ADDRESS: Final = re.compile(
    r'(?:"[^"\x00-\x1f]{1,200}"|[^\s<>@"(),:;\\\[\]]{1,200})@(?:\[(?:IPv6:)?[0-9A-Fa-f.:]{2,45}\]|[^\s<>@"(),:;\\]{1,254})'
)


def mailboxes(raw: bytes, charset: str = "") -> list[Mailbox]:
    """Everybody named in a field such as To. What is no address is left out; a comma in quotes parts nobody."""
    found = (_mailbox(piece) for piece in _parted(_loose(raw, charset)))
    return [box for box, _ in zip((box for box in found if box), range(MOST_ADDRESSES), strict=False)]


def address_in(text: str) -> str:
    """The address in `Name <address>`, or in an SMTP command, in lower case; an empty text if there is none."""
    box = _mailbox(text)
    return box.address if box else ""


def _parted(text: str) -> Iterator[str]:
    """Split at commas and semicolons outside quotes, comments and angle brackets; names of groups are left out."""
    start, depth, quoted, angle, escaped = 0, 0, False, False, False
    for at, letter in enumerate(text):
        if escaped:
            escaped = False
        elif letter == "\\":
            escaped = quoted or depth > 0
        elif letter == '"' and not depth:
            quoted = not quoted
        elif quoted:
            continue
        elif letter == "(":
            depth += 1
        elif letter == ")":
            depth = max(0, depth - 1)
        elif depth:
            continue
        elif letter == "<":
            angle = True
        elif letter == ">":
            if angle:  # what follows an address in brackets is somebody else, also where the comma was forgotten
                yield text[start : at + 1]
                start = at + 1
            angle = False
        elif letter in ",;" and not angle:
            yield text[start:at]
            start = at + 1
        elif letter == ":" and not angle:
            start = at + 1
    yield text[start:]


def _mailbox(piece: str) -> Mailbox | None:
    outside, bracket, inside = piece.rpartition("<")
    where = inside.partition(">")[0] if bracket else piece
    where = where.replace(" ", "") if bracket and '"' not in where else where
    where = where.strip()[-1000:]
    found = _ADDRESS.fullmatch(where.rpartition(":")[2]) or _ADDRESS.search(where)
    if found is None or len(found[0]) > LONGEST_ADDRESS:
        return None
    name = outside if bracket else "".join(re.findall(r"\(([^()]*)\)", piece)[:1])
    name = re.sub(r"\\(.)", r"\1", name.strip().strip('"'))
    return Mailbox(" ".join(storable(_words_decoded(name)).split()).strip("\"' ")[:120], _spelled(found[0]))


def _spelled(address: str) -> str:
    """In lower case, and the domain in the letters of the names system: one that only looks like another is seen to differ."""
    local, at, domain = address.lower().rstrip(".").rpartition("@")
    if domain.isascii():
        return f"{local}{at}{domain}"
    try:
        return f"{local}{at}{domain.encode('idna').decode('ascii')}"[:LONGEST_ADDRESS]
    except UnicodeError:
        return f"{local}{at}{domain}"


# -- identity and time -----------------------------------------------------------------------------------------------------

_ID: Final = re.compile(rb"<([^<>]{1,2000})>")


def message_ids(raw: bytes, most: int = 100) -> list[str]:
    """Every Message-ID in the field, with its brackets, in its order; of very many the first and the last ones."""
    found = [_known_as(b"".join(identity.split())) for identity in _ID.findall(raw[:LONGEST_VALUE])]
    ids = list(dict.fromkeys(identity for identity in found if identity))
    return ids if len(ids) <= most else ids[:1] + ids[1 - most :]


def message_id(raw: bytes) -> str:
    """The Message-ID of a mail, with brackets also where the sender forgot them; empty if there is none."""
    ids = message_ids(raw, 1)
    bare = b"".join(raw[:2000].split()).strip(b"<>")
    return ids[0] if ids else _known_as(bare)


def _known_as(identity: bytes) -> str:
    if not identity:
        return ""
    text = storable(identity.decode("utf-8", "replace"))
    if len(text) > LONGEST_ID:
        return f"<{hashlib.sha256(identity).hexdigest()}@long.invalid>"
    return f"<{text}>"


def moment(raw: bytes) -> datetime | None:
    """The Date of a mail, in UTC, if it can be read."""
    text = raw[:200].decode("ascii", "replace").strip()
    for way in (parsedate_to_datetime, _without_zone, datetime.fromisoformat):
        try:
            written = way(text)
            return (written if written.tzinfo else written.replace(tzinfo=UTC)).astimezone(UTC)
        except Exception:  # noqa: BLE001, S112 - the standard library raises seven kinds of errors over strange dates
            continue
    return None


def _without_zone(text: str) -> datetime:
    """A zone that is none, such as -3000, is left aside: the day is still the best that is known."""
    parts = parsedate(text)
    if parts is None:
        raise ValueError
    return datetime(*parts[:6], tzinfo=UTC)
