"""What most tests of tickets begin with: a Monday morning, an opened ticket, and jobs that are done."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import time_machine
from django.apps import apps
from django.db import connection

from upheld.accounts.models import Contact
from upheld.commitments.models import Commitment
from upheld.conftest import Cast
from upheld.events.jobs import react
from upheld.events.models import Event
from upheld.events.reactions import has_reactions
from upheld.tickets.actions.opening import open_ticket
from upheld.tickets.models import Ticket

MONDAY = datetime(2026, 3, 2, 15, tzinfo=UTC)  # 10:00 in New York
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
RECORD = {"resolution": "Restarted the index."}


def opened(
    cast: Cast, *, priority: str = "P3", at: datetime = MONDAY, by: Contact | None = None, **more: Any
) -> Ticket:
    """A ticket of the cast's customer, or of whom else is named, by mail."""
    requester = by or cast.customer
    given = {"title": "Nothing loads", "text": "Since nine o'clock nothing loads.", "channel": "email"} | more
    return open_ticket(requester=requester, by=requester.actor, at=at, priority=priority, **given)


def commitment(ticket: Ticket, clause: str, cycle: int = 1) -> Commitment:
    return Commitment.objects.get(subject=ticket.key, clause=clause, cycle=cycle)


def kinds(ticket: Ticket) -> list[str]:
    """What was done with the ticket, in order, without the name of the subject."""
    done = Event.objects.about(ticket.key).filter(kind__startswith="ticket.")
    return [kind.removeprefix("ticket.") for kind in done.values_list("kind", flat=True)]


def last(ticket: Ticket) -> Event:
    event = Event.objects.about(ticket.key).filter(kind__startswith="ticket.").last()
    assert event is not None
    return event


def react_to_everything(at: datetime = MONDAY + MINUTE) -> None:
    """Do the jobs of all events at that moment, also of those that handlers record meanwhile, in the order of recording."""
    done = 0
    with time_machine.travel(at, tick=False):
        while events := list(Event.objects.filter(pk__gt=done).order_by("id")):
            for event in events:
                done = event.pk
                if has_reactions(event.kind):
                    react(event.pk)


def everything() -> Mapping[str, Any]:
    """All rows of our own tables, and the jobs: what a rollback has to leave as it was."""
    tables = {}
    for model in apps.get_models(include_auto_created=True):
        if model.__module__.startswith("upheld."):
            tables[model._meta.db_table] = sorted(map(repr, model._default_manager.values_list()))
    with connection.cursor() as cursor:
        cursor.execute("SELECT task_name, args::text FROM procrastinate_jobs ORDER BY 1, 2")
        tables["jobs"] = cursor.fetchall()
    return tables
