"""What is said on a ticket: replies, the customer's answers, internal notes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from upheld.channels.models import ReceivedMail, StoredFile
from upheld.events.actors import Actor
from upheld.people.models import Person
from upheld.policy import Policy
from upheld.statements import add, add_all, change
from upheld.tickets.actions import resolution
from upheld.tickets.actions.errors import Refused, TicketClosed
from upheld.tickets.actions.reading import drop_draft
from upheld.tickets.models import Attachment, Message, Ticket
from upheld.tickets.recording import happened, lock, policy_for

Status = Ticket.Status
PREVIEW = 160


@dataclass(frozen=True, slots=True)
class NewFile:
    """A stored file and the name under which it is attached."""

    name: str
    content_type: str
    file: StoredFile
    content_id: str = ""


@transaction.atomic
def reply(
    ticket: Ticket,
    *,
    text: str,
    by: Actor,
    at: datetime,
    author: Person | None = None,
    html: str = "",
    cc: Sequence[str] = (),
    bcc: Sequence[str] = (),
    files: Sequence[NewFile] = (),
    then: str = "",
    send: bool = True,
    quotes: bool = False,
    without: Sequence[str] = (),
) -> Message:
    """Answer the customer, and queue the mail in the same transaction. `then` is the status afterwards: open,
    waiting or resolved. `quotes`: their last message stands below it in the mail. `without`: addresses of people who watch
    the ticket and get no copy of this one.

    Keeps the first response and each promised update. Raises Refused for an empty text, TicketClosed when the ticket is over.
    """
    lock(ticket)
    if not text.strip() and not files:
        raise Refused("Write something before you send it.")
    if ticket.status == Status.CLOSED:
        raise TicketClosed("This ticket is closed. Reopen it, or open a follow-up.")
    message = add_message(
        ticket,
        by=Message.By.STAFF,
        actor=by,
        author=author,
        text=text,
        html=html,
        channel="workspace",
        at=at,
        cc=cc,
        bcc=bcc,
        files=files,
    )
    if send:
        from upheld.tickets.mailing import mail_reply

        message.outgoing = mail_reply(ticket, message, quotes=quotes, without=without)
        change(message, ["outgoing"])
    if author is not None:
        drop_draft(ticket, author, is_internal=False)
    _said(ticket, message, text)
    ticket.status = (
        Status.WAITING if then == Status.WAITING else Status.OPEN if not ticket.is_settled else ticket.status
    )
    saving = ["status", "preview", "last_message_at", "last_message_by"]
    happened(ticket, "replied", by=by, at=at, saving=saving, message=message.pk, status=ticket.status)
    if then == Status.RESOLVED and not ticket.is_settled:
        resolution.resolve(ticket, by=by, at=at, record={"resolution": text})
    return message


@transaction.atomic
def customer_reply(
    ticket: Ticket,
    *,
    text: str,
    by: Actor,
    at: datetime,
    author: Person | None = None,
    channel: str,
    html: str = "",
    cc: Sequence[str] = (),
    files: Sequence[NewFile] = (),
    received: ReceivedMail | None = None,
) -> Message:
    """Take in what the customer wrote. Resumes a ticket that waited for it and reopens a resolved one within the policy's time.

    Raises TicketClosed when the ticket is over for good: then it belongs on a follow-up, which is the caller's to open.
    """
    lock(ticket)
    if not text.strip() and not files and not html.strip():
        raise Refused("Write something before you send it.")
    if not may_come_back(ticket, policy_for(ticket), at=at):
        raise TicketClosed("This request is closed. Please open a new one; we will link the two.")
    message = add_message(
        ticket, by=Message.By.CUSTOMER, actor=by, author=author, text=text, html=html, channel=channel, at=at, cc=cc,
        files=files, received=received,
    )  # fmt: skip
    _said(ticket, message, text)
    if ticket.status == Status.WAITING:
        ticket.status = Status.OPEN
    saving = ["status", "preview", "last_message_at", "last_message_by"]
    happened(
        ticket, "customer_replied", by=by, at=at, saving=saving, message=message.pk, via=channel, status=ticket.status
    )
    if ticket.is_settled and not ticket.is_merged:
        resolution.reopen(ticket, by=by, at=at, reason="The customer wrote again.")
    return message


@transaction.atomic
def note(
    ticket: Ticket, *, text: str, by: Actor, at: datetime, author: Person | None = None, files: Sequence[NewFile] = ()
) -> Message:
    """Write something that only colleagues see."""
    lock(ticket)
    if not text.strip() and not files:
        raise Refused("Write something before you save it.")
    message = add_message(
        ticket,
        by=Message.By.STAFF,
        actor=by,
        author=author,
        text=text,
        channel="workspace",
        at=at,
        files=files,
        is_internal=True,
    )
    if author is not None:
        drop_draft(ticket, author, is_internal=True)
    happened(ticket, "noted", by=by, at=at, message=message.pk)
    return message


def may_come_back(ticket: Ticket, policy: Policy, *, at: datetime) -> bool:
    """Whether a message may still reopen the ticket, by the policy's `reopen_within`."""
    if not ticket.is_settled or ticket.is_merged:
        return True
    if ticket.status == Status.CLOSED and not policy.rules.get("reopen_closed", False):
        return False
    within = policy.rules.get("reopen_within")
    settled = ticket.resolutions.filter(reopened_at=None).first()
    if within is None or settled is None:
        return True
    return at <= settled.resolved_at + timedelta(microseconds=within)


def add_message(
    ticket: Ticket,
    *,
    by: str,
    actor: Actor,
    author: Person | None,
    text: str,
    channel: str,
    at: datetime,
    html: str = "",
    cc: Sequence[str] = (),
    bcc: Sequence[str] = (),
    files: Sequence[NewFile] = (),
    received: ReceivedMail | None = None,
    is_internal: bool = False,
) -> Message:
    """The row of a message with its attachments, and nothing else: actions call it, doors never."""
    message = Message(
        ticket=ticket, is_internal=is_internal, by=by, author=author, actor=actor.key, text=text, html=html,
        channel=channel, cc=list(cc), bcc=list(bcc), at=at, received=received,
    )  # fmt: skip
    add(message)
    add_all(attached(message, files))
    return message


def attached(message: Message, files: Iterable[NewFile]) -> list[Attachment]:
    """The rows of a message's files, not yet written."""
    return [
        Attachment(
            message=message, file=new.file, name=new.name, content_type=new.content_type, content_id=new.content_id
        )
        for new in files
    ]


def preview_of(text: str) -> str:
    """The first words of a message, for the queue."""
    return " ".join(text.split())[:PREVIEW]


def _said(ticket: Ticket, message: Message, text: str) -> None:
    ticket.preview = preview_of(text) or ticket.preview
    ticket.last_message_at = message.at
    ticket.last_message_by = message.by
