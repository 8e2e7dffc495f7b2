"""Moving subjects to another version of the policy, and seeing first what that would do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.db import transaction

from upheld.commitments.folding import MOVED, fold_rows, folded
from upheld.commitments.following import follow_many
from upheld.commitments.models import Clock, PolicyVersion
from upheld.events.actions import record
from upheld.events.actors import Actor
from upheld.events.models import Event
from upheld.kernel.instants import from_us, to_us
from upheld.kernel.keys import kind_of
from upheld.policy import CommitmentState, Policy, Promises

Cycle = tuple[str, int]


@transaction.atomic
def move(subjects: Iterable[str], *, to: PolicyVersion, by: Actor, at: datetime) -> list[str]:
    """Bring what these subjects are promised over to another version. Returns those that were moved; the rest had it already.

    What is over stays under the version it was under. What runs keeps the time used; a promise that only the new version makes
    begins now. Subjects without commitments are passed over. Locks them all, in one order: give some hundreds at a time.
    """
    clocks = list(Clock.objects.select_for_update().filter(subject__in=set(subjects)).order_by("subject"))
    moved = [clock for clock in clocks if clock.version_id != to.pk]
    for clock in moved:
        record(MOVED, clock.subject, by=by, at=at, data={"from": clock.version_id, "to": to.pk})
        clock.version = to
    Clock.objects.bulk_update(moved, ["version"])
    follow_many(moved, at=at)
    return [clock.subject for clock in moved]


@dataclass(frozen=True, slots=True)
class Moved:
    """One commitment that a move would change. `before` or `after` is None where that side makes no such promise.

    `due_after` is None while paused, and where nothing is promised any more.
    """

    subject: str
    clause: str
    before: CommitmentState | None
    after: CommitmentState | None

    @property
    def due_before(self) -> datetime | None:
        return _due(self.before)

    @property
    def due_after(self) -> datetime | None:
        return _due(self.after)

    @property
    def is_missed_at_once(self) -> bool:
        """The time used is over the new target already."""
        was = self.before.state if self.before else None
        return self.after is not None and self.after.state == "breached" != was


def preview(subjects: Sequence[str], *, to: Policy, at: datetime) -> Iterator[Moved]:
    """Every commitment of these subjects that would stand otherwise right after a move at `at`. Two queries, no change."""
    promises: dict[str, Promises] = {}
    for clock, events in _histories(subjects):
        kind = kind_of(clock.subject)
        promised = promises.setdefault(kind, Promises.of(to, kind))
        moment = to_us(at)
        before = fold_rows(clock.subject, clock.version_id, events)
        after = fold_rows(clock.subject, clock.version_id, events)
        after.move(promised, moment, folded(events))
        yield from _changed(clock.subject, before.states(moment), after.states(moment + 1))


def _histories(subjects: Sequence[str]) -> Iterator[tuple[Clock, list[Event]]]:
    recorded = Event.objects.filter(subject__in=subjects).order_by("subject", "id")
    events = {key: list(found) for key, found in groupby(recorded, lambda row: row.subject)}
    for clock in Clock.objects.filter(subject__in=subjects).order_by("subject"):
        yield clock, events.get(clock.subject, [])


def _changed(subject: str, before: Iterable[CommitmentState], after: Iterable[CommitmentState]) -> Iterator[Moved]:
    was = {(state.clause, state.cycle): state for state in before}
    will = {(state.clause, state.cycle): state for state in after}
    for cycle in dict.fromkeys((*was, *will)):
        here, there = was.get(cycle), will.get(cycle)
        if _look(here) != _look(there):
            yield Moved(subject, cycle[0], here, there)


def _look(state: CommitmentState | None) -> tuple[object, ...] | None:
    return None if state is None else (state.state, state.due_at, state.target, state.calendar)


def _due(state: CommitmentState | None) -> datetime | None:
    return None if state is None or state.due_at is None else from_us(state.due_at)
