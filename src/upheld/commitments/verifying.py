"""Hold every commitment row against the fold of its subject's events."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from upheld.commitments.folding import differences, fold_subject
from upheld.commitments.models import Clock, Commitment
from upheld.events.models import Event

CHUNK = 1000


@dataclass(frozen=True, slots=True)
class Difference:
    """A row that is not what the events say. `row` and `events` are None where that side knows no such commitment."""

    subject: str
    clause: str
    cycle: int
    column: str
    row: Any
    events: Any

    def __str__(self) -> str:
        return f"{self.subject} {self.clause} #{self.cycle} {self.column}: the row says {self.row}, the events say {self.events}"


def verify() -> Iterator[Difference]:
    """Go through the whole database, a thousand subjects at a time; three queries for each thousand.

    What time alone would change, and the ticker has not come to yet, is no difference: each subject is folded up to the last instant
    at which its rows were brought up to date.
    """
    last = ""
    while True:
        clocks = list(Clock.objects.filter(subject__gt=last).order_by("subject")[:CHUNK])
        if not clocks:
            return
        last = clocks[-1].subject
        yield from _verify(clocks)


def _verify(clocks: list[Clock]) -> Iterator[Difference]:
    subjects = [clock.subject for clock in clocks]
    events = {
        key: list(found)
        for key, found in groupby(Event.objects.filter(subject__in=subjects).order_by("subject", "id"), lambda row: row.subject)
    }
    rows = {
        key: list(found)
        for key, found in groupby(Commitment.objects.filter(subject__in=subjects).order_by("subject", "id"), lambda row: row.subject)
    }
    for clock in clocks:
        yield from _compare(clock, events.get(clock.subject, []), rows.get(clock.subject, []))


def _compare(clock: Clock, events: list[Event], rows: list[Commitment]) -> Iterator[Difference]:
    states = fold_subject(clock.subject, clock.version_id, events, at=_brought_up_to(clock, events, rows))
    known = {(row.clause, row.cycle): row for row in rows}
    for state in states:
        row = known.pop((state.clause, state.cycle), None)
        if row is None:
            yield Difference(clock.subject, state.clause, state.cycle, "row", None, state.state)
            continue
        for column, (here, there) in differences(row, state).items():
            yield Difference(clock.subject, state.clause, state.cycle, column, here, there)
    for (clause, cycle), row in known.items():
        yield Difference(clock.subject, clause, cycle, "row", row.state, None)


def _brought_up_to(clock: Clock, events: list[Event], rows: list[Commitment]) -> datetime:
    """The instant up to which the rows claim to know: their first wake, or long past every mark when nothing will wake them."""
    wakes = [row.next_wake_at for row in rows if row.next_wake_at is not None]
    latest = max([event.at for event in events], default=datetime.fromisoformat("1970-01-01T00:00:00+00:00"))
    return max(latest, min(wakes)) if wakes else latest.replace(year=min(latest.year + 100, 9000))
