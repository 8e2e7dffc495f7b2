"""Reports about mails of ours: not delivered, delayed, read (RFC 3464, RFC 8098, and the free forms of old servers)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from upheld.channels.mail.parsing.charsets import decode
from upheld.channels.mail.parsing.fields import address_in, mailboxes, message_id, message_ids, text_of
from upheld.channels.mail.parsing.mime import Part, read_head
from upheld.channels.mail.parsing.returned import recipients_in
from upheld.kernel.html import html_to_text

MOST_RECIPIENTS: Final = 100
LONGEST_WORDS: Final = 50_000
NOT_FAILED: Final = ("delayed", "delivered", "relayed", "expanded")


@dataclass(frozen=True, slots=True)
class FailedRecipient:
    """`status` is the enhanced code (`5.1.1`), empty if none was given."""

    address: str
    status: str
    is_permanent: bool


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """What another server tells about one mail of ours. `about` are Message-IDs it may be, the surest first."""

    about: tuple[str, ...]
    failed: tuple[FailedRecipient, ...] = ()
    is_receipt: bool = False

    @property
    def is_permanent(self) -> bool:
        return any(one.is_permanent for one in self.failed)


def report_of(mail: Part) -> DeliveryReport:
    """Read a mail that is known to be a report."""
    failed: list[FailedRecipient] = []
    about: list[str] = []
    is_receipt = "disposition" in mail.options.get("report-type", "") or mail.content_type.endswith(
        "disposition-notification"
    )
    is_form = False
    for part in mail.leaves():
        match part.content_type:
            case "message/delivery-status" | "message/global-delivery-status":
                told, named = _recipients(part.content())
                failed.extend(named)
                is_form = is_form or told
            case "message/disposition-notification":
                is_receipt = True
                about.append(message_id(read_head(part.content()).value("original-message-id")))
            case (
                "message/rfc822"
                | "text/rfc822-headers"
                | "message/global"
                | "message/global-headers"
                | "message/rfc822-headers"
            ):
                about.append(message_id(read_head(part.content()).value("message-id")))
    about += message_ids(mail.value("in-reply-to")) + message_ids(mail.value("references"))
    if not failed and not is_receipt:
        failed.extend(FailedRecipient(box.address, "", True) for box in mailboxes(mail.value("x-failed-recipients")))
    if not failed and not is_receipt and not is_form:
        failed.extend(_told_in_words(mail))
    about += [
        found
        for part in mail.leaves()
        if part.main_type == "text"
        for found in message_ids(part.content()[:100_000], 20)
    ]
    return DeliveryReport(tuple(dict.fromkeys(filter(None, about))), tuple(failed[:MOST_RECIPIENTS]), is_receipt)


_BLANK_LINES: Final = re.compile(rb"\r?\n[ \t]*\r?\n")


def _recipients(content: bytes) -> tuple[bool, list[FailedRecipient]]:
    """Whether the form says of anybody what became of the mail, and who did not get it."""
    told, found = False, []
    for block in _BLANK_LINES.split(content[:200_000])[: MOST_RECIPIENTS + 2]:
        fields = read_head(block.strip() + b"\n")
        action = text_of(fields.value("action")).lower()
        status = text_of(fields.value("status"))
        address = _recipient(fields)
        told = told or bool(address and action)
        if not address or action.startswith(NOT_FAILED) or not (action.startswith("fail") or status.startswith("5")):
            continue
        code = re.match(r"[245]\.\d{1,3}\.\d{1,3}", status)
        found.append(FailedRecipient(address, code[0] if code else "", not status.startswith("4")))
    return told, found


def _recipient(fields: Part) -> str:
    """Whom we wrote to; where that is not said, where the mail was on its way to in the end."""
    values = (text_of(fields.value(name)).rpartition(";")[2] for name in ("original-recipient", "final-recipient"))
    return next(filter(None, map(address_in, values)), "")


def _told_in_words(mail: Part) -> Iterator[FailedRecipient]:
    but = [box.address for name in ("from", "to", "sender") for box in mailboxes(mail.value(name))]
    for part in mail.leaves():
        if part.main_type == "text":
            words = decode(part.content()[:LONGEST_WORDS], part.charset).replace("\r", "")
            if part.content_type == "text/html":
                words = html_to_text(words)
            found = recipients_in(words, but)
            if found:
                yield from (FailedRecipient(*one) for one in found[:MOST_RECIPIENTS])
                return
