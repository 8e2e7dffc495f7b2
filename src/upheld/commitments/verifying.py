"""Hold every commitment row, and every warning and breach, against the fold of its subject's events."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef

from upheld.commitments.folding import OWN_EVENTS, differences, fold_subject, moves_of, version_for
from upheld.commitments.following import first_wake, mark_events
from upheld.commitments.models import Clock, Commitment
from upheld.events.models import Event
from upheld.policy import CommitmentState

CHUNK = 1000
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Difference:
    """A row that is not what the events say. `row` and `events` are None where that side knows no such commitment.

    `clause` is empty where the difference is the subject's as a whole.
    """

    subject: str
    clause: str
    cycle: int
    column: str
    row: Any
    events: Any

    def __str__(self) -> str:
        where = f"{self.clause} #{self.cycle} " if self.clause else ""
        return f"{self.subject} {where}{self.column}: the row says {self.row}, the events say {self.events}"


def verify() -> Iterator[Difference]:
    """Go through the whole database, a thousand subjects at a time; three queries for each thousand.

    What time alone would change, and the ticker has not come to yet, is no difference: each subject is folded up to the last
    instant at which its rows were brought up to date. A subject that seems to differ is looked at again while it is held, since
    it may have been changed between two of the queries.
    """
    last = ""
    while True:
        clocks = list(Clock.objects.filter(subject__gt=last).order_by("subject")[:CHUNK])
        if not clocks:
            break
        last = clocks[-1].subject
        for suspect in {difference.subject: None for difference in _verify(clocks)}:
            with transaction.atomic():
                yield from list(_verify(Clock.objects.select_for_update().filter(pk=suspect)))
    yield from _without_clock()


def _verify(clocks: Iterable[Clock]) -> Iterator[Difference]:
    clocks = list(clocks)
    subjects = [clock.subject for clock in clocks]
    recorded = Event.objects.filter(subject__in=subjects).order_by("subject", "id")
    events = {key: list(found) for key, found in groupby(recorded, lambda row: row.subject)}
    cached = Commitment.objects.filter(subject__in=subjects).order_by("subject", "id")
    rows = {key: list(found) for key, found in groupby(cached, lambda row: row.subject)}
    for clock in clocks:
        yield from _compare(clock, events.get(clock.subject, []), rows.get(clock.subject, []))


def _compare(clock: Clock, events: list[Event], rows: list[Commitment]) -> Iterator[Difference]:
    states = fold_subject(clock.subject, clock.version_id, events, at=_brought_up_to(events, rows))
    known = {(row.clause, row.cycle): row for row in rows}
    moves = moves_of(events)
    for state in states:
        row = known.pop((state.clause, state.cycle), None)
        if row is None:
            yield Difference(clock.subject, state.clause, state.cycle, "row", None, state.state)
            continue
        for column, (here, there) in differences(row, state, version_for(state, moves, clock.version_id)).items():
            yield Difference(clock.subject, state.clause, state.cycle, column.removesuffix("_id"), here, there)
    for (clause, cycle), row in known.items():
        yield Difference(clock.subject, clause, cycle, "row", row.state, None)
    yield from _compare_wake(clock, states)
    yield from _compare_marks(clock.subject, events, states)


def _compare_wake(clock: Clock, states: list[CommitmentState]) -> Iterator[Difference]:
    """Without it the ticker would come too late, or never."""
    wake = first_wake(states)
    if clock.next_wake_at != wake:
        yield Difference(clock.subject, "", 0, "next_wake_at", clock.next_wake_at, wake)


def _compare_marks(subject: str, events: list[Event], states: list[CommitmentState]) -> Iterator[Difference]:
    """Each warning and each breach was announced, once, at the instant at which it was due; and nothing else was."""
    announced = {event.key: event for event in events if event.kind in OWN_EVENTS}
    for state in states:
        for event in mark_events(subject, state, state.marks):
            found = announced.pop(event.key, None)
            if found is None or (found.kind, found.at) != (event.kind, event.at):
                yield Difference(subject, state.clause, state.cycle, event.data["mark"], event.at, found and found.at)
    for event in announced.values():
        yield Difference(subject, event.data.get("clause", ""), event.data.get("cycle", 0), event.kind, None, event.at)


def _without_clock() -> Iterator[Difference]:
    """Rows of subjects that nothing would ever wake."""
    clocks = Clock.objects.filter(subject=OuterRef("subject"))
    for row in Commitment.objects.filter(~Exists(clocks)).order_by("id").iterator(CHUNK):
        yield Difference(row.subject, row.clause, row.cycle, "clock", row.state, None)


def _brought_up_to(events: list[Event], rows: list[Commitment]) -> datetime:
    """The instant up to which the rows claim to know: their first wake, or long past every mark when nothing will wake them."""
    latest = max([event.at for event in events], default=BEGINNING)
    return first_wake(rows) or latest.replace(month=1, day=1, year=min(latest.year + 100, 9000))
