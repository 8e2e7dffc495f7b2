"""Recorded history, subject by subject, as a simulation takes it: events, what happened, and whether the one gives the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import TypeVar

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from upheld.commitments.folding import OWN_EVENTS, fold_rows, folded, moves_of
from upheld.commitments.following import first_wake
from upheld.commitments.models import Clock, Commitment
from upheld.commitments.policies import policy_of
from upheld.events.models import Event
from upheld.kernel.instants import from_us, parse_instant, to_us
from upheld.policy import CommitmentState
from upheld.policy.simulation import History, Missing, Window
from upheld.policy.simulation.exactness import Announced, missing_from

CHUNK = 200
Row = TypeVar("Row", Event, Commitment)
FAR = datetime(2100, 1, 1, tzinfo=UTC)


def moving(window: Window, *, after: str = "") -> QuerySet[Clock]:
    """The subjects of which something can begin, or go on, in the window: an event lies in it, or something is awaited."""
    since, until = from_us(window.since), from_us(window.until)
    events = Event.objects.filter(subject=OuterRef("subject"), at__gte=since, at__lte=until)
    awaited = Commitment.objects.filter(subject=OuterRef("subject"), ended_at=None, began_at__lte=until)
    found = Clock.objects.filter(subject__gt=after).order_by("subject")
    return found.filter(Q(Exists(events)) | Q(next_wake_at__isnull=False) | Q(Exists(awaited)))


def read_chunk(window: Window, *, after: str = "", size: int = CHUNK) -> list[History]:
    """The histories of the next `size` subjects, in the order of their keys. Three queries, whatever the size.

    A subject that seems inexact is read again while it is held, since it may have been changed between two of the queries.
    """
    found = list(_histories(list(moving(window, after=after)[:size]), window))
    return [_again(history, window) if history.missing else history for history in found]


def all_histories(window: Window, *, size: int = CHUNK) -> Iterator[list[History]]:
    """Chunk after chunk, so that memory holds one at a time and no transaction lasts longer."""
    last = ""
    while chunk := read_chunk(window, after=last, size=size):
        last = chunk[-1].subject
        yield chunk


def _again(history: History, window: Window) -> History:
    with transaction.atomic():
        clocks = list(Clock.objects.select_for_update().filter(subject=history.subject))
        return next(_histories(clocks, window), history)


def _histories(clocks: Sequence[Clock], window: Window) -> Iterator[History]:
    subjects = [clock.subject for clock in clocks]
    events = _grouped(Event.objects.filter(subject__in=subjects).order_by("subject", "id"))
    rows = _grouped(Commitment.objects.filter(subject__in=subjects).order_by("subject", "id"))
    for clock in clocks:
        yield _history(clock, events.get(clock.subject, []), rows.get(clock.subject, []), window)


def _grouped(rows: Iterable[Row]) -> dict[str, list[Row]]:
    return {key: list(found) for key, found in groupby(rows, lambda row: row.subject)}


def _history(clock: Clock, events: list[Event], rows: list[Commitment], window: Window) -> History:
    recorded = [state_of(row) for row in rows]
    run = fold_rows(clock.subject, clock.version_id, events)
    latest = max((to_us(event.at) for event in events), default=0)
    missing: list[Missing] = []
    if latest <= window.until or recorded:
        replayed = run.states(to_us(first_wake(rows) or FAR))
        missing = list(missing_from(clock.subject, recorded, replayed, announced(events)))
    version, seen = _bound_to(clock, events, window.until), events
    if missing:
        then = recorded
    elif latest <= window.until:
        then = run.states(window.until)
    else:
        seen = [event for event in events if to_us(event.at) <= window.until]
        then = fold_rows(clock.subject, version, seen).states(window.until)
    return History(clock.subject, list(folded(seen)), then, policy_of(version), missing)


def announced(events: Iterable[Event]) -> list[Announced]:
    """The warnings and breaches that events tell of."""
    return [
        (event.data["clause"], event.data["cycle"], event.data["mark"]) for event in events if event.kind in OWN_EVENTS
    ]


def state_of(row: Commitment) -> CommitmentState:
    """A row as the value that it is a cache of."""
    return CommitmentState(
        clause=row.clause,
        cycle=row.cycle,
        state=row.state,
        began_at=to_us(row.began_at),
        due_at=_instant(row.due_at),
        ended_at=_instant(row.ended_at),
        used=row.used,
        late=row.late,
        target=row.target,
        calendar=row.calendar,
        since_at=to_us(row.since_at),
        used_at_since=row.used,
        marks=tuple((name, parse_instant(at)) for name, at in row.marks),
        next_wake_at=_instant(row.next_wake_at),
    )


def _bound_to(clock: Clock, events: Iterable[Event], until: int) -> int:
    """The version that the subject was under at the end of the window: it may have been moved since."""
    return next((move.source for move in moves_of(events) if move.at > until), clock.version_id)


def _instant(moment: datetime | None) -> int | None:
    return None if moment is None else to_us(moment)
