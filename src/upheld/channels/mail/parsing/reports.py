"""Reports about mails of ours: not delivered, delayed, read (RFC 3464, RFC 8098, and the free forms of old servers)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from upheld.channels.mail.parsing.fields import address_in, mailboxes, message_id, message_ids, text_of
from upheld.channels.mail.parsing.mime import Part, read_head

MOST_RECIPIENTS: Final = 100


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
    for part in mail.leaves():
        match part.content_type:
            case "message/delivery-status" | "message/global-delivery-status":
                failed.extend(_recipients(part.content()))
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
    about += [
        found
        for part in mail.leaves()
        if part.main_type == "text"
        for found in message_ids(part.content()[:100_000], 20)
    ]
    return DeliveryReport(tuple(dict.fromkeys(filter(None, about))), tuple(failed[:MOST_RECIPIENTS]), is_receipt)


_BLANK_LINES: Final = re.compile(rb"\r?\n[ \t]*\r?\n")


def _recipients(content: bytes) -> list[FailedRecipient]:
    found = []
    for block in _BLANK_LINES.split(content[:200_000])[: MOST_RECIPIENTS + 2]:
        fields = read_head(block.strip() + b"\n")
        action = text_of(fields.value("action")).lower()
        status = text_of(fields.value("status"))
        if action != "failed" and not (not action and status.startswith("5")):
            continue
        address = text_of(fields.value("final-recipient") or fields.value("original-recipient")).rpartition(";")[2]
        code = re.match(r"[245]\.\d{1,3}\.\d{1,3}", status)
        found.append(FailedRecipient(address_in(address), code[0] if code else "", not status.startswith("4")))
    return found
