"""Brings lives into the database: a few large statements instead of thousands of small ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from django.db import connection

from upheld.cli.demo.life import Life
from upheld.commitments.models import Clock, Commitment, PolicyVersion
from upheld.events.models import Event
from upheld.people.actions import notify
from upheld.people.models import Agent
from upheld.policy.model import Policy
from upheld.tickets.models import Escalation, Merge, Message, Reading, Resolution, Ticket
from upheld.tickets.notices import notice_text
from upheld.tickets.recipients import people_for

ROWS = 1000
READ_BEFORE = timedelta(hours=5)
SETTLED_LATELY = timedelta(days=3)
TOLD_WITHIN = timedelta(hours=36)


def reserve(table: str, count: int) -> list[int]:
    """Numbers for rows that are still to be written, taken from the table's own sequence."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, count])
        return sorted(number for (number,) in cursor.fetchall())


def numbers(table: str, *, batch: int = 2000) -> Iterator[int]:
    """Such numbers one after the other, as many as are asked for."""
    while True:
        yield from reserve(table, batch)


def write(lives: Sequence[Life], version: PolicyVersion, *, at: datetime) -> None:
    """Every row of the lives, as it stands at `at`. Events by time, those of one ticket as they were recorded."""
    clocks: list[Clock] = []
    commitments: list[Commitment] = []
    for life in lives:
        clock, rows = life.commitments(version, at)
        clocks.append(clock)
        commitments += rows
    Ticket.objects.bulk_create((life.ticket for life in lives), batch_size=ROWS)
    Message.objects.bulk_create((one for life in lives for one in life.messages), batch_size=ROWS)
    Resolution.objects.bulk_create((one for life in lives for one in life.resolutions), batch_size=ROWS)
    Escalation.objects.bulk_create((one for life in lives for one in life.escalations), batch_size=ROWS)
    Merge.objects.bulk_create((one for life in lives for one in life.merges), batch_size=ROWS)
    Event.objects.bulk_create(in_order(lives), batch_size=ROWS)
    Clock.objects.bulk_create(clocks, batch_size=ROWS)
    Commitment.objects.bulk_create(commitments, batch_size=ROWS)


def in_order(lives: Sequence[Life]) -> list[Event]:
    """All events by time. An event that was recorded after another of its ticket stays after it, whatever their times say."""
    keyed = []
    for life in lives:
        latest = life.events[0].at
        for place, event in enumerate(life.events):
            latest = max(latest, event.at)
            keyed.append((latest, life.ticket.pk, place, event))
    return [event for *_, event in sorted(keyed, key=lambda one: one[:3])]


def mark_as_read(lives: Sequence[Life], agents: Sequence[Agent], *, at: datetime) -> None:
    """Who works here has read what is older than this shift; for what was settled long ago nobody asks."""
    earlier, lately = at - READ_BEFORE, at - SETTLED_LATELY
    read = [
        life.ticket
        for life in lives
        if life.ticket.last_message_at is not None
        and life.ticket.last_message_at < earlier
        and (not life.ticket.is_settled or life.ticket.changed_at > lately)
    ]
    Reading.objects.bulk_create(
        (Reading(person=agent.person, ticket=ticket, read_at=earlier) for agent in agents for ticket in read),
        batch_size=2 * ROWS,
    )


def tell_of_the_last_days(lives: Sequence[Life], policy: Policy, *, at: datetime) -> None:
    """What waits for people: the breaches and escalations of the last day and a half, as they would have heard of them."""
    fresh = [(event, life.ticket) for life in lives for event in life.events if event.at > at - TOLD_WITHIN]
    for event, ticket in fresh:
        if event.kind not in ("commitment.breached", "ticket.raised"):
            continue
        clause = policy.clauses.get(event.data.get("clause", ""))
        people = people_for("assignee", ticket, policy) + people_for("team-lead", ticket, policy)
        text = notice_text(event, ticket, clause)
        notify(people, key=f"{event.pk}/told", subject=ticket.key, kind=event.kind, text=text, at=event.at, urgent=True)
