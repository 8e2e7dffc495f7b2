"""A mail, understood: `parse` takes any bytes and never raises."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from upheld.channels.mail.parsing.automatic import Automation, Kind, automation_of
from upheld.channels.mail.parsing.bodies import ParsedFile, body_of
from upheld.channels.mail.parsing.fields import Mailbox, mailboxes, message_id, message_ids, moment, text_of
from upheld.channels.mail.parsing.mime import Part, read, read_head
from upheld.channels.mail.parsing.reports import DeliveryReport, report_of

LONGEST_TITLE: Final = 400
NOBODY: Final = Mailbox("", "")
DELIVERED_TO: Final = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "x-delivered-to")


@dataclass(frozen=True, slots=True)
class ParsedHead:
    """What the fields of a mail say. Message-IDs stand in their brackets, addresses in lower case."""

    message_id: str = ""
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    sender: Mailbox = NOBODY
    to: tuple[Mailbox, ...] = ()
    cc: tuple[Mailbox, ...] = ()
    reply_to: tuple[Mailbox, ...] = ()
    delivered_to: tuple[str, ...] = ()
    subject: str = ""
    date: datetime | None = None
    automation: Automation = field(default_factory=Automation)

    @property
    def is_automatic(self) -> bool:
        return self.automation.kind != Kind.PERSON

    @property
    def automatic_reason(self) -> str:
        return self.automation.reason

    @property
    def thread_ids(self) -> tuple[str, ...]:
        """The mails that this one belongs to, the nearest first."""
        return tuple(dict.fromkeys((*self.in_reply_to, *reversed(self.references))))


@dataclass(frozen=True, slots=True)
class ParsedMail(ParsedHead):
    """The whole mail. `html` is as it came: clean it before anybody sees it (`quoting.folded_html` does)."""

    text: str = ""
    html: str = ""
    files: tuple[ParsedFile, ...] = ()
    report: DeliveryReport | None = None
    problems: tuple[str, ...] = ()


def parse_head(raw: bytes, *, envelope_from: str = "") -> ParsedHead:
    """Only what the fields say; cheap for a mail of any size."""
    return ParsedHead(**_head(read_head(raw), envelope_from))


def parse(raw: bytes, *, envelope_from: str = "") -> ParsedMail:
    """All of it. What is broken is read as far as it goes, and named in `problems`."""
    mail = read(raw)
    head = _head(mail, envelope_from)
    body = body_of(mail)
    automation: Automation = head["automation"]
    report = report_of(mail) if automation.kind == Kind.REPORT else None
    problems = (*mail.problems, *body.problems, *_missing(mail))
    return ParsedMail(**head, text=body.text, html=body.html, files=tuple(body.files), report=report, problems=problems)


def _head(mail: Part, envelope_from: str) -> dict[str, Any]:
    charset = _charset(mail)
    senders = mailboxes(mail.value("from"), charset) or mailboxes(mail.value("sender"), charset)
    return {
        "message_id": message_id(mail.value("message-id")),
        "in_reply_to": tuple(message_ids(mail.value("in-reply-to"), 10)),
        "references": tuple(message_ids(mail.value("references"))),
        "sender": senders[0] if senders else NOBODY,
        "to": tuple(_all(mail, "to")),
        "cc": tuple(_all(mail, "cc")),
        "reply_to": tuple(_all(mail, "reply-to")),
        "delivered_to": tuple(box.address for name in DELIVERED_TO for box in _all(mail, name)),
        "subject": text_of(mail.value("subject"), charset)[:LONGEST_TITLE],
        "date": moment(mail.value("date")),
        "automation": automation_of(mail, envelope_from),
    }


def _charset(mail: Part) -> str:
    """What bare bytes in the head are in, most likely: the same as the text, where that says it right in the head."""
    return mail.charset if mail.main_type == "text" else ""


def _all(mail: Part, name: str) -> list[Mailbox]:
    return [box for value in mail.values(name)[:20] for box in mailboxes(value)]


def _missing(mail: Part) -> Iterator[str]:
    for name, words in (("from", "no From"), ("message-id", "no Message-ID"), ("date", "no Date")):
        if not mail.value(name):
            yield words
