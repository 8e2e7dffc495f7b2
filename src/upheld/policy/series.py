"""A clause with `at: [1w, 2w, 4w]` and `then_every: 1q`: appointments counted from one beginning.

Cycle n runs from the appointment before it to its own, so that one early act cannot keep two appointments. An act
keeps the cycle in whose time it falls, and fulfils, late, every earlier one that nobody kept. While `when` does not
hold, the whole series stands still, the time by which something is late included. It is over when its last
appointment was met and nothing is overdue; then, and after `void_by` and `until`, another beginning begins another.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from msgspec import structs

from upheld.policy.clockwork import KEEPS, VOIDS, Stopwatch
from upheld.policy.states import BREACHED, KEPT, PAUSED, RUNNING, VOID, WAIVED, CommitmentState

if TYPE_CHECKING:
    from upheld.policy.terms import Promise, Terms
    from upheld.policy.tracing import Trace


@dataclass(slots=True)
class Appointment:
    """One cycle. `opens` and `closes` are readings of the stopwatch of the whole series, as are the thresholds of `pending`."""

    number: int
    began: int
    opens: int
    closes: int
    pending: tuple[tuple[int, str], ...]
    state: str = RUNNING
    due: int | None = None
    ended: int | None = None
    used: int = 0
    marks: tuple[tuple[str, int], ...] = ()


class Series(Stopwatch):
    """`newest` is the appointment whose time it is, kept already or not; `overdue` are those that nobody kept."""

    __slots__ = ("is_over", "newest", "numbered", "overdue", "past", "position", "promise", "terms")

    def __init__(self, promise: Promise, terms: Terms, number: int, at: int, trace: Trace | None) -> None:
        assert terms.calendar is not None
        self.promise = promise
        self.terms = terms
        self.trace = trace
        self.used = 0
        self.since = at
        self.calendar = terms.calendar
        self.is_ticking = not terms.is_paused
        self.is_over = False
        self.past: list[CommitmentState] = []
        self.overdue: list[Appointment] = []
        self.numbered = number - 1
        self.position = 0
        self.newest: Appointment | None = None
        self._next_appointment(at)

    # Time

    def advance(self, at: int) -> None:
        """Let time pass up to `at`: give the warnings and the breaches, and begin the appointments, that were due before it."""
        self._give_marks(at)
        self.bring_to(at)

    def _give_marks(self, at: int) -> None:
        while self.newest is not None:
            due = self.reaches(self.newest.closes)
            self._warn_before(self.newest, at if due is None or at <= due else due + 1)
            if due is None or due >= at:
                return
            self._pass_due(self.newest, due)

    def _warn_before(self, newest: Appointment, at: int) -> None:
        while newest.pending and newest.state == RUNNING:
            threshold, name = newest.pending[0]
            when = self.reaches(threshold)
            if when is None or when >= at:
                return
            newest.pending = newest.pending[1:]
            newest.marks += ((name, when),)

    def _pass_due(self, newest: Appointment, due: int) -> None:
        self.bring_to(due)
        if newest.state == RUNNING:
            newest.due = due
            newest.marks += (("do" if self.promise.clause.do else "breach", due),)
            if self.promise.clause.do:
                self._close(newest, KEPT, due)
            else:
                newest.state = BREACHED
                self.overdue.append(newest)
        self._next_appointment(due)

    # Events

    def end(self, at: int, flags: int) -> bool:
        """Let an event end what it ends. A series goes on by itself, so nothing is to be begun anew: always False."""
        self.advance(at)
        newest = self.newest
        for one in self.overdue:
            self._close(one, BREACHED, at)
        self.overdue = []
        if newest is not None and newest.state == RUNNING:
            self._close(newest, KEPT if flags & KEEPS else VOID, at)
        elif newest is not None and newest.state == VOID and flags & VOIDS:
            self._close(newest, VOID, newest.ended)
        if flags & VOIDS:
            self.newest = None
        self._rest_if_over()
        return False

    def waive(self, at: int, number: int | None) -> None:
        self.advance(at)
        newest = self.newest
        if newest is not None and newest.state == RUNNING and number in (None, newest.number):
            self._close(newest, WAIVED, at)
            self._rest_if_over()

    def follow(self, at: int, terms: Terms) -> None:
        """Go on under other terms, or stand still while they promise nothing."""
        self.advance(at)
        newest = self.newest
        if newest is not None and newest.state == RUNNING and not terms.is_promised:
            newest.state, newest.ended = VOID, at
            newest.due, newest.used = self.reaches(newest.closes), self.used
        elif newest is not None and newest.state == VOID and terms.is_promised:
            newest.state, newest.ended, newest.due = RUNNING, None, None
        self.terms = terms
        self.calendar = terms.calendar or self.calendar
        self.is_ticking = terms.is_promised and not terms.is_paused

    def restore(self, at: int, flags: int, terms: Terms) -> None:
        """Nothing to take back: what ends a series ends it, and only a new beginning begins another."""

    def move(self, at: int, promise: Promise, terms: Terms) -> None:
        """Go on under another version of the clause: the appointment whose time it is stays, the next are the new version's."""
        self.advance(at)
        self.promise = promise
        self.follow(at, terms)
        if self.newest is not None:
            self.position = self._position_after(self.newest.closes)

    # Steps

    def _next_appointment(self, at: int) -> None:
        opens, closes = self._appointed(self.position), self._appointed(self.position + 1)
        self.newest = None
        if opens is not None and closes is not None:
            self.position += 1
            self.numbered += 1
            pending = tuple((opens + threshold, name) for threshold, name in self.promise.warnings(closes - opens))
            self.newest = Appointment(self.numbered, at, opens, closes, pending)
        self._rest_if_over()

    def _appointed(self, position: int) -> int | None:
        """The stopwatch's reading at the appointment of that position, 0 being the beginning; None if there is none."""
        points, then_every = (0, *self.promise.clause.at), self.promise.clause.then_every
        if position < len(points):
            return points[position]
        return None if then_every is None else points[-1] + (position + 1 - len(points)) * then_every

    def _position_after(self, reading: int) -> int:
        """The position of the last appointment that is not later than that reading of the stopwatch."""
        points, then_every = (0, *self.promise.clause.at), self.promise.clause.then_every
        passed = sum(point <= reading for point in points) - 1
        if then_every is None or passed < len(points) - 1:
            return passed
        return passed + (reading - points[-1]) // then_every

    def _rest_if_over(self) -> None:
        newest = self.newest
        if newest is not None and newest.state in (KEPT, WAIVED) and self._appointed(self.position + 1) is None:
            self.newest = None
        self.is_over = self.newest is None and not self.overdue

    def _close(self, one: Appointment, state: str, at: int | None) -> None:
        if one.due is None:
            one.due = self.reaches(one.closes)
        one.state, one.ended, one.used = state, at, self.used
        self.past.append(self._value(one, self.used))

    # Values

    def states(self, until: int) -> list[CommitmentState]:
        """All cycles so far, as they stand at `until`. Looking changes nothing."""
        seen = copy(self)
        seen.trace, seen.past, seen.overdue = None, self.past.copy(), self.overdue.copy()
        seen.newest = None if self.newest is None else replace(self.newest)
        seen._give_marks(until)
        return seen._standing(until)

    def _standing(self, until: int) -> list[CommitmentState]:
        used, newest = self.read(until), self.newest
        values = [*self.past, *(self._value(one, used) for one in self.overdue)]
        if newest is not None and newest.state in (RUNNING, VOID):
            values.append(self._value(newest, newest.used if newest.state == VOID else used))
        if newest is not None and newest.state in (KEPT, WAIVED):
            # Nothing is owed now, but time alone begins the next appointment.
            wake = self.reaches(newest.closes)
            values = [structs.replace(one, next_wake_at=wake) if one.cycle == newest.number else one for one in values]
        return values

    def _value(self, one: Appointment, used: int) -> CommitmentState:
        state, due, wake = one.state, one.due, None
        if state == RUNNING:
            state, due = (RUNNING, self.reaches(one.closes)) if self.is_ticking else (PAUSED, None)
            wake = self.reaches(one.pending[0][0]) if one.pending else due
        late = 0 if state != BREACHED else used - one.closes if one.ended is not None else None
        return CommitmentState(
            clause=self.promise.clause.name,
            cycle=one.number,
            state=state,
            began_at=one.began,
            due_at=due,
            ended_at=one.ended,
            used=used - one.opens,
            late=late,
            target=one.closes - one.opens,
            calendar=self.calendar.name,
            since_at=self.since,
            used_at_since=self.used - one.opens,
            marks=one.marks,
            next_wake_at=wake,
        )
