"""Replies that wait: nothing is kept before they leave, they leave once, and nothing that was written is lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from upheld.channels.files import store
from upheld.channels.models import OutgoingMail
from upheld.commitments.models import Commitment
from upheld.conftest import Cast
from upheld.people.models import Notification
from upheld.tickets.actions.conversation import NewFile, reply
from upheld.tickets.actions.errors import Refused, TicketClosed
from upheld.tickets.actions.reading import keep_draft
from upheld.tickets.actions.resolution import close, resolve
from upheld.tickets.actions.scheduling import NotPending, cancel_scheduled, schedule_reply, send_scheduled, sweep
from upheld.tickets.models import Draft, Message, ScheduledReply, Ticket
from upheld.tickets.tests.scenes import HOUR, MINUTE, MONDAY, RECORD, commitment, kinds, opened

LATER = MONDAY + HOUR


def scheduled(cast: Cast, ticket: Ticket, **more: Any) -> ScheduledReply:
    given: dict[str, Any] = {
        "text": "We restart it tonight.", "by": cast.agent.actor, "author": cast.agent.person, "at": MONDAY, "send_at": LATER,
    }  # fmt: skip
    return schedule_reply(ticket, **given | more)


def draft_of(cast: Cast, ticket: Ticket) -> str:
    return Draft.objects.get(ticket=ticket, person=cast.agent.person, is_internal=False).text


def test_it_is_no_reply_until_its_time_and_then_one_like_any_other(cast: Cast) -> None:
    ticket = opened(cast)
    file = NewFile("plan.pdf", "application/pdf", store(b"%PDF"))
    pending = scheduled(
        cast, ticket, cc=["a@harbour.example"], bcc=["boss@us.example"], files=[file], then="waiting_on_customer"
    )
    assert commitment(ticket, "first-response").state == Commitment.State.RUNNING
    assert not Message.objects.filter(by=Message.By.STAFF).exists()
    assert send_scheduled(pending.pk, at=LATER - MINUTE) is None

    message = send_scheduled(pending.pk, at=LATER)
    assert message is not None
    assert message.outgoing is not None
    assert commitment(ticket, "first-response").ended_at == LATER
    ticket.refresh_from_db()
    assert ticket.status == "waiting_on_customer"
    assert [one.name for one in message.attachments.all()] == ["plan.pdf"]
    assert message.outgoing.recipients == ["customer@harbour.example", "a@harbour.example", "boss@us.example"]
    assert b"boss@us.example" not in bytes(message.outgoing.raw)
    assert kinds(ticket)[-2:] == ["reply_scheduled", "replied"]


def test_it_leaves_once_however_often_it_is_sent(cast: Cast) -> None:
    ticket = opened(cast)
    pending = scheduled(cast, ticket)
    assert send_scheduled(pending.pk, at=LATER) is not None
    assert send_scheduled(pending.pk, at=LATER) is None
    assert OutgoingMail.objects.filter(key__startswith="message:").count() == 1
    with pytest.raises(NotPending):
        cancel_scheduled(pending, by=cast.agent.actor, at=LATER)


@pytest.mark.django_db(transaction=True)
def test_whoever_is_first_wins(cast: Cast, at_once: Callable[..., list[Any]]) -> None:
    ticket = opened(cast)
    pending = scheduled(cast, ticket)
    at_once(
        lambda: send_scheduled(pending.pk, at=LATER),
        lambda: send_scheduled(pending.pk, at=LATER),
        lambda: cancel_scheduled(ScheduledReply.objects.get(pk=pending.pk), by=cast.agent.actor, at=LATER),
    )
    pending.refresh_from_db()
    sent = Message.objects.filter(ticket=ticket, by=Message.By.STAFF).count()
    assert (pending.state, sent) in {("sent", 1), ("cancelled", 0)}


def test_what_is_taken_back_stands_in_the_composer_above_what_was_typed_meanwhile(cast: Cast) -> None:
    ticket = opened(cast)
    pending = scheduled(cast, ticket)
    assert not Draft.objects.exists()
    keep_draft(ticket, cast.agent.person, text="One more thing", is_internal=False)
    cancel_scheduled(pending, by=cast.agent.actor, at=MONDAY + MINUTE)
    assert draft_of(cast, ticket) == "We restart it tonight.\n\nOne more thing"
    assert send_scheduled(pending.pk, at=LATER) is None


def test_the_draft_of_the_next_reply_survives_the_sending_of_this_one(cast: Cast) -> None:
    ticket = opened(cast)
    pending = scheduled(cast, ticket)
    keep_draft(ticket, cast.agent.person, text="And then", is_internal=False)
    send_scheduled(pending.pk, at=LATER)
    assert draft_of(cast, ticket) == "And then"


def is_closed(ticket: Ticket, cast: Cast) -> None:
    resolve(ticket, by=cast.agent.actor, at=MONDAY, record=RECORD)
    close(ticket, by=cast.agent.actor, at=MONDAY)


def has_left(ticket: Ticket, cast: Cast) -> None:
    cast.agent.person.is_active = False
    cast.agent.person.save()


@pytest.mark.parametrize(("meanwhile", "reason"), [(is_closed, "is closed"), (has_left, "does not work here")])
def test_what_cannot_be_sent_is_kept_shown_and_told(
    cast: Cast, meanwhile: Callable[[Ticket, Cast], None], reason: str
) -> None:
    ticket = opened(cast)
    pending = scheduled(cast, ticket)
    meanwhile(ticket, cast)
    assert send_scheduled(pending.pk, at=LATER) is None
    pending.refresh_from_db()
    assert (pending.state, pending.text) == ("failed", "We restart it tonight.")
    assert reason in pending.reason
    assert pending in ScheduledReply.objects.shown()
    told = Notification.objects.filter(person=cast.agent.person, kind="ticket.reply_refused")
    assert told.count() == (1 if meanwhile is is_closed else 0)
    cancel_scheduled(pending, by=cast.agent.actor, at=LATER)
    assert draft_of(cast, ticket) == "We restart it tonight."


def test_nothing_empty_and_nothing_for_a_closed_ticket_waits(cast: Cast) -> None:
    ticket = opened(cast)
    with pytest.raises(Refused):
        scheduled(cast, ticket, text=" ")
    with pytest.raises(Refused):
        scheduled(cast, ticket, send_at=MONDAY + timedelta(days=400))
    is_closed(ticket, cast)
    with pytest.raises(TicketClosed):
        scheduled(cast, ticket)


def test_a_lost_job_is_made_good_once(cast: Cast) -> None:
    scheduled(cast, opened(cast))
    assert sweep(LATER) == 0
    assert sweep(LATER + 2 * MINUTE) == 1
    assert sweep(LATER + 2 * MINUTE) == 0


@pytest.mark.parametrize(("chosen", "is_due"), [(timedelta(seconds=30), 1), (24 * HOUR, 0)])
def test_a_clock_that_was_put_back_prolongs_no_undo(cast: Cast, chosen: timedelta, is_due: int) -> None:
    """An hour that somebody chose comes when it comes; seconds in which one may change one's mind do not become hours."""
    pending = scheduled(cast, opened(cast), send_at=MONDAY + chosen)
    ScheduledReply.objects.update(written_at=MONDAY, send_at=MONDAY + chosen)
    assert sweep(MONDAY - 3 * HOUR) == is_due
    assert (send_scheduled(pending.pk, at=MONDAY - 3 * HOUR) is not None) == bool(is_due)


def test_their_message_is_quoted_where_that_is_wanted(cast: Cast) -> None:
    ticket = opened(cast)
    plain = reply(ticket, text="Yes.", by=cast.agent.actor, at=MONDAY, author=cast.agent.person)
    quoting = reply(ticket, text="Yes.", by=cast.agent.actor, at=MONDAY, author=cast.agent.person, quotes=True)
    assert plain.outgoing is not None
    assert quoting.outgoing is not None
    assert b"nothing loads" not in bytes(plain.outgoing.raw)
    assert b"> Since nine o'clock nothing loads." in bytes(quoting.outgoing.raw)
    assert b"<blockquote>" in bytes(quoting.outgoing.raw)
    assert quoting.text == "Yes."
