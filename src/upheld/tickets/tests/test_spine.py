"""A ticket's way through actions, events and commitments, over the actions."""

from __future__ import annotations

import pytest

from upheld.accounts.actions import change_plan
from upheld.commitments.explaining import explain
from upheld.commitments.models import Commitment
from upheld.commitments.ticker import tick
from upheld.commitments.verifying import verify
from upheld.conftest import Cast
from upheld.events.jobs import react
from upheld.events.models import Event
from upheld.people.models import Notification
from upheld.tickets.actions.changing import change
from upheld.tickets.actions.conversation import customer_reply, reply
from upheld.tickets.actions.errors import AlreadyResolved, Refused, TicketClosed
from upheld.tickets.actions.merging import merge, unmerge
from upheld.tickets.actions.opening import open_ticket
from upheld.tickets.actions.resolution import close, reopen, resolve
from upheld.tickets.models import Ticket
from upheld.tickets.tests.scenes import HOUR, MINUTE, MONDAY, commitment, opened


def react_to_everything() -> None:
    for event in Event.objects.order_by("id"):
        react(event.pk)


def test_opening_promises_a_first_answer_by_priority_and_plan(cast: Cast) -> None:
    ticket = opened(cast, priority="P1")

    row = commitment(ticket, "first-response")
    assert row.state == "running"
    assert row.due_at == MONDAY + 15 * MINUTE
    assert ticket.due_at == MONDAY + 15 * MINUTE
    assert list(verify()) == []


def test_a_reply_keeps_the_first_answer_and_begins_the_next_update(cast: Cast) -> None:
    ticket = opened(cast, priority="P1")
    reply(ticket, text="We are on it.", by=cast.agent.actor, author=cast.agent.person, at=MONDAY + 10 * MINUTE)

    assert commitment(ticket, "first-response").state == "kept"
    assert commitment(ticket, "p1-update").state == "kept"
    assert commitment(ticket, "p1-update", 2).due_at == MONDAY + 10 * MINUTE + 4 * HOUR
    assert ticket.messages.get(by="staff").outgoing is not None


def test_a_higher_priority_keeps_the_time_that_was_used(cast: Cast) -> None:
    ticket = opened(cast, priority="P3")
    assert commitment(ticket, "first-response").due_at == MONDAY + 4 * HOUR
    change(ticket, by=cast.agent.actor, at=MONDAY + 10 * MINUTE, priority="P2")

    assert commitment(ticket, "first-response").due_at == MONDAY + 30 * MINUTE
    assert list(verify()) == []


def test_a_new_plan_of_the_account_retargets_its_open_tickets(cast: Cast) -> None:
    ticket = opened(cast, priority="P2")
    change_plan(cast.account, plan="professional", by=cast.administrator.actor, at=MONDAY + 5 * MINUTE)
    react_to_everything()

    ticket.refresh_from_db()
    assert ticket.plan == "professional"
    assert Event.objects.filter(subject=ticket.key, kind="ticket.changed").count() == 1
    assert list(verify()) == []


def test_time_breaches_once_raises_once_and_says_so_once(cast: Cast) -> None:
    ticket = opened(cast, priority="P1")
    for _ in range(3):
        while tick(MONDAY + 5 * HOUR):
            pass
        react_to_everything()

    assert commitment(ticket, "first-response").state == "breached"
    breach = Event.objects.get(subject=ticket.key, kind="commitment.breached", data__clause="first-response")
    assert breach.at == MONDAY + 15 * MINUTE
    assert [row.rung for row in ticket.escalations.all()] == [2, 3]
    ticket.refresh_from_db()
    assert ticket.level == 3
    assert Notification.objects.filter(person=cast.lead.person, subject=ticket.key).count() > 0
    assert list(verify()) == []


def test_waiting_on_the_customer_stops_the_update_and_the_answer_resumes_it(cast: Cast) -> None:
    ticket = opened(cast, priority="P1")
    reply(
        ticket,
        text="Which browser?",
        by=cast.agent.actor,
        author=cast.agent.person,
        at=MONDAY + 5 * MINUTE,
        then="waiting_on_customer",
    )
    assert commitment(ticket, "p1-update", 2).state == "paused"
    assert commitment(ticket, "p1-update", 2).due_at is None

    customer_reply(
        ticket,
        text="Firefox",
        by=cast.customer.actor,
        author=cast.customer.person,
        at=MONDAY + 2 * HOUR,
        channel="portal",
    )
    assert ticket.status == "open"
    assert commitment(ticket, "p1-update", 2).due_at == MONDAY + 6 * HOUR
    assert list(verify()) == []


def test_resolving_twice_is_refused_and_reopening_begins_anew(cast: Cast) -> None:
    ticket = opened(cast, priority="P1")
    record = {"resolution": "Restarted.", "steps": "Restart", "follow_up": "none"}
    resolve(ticket, by=cast.agent.actor, at=MONDAY + HOUR, note="Restarted.", record=record)
    with pytest.raises(AlreadyResolved):
        resolve(ticket, by=cast.agent.actor, at=MONDAY + HOUR, note="Again.", record=record)
    reopen(ticket, by=cast.customer.actor, at=MONDAY + 2 * HOUR)
    assert ticket.status == "open"
    assert not ticket.is_settled
    assert list(verify()) == []


def test_what_a_closed_ticket_gets_belongs_on_a_follow_up(cast: Cast) -> None:
    ticket = opened(cast, priority="P1")
    close(ticket, by=cast.customer.actor, at=MONDAY + HOUR)
    with pytest.raises(TicketClosed):
        customer_reply(ticket, text="One more thing", by=cast.customer.actor, at=MONDAY + 2 * HOUR, channel="email")


def test_a_merge_can_be_taken_back_exactly(cast: Cast) -> None:
    first, second = opened(cast, priority="P3"), opened(cast, priority="P3", at=MONDAY + MINUTE)
    before = second.attributes()
    due = commitment(second, "first-response").due_at
    merge(second, into=first, by=cast.agent.actor, at=MONDAY + 10 * MINUTE)
    assert commitment(second, "first-response").state == "void"
    unmerge(second, by=cast.agent.actor, at=MONDAY + 20 * MINUTE)

    assert second.attributes() == before
    row = commitment(second, "first-response")
    assert row.state == "running"
    assert due is not None
    assert row.due_at == due + 10 * MINUTE
    assert list(verify()) == []


def test_tickets_of_different_accounts_are_never_merged(cast: Cast) -> None:
    mine = opened(cast, priority="P1")
    theirs = open_ticket(
        requester=cast.stranger,
        title="Other",
        text="Other",
        channel="email",
        by=cast.stranger.actor,
        at=MONDAY,
        priority="P3",
    )
    with pytest.raises(Refused):
        merge(mine, into=theirs, by=cast.agent.actor, at=MONDAY)


def test_who_sees_a_ticket(cast: Cast) -> None:
    opened(cast, priority="P1")
    seen = {
        who: Ticket.objects.visible_to(getattr(cast, who).person).count()
        for who in ("agent", "customer", "neighbour", "customer_admin", "stranger")
    }
    assert seen == {"agent": 1, "customer": 1, "neighbour": 0, "customer_admin": 1, "stranger": 0}


def test_an_explanation_adds_up(cast: Cast) -> None:
    ticket = opened(cast, priority="P2")
    change(ticket, by=cast.agent.actor, at=MONDAY + 10 * MINUTE, priority="P1")
    found = {one.clause.name: one for one in explain(ticket.key, at=MONDAY + 12 * MINUTE)}
    first = found["first-response"]
    assert sum(row.counted for row in first.rows if row.kind in ("counted", "late")) == first.state.used
    assert sum(row.counted for row in first.rows) == first.state.target


def test_an_altered_row_is_found(cast: Cast) -> None:
    ticket = opened(cast, priority="P1")
    Commitment.objects.filter(subject=ticket.key, clause="first-response").update(due_at=MONDAY)
    assert [one.column for one in verify()] == ["due_at"]


def test_events_are_only_added(cast: Cast) -> None:
    from django.db import DatabaseError, transaction

    opened(cast, priority="P1")
    with pytest.raises(DatabaseError, match="only ever added"), transaction.atomic():
        Event.objects.all().delete()
    with pytest.raises(DatabaseError, match="only ever added"), transaction.atomic():
        Event.objects.update(kind="ticket.closed")
