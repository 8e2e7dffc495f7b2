"""Writing a mail, byte for byte as it leaves: text and HTML, threaded, with nothing in its head that a stranger smuggled in."""

from __future__ import annotations

import secrets
from base64 import encodebytes
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, quote
from html import escape
from typing import Final

from upheld.channels.mail.parsing.charsets import storable
from upheld.kernel.html import clean_html, html_to_text, text_to_html
from upheld.kernel.text import direction

MOST_REFERENCES: Final = 20
Named = tuple[str, str]  # name and address


@dataclass(frozen=True, slots=True)
class File:
    name: str
    content_type: str
    data: bytes
    content_id: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """What is to be said, to whom, and where in the thread. Without HTML, or without text, the one is made from the other."""

    message_id: str
    sender: Named
    to: Sequence[Named]
    title: str
    text: str
    date: datetime
    cc: Sequence[Named] = ()
    html: str = ""
    reply_to: str = ""
    in_reply_to: str = ""
    references: Sequence[str] = ()
    automatic: str = ""
    colour: str = ""  # of a line above the HTML, as CSS writes it
    unsubscribe: str = ""  # where one click ends mails like this one (RFC 8058)
    files: Sequence[File] = ()


def new_message_id(sender: str) -> str:
    """A Message-ID for life, at the sender's domain."""
    return f"<{secrets.token_hex(16)}@{sender.rpartition('@')[2] or 'localhost'}>"


def compose(letter: Letter) -> bytes:
    """The whole message with CRLF line ends; 7-bit throughout, so that it survives every server on its way."""
    lines = [
        ("Date", format_datetime(letter.date)),
        ("From", _people([letter.sender])),
        ("To", _people(letter.to)),
        ("Cc", _people(letter.cc)),
        ("Reply-To", _people([(letter.sender[0], letter.reply_to)]) if letter.reply_to else ""),
        ("Subject", _encoded(letter.title, "Subject")),
        ("Message-ID", letter.message_id),
        ("In-Reply-To", _id(letter.in_reply_to)),
        ("References", "\r\n ".join(_references(letter))),
        ("Auto-Submitted", letter.automatic),
        ("X-Auto-Response-Suppress", "All" if letter.automatic else ""),
        ("List-Unsubscribe", f"<{letter.unsubscribe}>" if letter.unsubscribe else ""),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click" if letter.unsubscribe else ""),
    ]
    head = "".join(f"{name}: {value}\r\n" for name, value in lines if value)
    return head.encode("utf-8") + _content(letter)


def _content(letter: Letter) -> bytes:
    html = clean_html(letter.html) if letter.html.strip() else text_to_html(letter.text)
    text = letter.text if letter.text.strip() else html_to_text(html)
    content = EmailMessage(policy=SMTP)
    content.set_content(storable(text).rstrip() + "\n", cte="quoted-printable")
    content.add_alternative(_page(html, text, letter.title, letter.colour), subtype="html", cte="quoted-printable")
    if not letter.files:
        return bytes(content)
    del content["MIME-Version"]  # it stands above the whole
    return _together([bytes(content), *map(_part, letter.files)])


def _together(parts: Sequence[bytes]) -> bytes:
    """Parts behind one another. By hand, since the standard library takes seconds over the lines of a large file."""
    boundary = secrets.token_hex(20)
    head = f'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="{boundary}"\r\n\r\n'.encode()
    mark = f"--{boundary}".encode()
    return b"".join([head, *(mark + b"\r\n" + part + b"\r\n" for part in parts), mark, b"--\r\n"])


def _part(file: File) -> bytes:
    main, _, sub = file.content_type.partition("/")
    if main in {"multipart", "message"} or not sub:
        main, sub = "application", "octet-stream"
    cid = f"<{file.content_id}>" if file.content_id else None
    part = EmailMessage(policy=SMTP)
    part.set_content(b"", main, sub, cte="base64", disposition="attachment", filename=_one_line(file.name), cid=cid)
    del part["MIME-Version"]
    return bytes(part).rstrip() + b"\r\n\r\n" + encodebytes(file.data).replace(b"\n", b"\r\n")


def _page(html: str, text: str, title: str, colour: str = "") -> str:
    style = "font:15px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,sans-serif;max-width:44rem;overflow-wrap:anywhere"
    style += f";border-top:4px solid {escape(colour)};padding-top:1rem" if colour else ""
    return (
        f'<!doctype html><html><head><meta charset="utf-8"><title>{escape(_one_line(title))}</title></head>'
        f'<body><div dir="{direction(text)}" style="{style}">{html}</div></body></html>\n'
    )


# -- fields of the head, folded by us: the standard library encodes long Message-IDs, which breaks threads -----------------


def _people(people: Sequence[Named]) -> str:
    return ",\r\n ".join(_mailbox(name, address) for name, address in people)


def _mailbox(name: str, address: str) -> str:
    name, address = _one_line(name), _one_line(address).replace(" ", "")
    if not name:
        return address
    if not name.isascii() or len(name) > 60:
        return f"{_encoded(name, 'Reply-To')} <{address}>"
    return f'"{quote(name)}" <{address}>'


def _encoded(text: str, field: str) -> str:
    line = _one_line(text)[:400]
    if line.isascii() and len(line) < 70 and "=?" not in line:
        return line
    return Header(line, "utf-8", header_name=field, maxlinelen=76).encode(linesep="\r\n")


def _references(letter: Letter) -> list[str]:
    given = (
        [*letter.references, letter.in_reply_to] if letter.in_reply_to not in letter.references else letter.references
    )
    ids = [one for one in dict.fromkeys(map(_id, given)) if one]
    return ids if len(ids) <= MOST_REFERENCES else ids[:1] + ids[1 - MOST_REFERENCES :]


def _id(message_id: str) -> str:
    """As it is, or nothing if it cannot stand in a field: a stranger chose it."""
    fits = message_id.isascii() and message_id.isprintable() and " " not in message_id and 2 < len(message_id) <= 900
    return message_id if fits else ""


def _one_line(text: str) -> str:
    return " ".join(storable(text).split())
