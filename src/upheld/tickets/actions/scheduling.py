"""Replies that wait: for the seconds in which one may take them back, or for the hour that their author chose.

A reply that was sent is never taken back, since what it kept stays kept. So nothing is a reply before its time: then it is
written by the one action that replies, and keeps or misses the promises at the moment at which it leaves.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import F
from procrastinate.exceptions import AlreadyEnqueued

from upheld.events.actors import SYSTEM, Actor
from upheld.people.actions import notify
from upheld.people.models import Agent, Person
from upheld.tickets.actions.conversation import NewFile, reply
from upheld.tickets.actions.errors import Refused, TicketClosed
from upheld.tickets.actions.reading import drop_draft, keep_draft
from upheld.tickets.models import Draft, Message, ScheduledFile, ScheduledReply, Ticket
from upheld.tickets.recording import happened, lock

State = ScheduledReply.State
FARTHEST: Final = timedelta(days=366)
LONGEST_UNDO: Final = timedelta(minutes=1)
BRIEF: Final = timedelta(seconds=30)
"""Up to here a reply waits only so that it may be taken back; nobody is asked again before it leaves."""
SWEPT: Final = 200


class NotPending(Refused):
    """It has left, or was taken back."""


@transaction.atomic
def schedule_reply(
    ticket: Ticket,
    *,
    text: str,
    by: Actor,
    at: datetime,
    author: Person,
    send_at: datetime,
    html: str = "",
    cc: Sequence[str] = (),
    bcc: Sequence[str] = (),
    files: Sequence[NewFile] = (),
    then: str = "",
    quotes: bool = False,
    without: Sequence[str] = (),
) -> ScheduledReply:
    """Keep a reply until `send_at`, and queue the job that sends it then. It takes the place of the author's draft.

    Raises Refused for an empty text or a time that is too far away, TicketClosed when the ticket is over.
    """
    lock(ticket)
    if not text.strip() and not files:
        raise Refused("Write something before you send it.")
    if ticket.status == Ticket.Status.CLOSED:
        raise TicketClosed("This ticket is closed. Reopen it, or open a follow-up.")
    if send_at > at + FARTHEST:
        raise Refused("That is more than a year away. Choose a nearer time.")
    pending = ScheduledReply.objects.create(
        ticket=ticket, author=author, text=text, html=html, cc=list(cc), bcc=list(bcc), quotes=quotes, then=then,
        without=list(without),         send_at=max(send_at, at), written_at=at, written_by=by.key,
    )  # fmt: skip
    ScheduledFile.objects.bulk_create(
        ScheduledFile(
            reply=pending, file=one.file, name=one.name, content_type=one.content_type, content_id=one.content_id
        )
        for one in files
    )
    drop_draft(ticket, author, is_internal=False)
    _defer(pending, pending.send_at)
    happened(ticket, "reply_scheduled", by=by, at=at, scheduled=pending.pk)
    return pending


@transaction.atomic
def cancel_scheduled(
    pending: ScheduledReply, *, by: Actor, at: datetime, typed: str | None = None, signature: str = ""
) -> ScheduledReply:
    """Take it back into its author's composer: the text as a draft, with what was typed meanwhile below it.

    `typed` is what stands in the composer and may not be kept yet; `signature` is left out, since the
    composer adds it again. Raises NotPending when it has left already.
    """
    lock(pending.ticket)
    pending.refresh_from_db(fields=["state", "is_put_back"])
    if pending.state not in (State.PENDING, State.FAILED):
        raise NotPending(
            "It was too late: the reply has left." if pending.state == State.SENT else "It was taken back already."
        )
    drafts = Draft.objects.filter(ticket=pending.ticket, person=pending.author, is_internal=False)
    kept = typed if typed is not None else drafts.values_list("text", flat=True).first() or ""
    unsigned = pending.text.removesuffix(signature).rstrip() if signature.strip() else pending.text
    both = [part for part in (unsigned, kept) if part.strip()]
    keep_draft(pending.ticket, pending.author, text="\n\n".join(both), is_internal=False)
    ScheduledReply.objects.filter(ticket=pending.ticket, author=pending.author, is_put_back=True).update(
        is_put_back=False
    )
    _end(pending, State.CANCELLED, by=by, at=at, is_put_back=True)
    happened(pending.ticket, "reply_cancelled", by=by, at=at, scheduled=pending.pk)
    return pending


@transaction.atomic
def send_scheduled(number: int, *, at: datetime, is_hurried: bool = False) -> Message | None:
    """Write the reply that waited, when its time has come. Done twice it is done once: returns None for what waits no more.

    What is refused now, such as a reply on a ticket that was closed meanwhile, stays on the ticket with the reason, and its
    author is told. So does a reply for later when somebody else has spoken since it was written: it might not fit any more.
    `is_hurried`: somebody wants it sent now, before its time or although it was stopped.
    """
    found = ScheduledReply.objects.select_related("ticket", "author").filter(pk=number).first()
    if found is None:
        return None
    lock(found.ticket)
    pending = ScheduledReply.objects.select_related("author__agent").get(pk=number)
    may_go = pending.is_pending or (is_hurried and pending.state == State.FAILED)
    if not may_go or (pending.send_at > at and not is_hurried):
        return None
    try:
        with transaction.atomic():
            if not is_hurried:
                _ask_if_overtaken(pending)
            message = _reply(found.ticket, pending, at)
    except Refused as refusal:
        _refuse(found.ticket, pending, str(refusal), at=at)
        return None
    pending.message, pending.reason = message, ""
    _end(pending, State.SENT, by=Actor(pending.written_by), at=at)
    return message


def _ask_if_overtaken(pending: ScheduledReply) -> None:
    """Raises Refused when a customer or a colleague said something after a reply for later was written."""
    if pending.send_at - pending.written_at <= BRIEF:
        return
    said = Message.objects.public().filter(ticket=pending.ticket, at__gt=pending.written_at)
    others = said.exclude(author=pending.author).exclude(by=Message.By.SYSTEM)
    newest = others.select_related("author").order_by("-at", "-id").first()
    if newest is not None:
        raise Refused(
            f"{newest.author or 'The customer'} has written since. Read that first, then send it or change it."
        )


def _reply(ticket: Ticket, pending: ScheduledReply, at: datetime) -> Message:
    author = pending.author
    agent = Agent.objects.working().filter(person=author).first()
    if agent is None:
        raise Refused(f"{author} does not work here any more.")
    files = [
        NewFile(one.name, one.content_type, one.file, one.content_id) for one in pending.files.select_related("file")
    ]
    draft = Draft.objects.filter(ticket=ticket, person=author, is_internal=False).values_list("text", flat=True).first()
    message = reply(
        ticket, text=pending.text, html=pending.html, by=agent.actor, at=max(at, ticket.changed_at), author=author,
        cc=pending.cc, bcc=pending.bcc, files=files, then=pending.then, quotes=pending.quotes,
        without=pending.without,
    )  # fmt: skip
    if draft:  # they are typing the next one
        keep_draft(ticket, author, text=draft, is_internal=False)
    return message


def _refuse(ticket: Ticket, pending: ScheduledReply, reason: str, *, at: datetime) -> None:
    lock(ticket)
    pending.reason = reason[:400]
    _end(pending, State.FAILED, by=SYSTEM, at=at)
    happened(ticket, "reply_refused", by=SYSTEM, at=max(at, ticket.changed_at), scheduled=pending.pk)
    text = f"{ticket.reference} Your reply was not sent: {reason} It still stands on the ticket."
    notify([pending.author], key=f"reply_refused:{pending.pk}", subject=ticket.key, kind="ticket.reply_refused", text=text, at=at,
           urgent=True)  # fmt: skip


def _end(pending: ScheduledReply, state: str, *, by: Actor, at: datetime, is_put_back: bool = False) -> None:
    pending.state, pending.ended_at, pending.ended_by, pending.is_put_back = state, at, by.key, is_put_back
    pending.save(update_fields=["state", "ended_at", "ended_by", "is_put_back", "reason", "message"])


def leave_composer(pending: ScheduledReply) -> None:
    """What was taken back was sent in another form, or given up: the composer forgets its recipients and files."""
    ScheduledReply.objects.filter(pk=pending.pk).update(is_put_back=False)


# -- jobs ------------------------------------------------------------------------------------------------------------------


def _defer(pending: ScheduledReply, at: datetime | None) -> None:
    from upheld.tickets.jobs import send_reply  # the jobs call this module

    send_reply.configure(schedule_at=at).defer(scheduled_id=pending.pk)


def sweep(now: datetime) -> int:
    """Queue jobs for replies whose time came a minute ago: their own job was lost. Returns how many.

    One that was to wait only for as long as it can be undone, and was written at a time that is still to come, waits for a clock
    that was put back since: its seconds are over. An hour that somebody chose stays that hour.
    """
    minute = timedelta(minutes=1)
    undoable = ScheduledReply.objects.pending().filter(
        written_at__gt=now + minute, send_at__lte=F("written_at") + LONGEST_UNDO
    )
    undoable.update(send_at=now - 2 * minute)
    late = ScheduledReply.objects.pending().filter(send_at__lt=now - timedelta(minutes=1)).order_by("send_at")
    return sum(_defer_once(number) for number in late.values_list("pk", flat=True)[:SWEPT])


def _defer_once(number: int) -> bool:
    from upheld.tickets.jobs import send_reply

    try:
        with transaction.atomic():
            send_reply.configure(queueing_lock=f"sweep:reply:{number}").defer(scheduled_id=number)
    except AlreadyEnqueued:
        return False
    return True
