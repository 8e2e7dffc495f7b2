"""Pages of a view, found by key and never by counting off."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from django.db.models import QuerySet

from upheld.people.models import Agent, Person
from upheld.statements import Asked, Given
from upheld.tickets.models import Ticket
from upheld.tickets.models.ticket import TicketQuerySet
from upheld.tickets.queues.listing import LATEST, TIGHTEST, Line, lines, rows
from upheld.tickets.queues.views import View, chosen

PAGE = 50
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Page:
    """Some lines in order; `after` is the key of the last one when more follow."""

    lines: list[Line]
    after: str


def first_page(view: View, *, agent: Agent, now: datetime) -> Page:
    """What `page` shows first of a whole view, to somebody who works here. The questions are made once for each view."""
    given = {"agent": agent.pk, "now": now, "reader": agent.person_id}
    found = [Line(*row) for row in _first_of(view, is_timed=view.is_tightest_first)(**given)]
    if view.is_tightest_first and len(found) <= PAGE:
        found += [Line(*row) for row in _first_of(view, is_timed=False)(**given)]
    return _paged(found[: PAGE + 1], view)


@lru_cache(maxsize=128)
def _first_of(view: View, *, is_timed: bool) -> Asked[tuple[Any, ...]]:
    order = TIGHTEST if view.is_tightest_first else LATEST

    def ask() -> QuerySet[Ticket, tuple[Any, ...]]:
        tickets = chosen(Ticket.objects.all(), view, agent=Given("agent"), now=Given("now"))
        if view.is_tightest_first:
            tickets = tickets.filter(due_at__isnull=not is_timed)
        return rows(tickets, Given("reader"), PAGE + 1, order)

    return Asked(ask)


def page(tickets: TicketQuerySet, view: View, *, reader: Person, after: str = "") -> Page:
    """The tickets that follow the key `after`. A key that is none gives the first page. At most two queries."""
    if view.is_tightest_first:
        found = _tightest(tickets, reader, after, PAGE + 1)
    else:
        found = lines(_after_change(tickets, after), reader, PAGE + 1, order=LATEST)
    return _paged(found, view)


def _paged(found: list[Line], view: View) -> Page:
    shown = found[:PAGE]
    return Page(shown, _key(shown[-1], view) if len(found) > PAGE else "")


def _tightest(tickets: TicketQuerySet, reader: Person, after: str, wanted: int) -> list[Line]:
    """Those with a due time come first, then those without, by number: two ranges of one index."""
    due, number = _parsed(after)
    found: list[Line] = []
    if number is None or due is not None:
        timed = tickets.filter(due_at__isnull=False)
        if due is not None and number is not None:
            timed = timed.filter(due_at__gte=due).exclude(due_at=due, id__lte=number)
        found = lines(timed, reader, wanted)
    if len(found) < wanted:
        untimed = tickets.filter(due_at=None)
        if number is not None and due is None:
            untimed = untimed.filter(id__gt=number)
        found += lines(untimed, reader, wanted - len(found))
    return found


def _after_change(tickets: TicketQuerySet, after: str) -> TicketQuerySet:
    changed, number = _parsed(after)
    if changed is None or number is None:
        return tickets
    return tickets.filter(changed_at__lte=changed).exclude(changed_at=changed, id__gte=number)


def _key(line: Line, view: View) -> str:
    moment = line.due_at if view.is_tightest_first else line.changed_at
    return f"{'n' if moment is None else (moment - EPOCH) // timedelta(microseconds=1)}-{line.pk}"


def _parsed(key: str) -> tuple[datetime | None, int | None]:
    moment, _, number = key.partition("-")
    try:
        return (None if moment == "n" else EPOCH + timedelta(microseconds=int(moment))), int(number)
    except (ValueError, OverflowError):
        return None, None
