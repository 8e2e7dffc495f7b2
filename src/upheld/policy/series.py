"""A clause with `at: [1w, 2w, 4w]` and `then_every: 1q`: appointments counted from one beginning.

Cycle n runs from the appointment before it to its own, so that one early act cannot keep two appointments. An act keeps the cycle in whose
time it falls, and fulfils, late, every earlier one that nobody kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from upheld.policy.clockwork import ACTIVE, ENDS, IDLE, KEEPS, LATENT, SUSPENDED, VOIDS, Watched
from upheld.policy.states import BREACHED, KEPT, PAUSED, RUNNING, VOID, WAIVED, CommitmentState

if TYPE_CHECKING:
    from upheld.hours import Calendar
    from upheld.policy.model import Clause, Mark
    from upheld.policy.tracing import Trace


@dataclass(slots=True)
class Appointment:
    """One cycle. `opens`, `closes` and `used` are readings of the stopwatch of the whole series."""

    number: int
    began: int
    opens: int
    closes: int
    pending: list[Mark]
    state: str = RUNNING
    due: int | None = None
    ended: int | None = None
    used: int = 0
    marks: list[tuple[str, int]] = field(default_factory=list)


class Series(Watched):
    """A clause with appointments. `newest` is the one whose time it is, kept already or not; `overdue` those nobody kept."""

    __slots__ = ("newest", "numbered", "overdue", "position")

    def __init__(
        self,
        clause: Clause,
        calendars: Mapping[str, Calendar],
        attributes: dict[str, Any],
        *,
        trace: Trace | None = None,
        with_marks: bool = True,
    ) -> None:
        super().__init__(clause, calendars, attributes, trace=trace, with_marks=with_marks)
        self.numbered = 0
        self.position = 0
        self.newest: Appointment | None = None
        self.overdue: list[Appointment] = []

    # Time

    def pass_time(self, at: int) -> None:
        """Give the warnings and the breaches, and begin the appointments, that were due before `at`."""
        while self.phase == ACTIVE and self.newest is not None:
            due = self.watch.reaches(self.newest.closes)
            self._warn_before(self.newest, at if due is None or at <= due else due + 1)
            if due is None or due >= at:
                return
            self._pass_due(self.newest, due)

    def _warn_before(self, newest: Appointment, at: int) -> None:
        while newest.pending and newest.state == RUNNING:
            threshold = newest.opens + newest.pending[0].threshold(newest.closes - newest.opens)
            when = self.watch.reaches(threshold)
            if when is None or when >= at:
                return
            newest.marks.append((newest.pending.pop(0).name, when))

    def _pass_due(self, newest: Appointment, due: int) -> None:
        self.watch.bring_to(due)
        if newest.state == RUNNING:
            newest.due = due
            newest.marks.append(("do" if self.clause.do else "breach", due))
            if self.clause.do:
                self._close(newest, KEPT, due)
            else:
                newest.state = BREACHED
                self.overdue.append(newest)
        self._next_appointment(due)

    # Events

    def end(self, at: int, flags: int) -> bool:
        """Let an event end what it ends. A series goes on by itself, so the answer is always no."""
        self.pass_time(at)
        is_over = bool(flags & (VOIDS | ENDS))
        if self.phase == LATENT and is_over:
            self.phase = IDLE
        if self.phase not in (ACTIVE, SUSPENDED):
            return False
        self.watch.bring_to(at)
        for one in self.overdue:
            self._close(one, BREACHED, at)
        self.overdue = []
        if self.newest is not None and self.newest.state == RUNNING:
            self._close(self.newest, KEPT if flags & KEEPS else VOID, at)
        elif self.newest is not None and self.newest.state == VOID and is_over:
            self._close(self.newest, VOID, self.newest.ended or at)
        if is_over:
            self.newest, self.phase = None, IDLE
        return False

    def waive(self, at: int, cycle: int | None) -> None:
        self.pass_time(at)
        newest = self.newest
        if newest is not None and newest.state == RUNNING and cycle in (None, newest.number):
            self.watch.bring_to(at)
            self._close(newest, WAIVED, at)

    def restore(self, at: int) -> None:
        """Nothing to take back: what ends a series ends it, and only a new beginning begins another."""

    def begin(self, at: int) -> None:
        if self.phase not in (IDLE, LATENT) or self.overdue:
            return
        calendar = self._calendar() if self._binds() else None
        if calendar is None:
            self.phase = LATENT
            return
        watch = self.watch
        watch.used, watch.since, watch.calendar = 0, at, calendar
        watch.ticking = not self._is_paused()
        self.phase, self.position = ACTIVE, 0
        self._next_appointment(at)

    def attributes_changed(self, at: int) -> None:
        if self.phase == LATENT:
            self.begin(at)
            return
        if self.phase not in (ACTIVE, SUSPENDED):
            return
        self.pass_time(at)
        self.watch.bring_to(at)
        calendar = self._calendar() if self._binds() else None
        self.phase = SUSPENDED if calendar is None else ACTIVE
        self.watch.calendar = calendar or self.watch.calendar
        self.watch.ticking = calendar is not None and not self._is_paused()
        newest = self.newest
        if newest is not None and newest.state in (RUNNING, VOID):
            newest.state, newest.ended = (VOID, at) if calendar is None else (RUNNING, None)
            newest.used = self.watch.used

    # Steps

    def _next_appointment(self, at: int) -> None:
        opens = 0 if self.position == 0 else self._closing(self.position)
        self.position += 1
        closes = self._closing(self.position)
        if closes is None or opens is None:
            self.newest = None
            return
        self.numbered += 1
        if self.watch.trace is not None:
            self.watch.trace.cycle = self.numbered
        length = closes - opens
        marks = sorted(self.clause.warn, key=lambda mark: mark.threshold(length)) if self.with_marks else []
        self.newest = Appointment(self.numbered, at, opens, closes, marks)

    def _closing(self, position: int) -> int | None:
        """The reading of the stopwatch at the appointment of that position; None when there is none any more."""
        at = self.clause.at
        if position <= len(at):
            return at[position - 1]
        if self.clause.then_every is None:
            return None
        return (at[-1] if at else 0) + (position - len(at)) * self.clause.then_every

    def _close(self, one: Appointment, state: str, at: int) -> None:
        if one.due is None:
            one.due = self.watch.reaches(one.closes)
        one.state, one.ended, one.used = state, at, self.watch.used
        self.past.append(self._value(one, self.watch.used))

    # Values

    def states(self, until: int) -> list[CommitmentState]:
        """All cycles so far in their order, as they stand at `until`."""
        self.pass_time(until)
        used = self.watch.read(until)
        values = [*self.past, *(self._value(one, used) for one in self.overdue)]
        newest = self.newest
        if newest is not None and (newest.ended is None or newest.state == VOID):
            values.append(self._value(newest, newest.used if newest.state == VOID else used))
        return sorted(values, key=lambda value: value.cycle)

    def _value(self, one: Appointment, used: int) -> CommitmentState:
        watch = self.watch
        state, due, wake = one.state, one.due, None
        if state == RUNNING:
            state, due = (RUNNING, watch.reaches(one.closes)) if watch.ticking else (PAUSED, None)
            wake = self._next_wake(one, due)
        late = 0 if state != BREACHED else used - one.closes if one.ended is not None else None
        return CommitmentState(
            clause=self.clause.name,
            cycle=one.number,
            state=state,
            began_at=one.began,
            due_at=due,
            ended_at=one.ended,
            used=used - one.opens,
            late=late,
            target=one.closes - one.opens,
            calendar=watch.calendar.name,
            since_at=watch.since,
            used_at_since=watch.used - one.opens,
            marks=tuple(one.marks),
            next_wake_at=wake,
        )

    def _next_wake(self, one: Appointment, due: int | None) -> int | None:
        if due is None or not one.pending:
            return due
        first = self.watch.reaches(one.opens + one.pending[0].threshold(one.closes - one.opens))
        return due if first is None else min(first, due)
