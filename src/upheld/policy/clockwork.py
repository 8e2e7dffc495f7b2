"""One clause held against the events of one subject, step by step.

`Stopwatch` counts open time; `Run` is a clause with `within` (one cycle at a time), `Series` in series.py one with `at`. Both are
mutable for speed; `fold` wraps them in values. The rules, in the words of the design:

- time passes before an event counts: what was due *before* it is breached, what is due *at* it is still in time;
- then the event ends what it ends (kept before void), then its attributes hold, then it begins what it begins;
- while `when` does not hold, a cycle stands as void and goes on from the time used when it holds again. A beginning that comes while
  it does not hold waits, and the cycle begins at the instant at which it first does; until then an event that would have kept or
  voided the cycle ends the wait (for clauses that renew only the latter);
- what made a cycle void and is taken back (a merge) only sets it aside: it goes on from the time used.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from upheld.hours import NeverOpen
from upheld.policy.states import BREACHED, KEPT, PAUSED, RUNNING, VOID, WAIVED, CommitmentState

if TYPE_CHECKING:
    from upheld.hours import Calendar
    from upheld.policy.model import Clause, Mark
    from upheld.policy.tracing import Trace

BEGINS, KEEPS, VOIDS, ENDS, SETS_ASIDE, RESTORES = 1, 2, 4, 8, 16, 32
IDLE, LATENT, ACTIVE, SUSPENDED, OVERDUE = range(5)


class Stopwatch:
    """Counts open time on a calendar that may change, from any number of stretches."""

    __slots__ = ("calendar", "since", "ticking", "trace", "used")

    def __init__(self, trace: Trace | None = None) -> None:
        self.used = 0
        self.since = 0
        self.ticking = False
        self.trace = trace
        self.calendar: Calendar = None  # type: ignore[assignment]  # set by every start, read only after one

    def read(self, at: int) -> int:
        """Open time counted up to `at`, without stopping."""
        if self.ticking and at > self.since:
            return self.used + self.calendar.between(self.since, at)
        return self.used

    def bring_to(self, at: int) -> None:
        if at <= self.since:
            return
        counted = self.calendar.between(self.since, at) if self.ticking else 0
        if self.trace is not None:
            self.trace.stretch(self.since, at, self.calendar.name, self.ticking, counted)
        self.used += counted
        self.since = at

    def reaches(self, threshold: int) -> int | None:
        """The instant at which the count reaches `threshold` if nothing changes; None when it never does."""
        if not self.ticking:
            return None
        try:
            return self.calendar.add(self.since, max(0, threshold - self.used))
        except NeverOpen:
            return None


class Watched:
    """What `Run` and `Series` share: the clause, its conditions, the stopwatch, and the cycles that are over."""

    __slots__ = ("attributes", "calendars", "clause", "past", "phase", "watch", "with_marks")

    def __init__(
        self,
        clause: Clause,
        calendars: Mapping[str, Calendar],
        attributes: dict[str, Any],
        *,
        trace: Trace | None,
        with_marks: bool,
    ) -> None:
        self.clause = clause
        self.calendars = calendars
        self.attributes = attributes
        self.watch = Stopwatch(trace)
        self.past: list[CommitmentState] = []
        self.phase = IDLE
        self.with_marks = with_marks

    def _calendar(self) -> Calendar | None:
        name = self.clause.calendar.pick(self.attributes)
        return None if name is None else self.calendars[name]

    def _binds(self) -> bool:
        clause, attributes = self.clause, self.attributes
        if not clause.when.holds(attributes):
            return False
        return not any(matcher.holds(attributes) for matcher in clause.unless)

    def _is_paused(self) -> bool:
        attributes = self.attributes
        return any(matcher.holds(attributes) for matcher in self.clause.pauses_while)


class Run(Watched):
    """A clause with one target: at most one cycle is open at a time."""

    __slots__ = ("began", "cycle", "due", "ended", "is_aside", "marks", "pending", "target", "used_when_due")

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
        self.cycle = 0
        self.began = 0
        self.due: int | None = None
        self.ended: int | None = None
        self.target = 0
        self.used_when_due = 0
        self.is_aside = False
        self.marks: list[tuple[str, int]] = []
        self.pending: list[Mark] = []

    # Time

    def pass_time(self, at: int) -> None:
        """Give the warnings and the breach that were due before `at`."""
        if self.phase != ACTIVE or not self.watch.ticking:
            return
        due = self.due
        late = due is not None and due < at
        if self.pending:
            self._warn_before(at, due if late else None)
        if late and due is not None:
            self._pass_due(due)

    def _warn_before(self, at: int, due: int | None) -> None:
        watch = self.watch
        used = watch.read(at)
        while self.pending and (threshold := self.pending[0].threshold(self.target)) <= used:
            when = watch.reaches(threshold)
            if when is None or (when >= at if due is None else when > due):
                return
            self.marks.append((self.pending.pop(0).name, when))

    def _pass_due(self, due: int) -> None:
        self.watch.bring_to(due)
        if self.clause.do:
            self.marks.append(("do", due))
            self._finish(KEPT, due)
        else:
            self._breach(due)

    def _breach(self, at: int) -> None:
        self.phase = OVERDUE
        self.due = at
        self.used_when_due = self.watch.used
        self.marks.append(("breach", at))
        self.pending = []

    # Events

    def end(self, at: int, flags: int) -> bool:
        """Let an event end what it ends. True when it should also begin the next cycle (`renews`)."""
        self.pass_time(at)
        phase = self.phase
        if flags & SETS_ASIDE:
            self._set_aside(at)
        elif phase in (ACTIVE, OVERDUE):
            self.watch.bring_to(at)
            if phase == OVERDUE:
                self._finish(BREACHED, at, late=self.watch.used - self.used_when_due)
            else:
                self._finish(KEPT if flags & KEEPS else VOID, at)
            return self.clause.renews and bool(flags & KEEPS) and not flags & (VOIDS | ENDS)
        elif phase in (LATENT, SUSPENDED) and (not self.clause.renews or flags & (VOIDS | ENDS)):
            if phase == SUSPENDED:
                self._finish(VOID, self.ended or at)
            self.phase = IDLE
        return False

    def waive(self, at: int, cycle: int | None) -> None:
        self.pass_time(at)
        if self.phase == ACTIVE and cycle in (None, self.cycle):
            self.watch.bring_to(at)
            self._finish(WAIVED, at)

    def restore(self, at: int) -> None:
        """What set the cycle aside was taken back."""
        if not self.is_aside:
            return
        self.is_aside = False
        if self.phase == IDLE and self.past:
            self.past.pop()
            self.phase, self.ended, self.watch.since = OVERDUE, None, at
        self.attributes_changed(at)

    def begin(self, at: int) -> None:
        if self.phase not in (IDLE, LATENT):
            return
        if self.is_aside or self._terms() is None:
            self.phase = LATENT
            return
        self.cycle += 1
        self.began = at
        self.marks = []
        self.pending = list(self.clause.warn) if self.with_marks else []
        self.watch.used = 0
        self.target = 0
        if self.watch.trace is not None:
            self.watch.trace.cycle = self.cycle
        self._go_on(at)

    def attributes_changed(self, at: int) -> None:
        phase = self.phase
        if phase == IDLE or self.is_aside:
            return
        if phase == LATENT:
            self.begin(at)
            return
        self.pass_time(at)
        if self.phase == OVERDUE:
            self._follow_late(at)
        elif self.phase == SUSPENDED:
            if self._terms() is not None:
                self._go_on(at)
        elif self.phase == ACTIVE:
            self.watch.bring_to(at)
            if self._terms() is None:
                self._suspend(at)
            else:
                self._retarget(at)

    # Steps

    def _terms(self) -> tuple[Calendar, int] | None:
        """The calendar and the target that hold now; None when nothing is promised."""
        within = self.clause.within
        if within is None or not self._binds():
            return None
        target = within.pick(self.attributes)
        calendar = self._calendar()
        return None if target is None or calendar is None else (calendar, target)

    def _suspend(self, at: int) -> None:
        self.phase, self.ended = SUSPENDED, at
        self.watch.ticking = False

    def _set_aside(self, at: int) -> None:
        """Stand as void, or, when breached already, as ended, until what did it is taken back."""
        self.is_aside = self.phase != IDLE
        if self.phase in (ACTIVE, OVERDUE):
            self.watch.bring_to(at)
        if self.phase == ACTIVE:
            self._suspend(at)
        elif self.phase == OVERDUE:
            self._finish(BREACHED, at, late=self.watch.used - self.used_when_due)

    def _go_on(self, at: int) -> None:
        self.watch.since = at
        self.phase = ACTIVE
        self.ended = None
        self._retarget(at)

    def _retarget(self, at: int) -> None:
        terms = self._terms()
        assert terms is not None  # every caller has just asked
        calendar, target = terms
        watch = self.watch
        changed = self.target and (target != self.target or calendar is not watch.calendar)
        watch.calendar, self.target = calendar, target
        watch.ticking = not self._is_paused()
        self.pending.sort(key=lambda mark: mark.threshold(target))
        if changed and watch.used >= target:
            self._breach(at)
        else:
            self.due = watch.reaches(target)

    def _follow_late(self, at: int) -> None:
        self.watch.bring_to(at)
        self.watch.calendar = self._calendar() or self.watch.calendar
        self.watch.ticking = not self._is_paused()

    def _finish(self, state: str, at: int, *, late: int = 0) -> None:
        self.ended = at
        self.past.append(self._value(state, self.watch.used, late))
        self.phase = IDLE

    # Values

    def states(self, until: int) -> list[CommitmentState]:
        """All cycles so far, as they stand at `until`, which must not lie before the last event."""
        self.pass_time(until)
        return [*self.past, *self._open(until)]

    def _open(self, until: int) -> list[CommitmentState]:
        if self.phase == ACTIVE:
            state = RUNNING if self.watch.ticking else PAUSED
            return [self._value(state, self.watch.read(until), 0, wake=self._next_wake())]
        if self.phase == OVERDUE:
            return [self._value(BREACHED, self.watch.read(until), None)]
        if self.phase == SUSPENDED:
            return [self._value(VOID, self.watch.used, 0)]
        return []

    def _next_wake(self) -> int | None:
        if not self.watch.ticking:
            return None
        first = self.watch.reaches(self.pending[0].threshold(self.target)) if self.pending else None
        wakes = [wake for wake in (first, self.due) if wake is not None]
        return min(wakes, default=None)

    def _value(self, state: str, used: int, late: int | None, *, wake: int | None = None) -> CommitmentState:
        watch = self.watch
        return CommitmentState(
            clause=self.clause.name,
            cycle=self.cycle,
            state=state,
            began_at=self.began,
            due_at=self.due,
            ended_at=self.ended,
            used=used,
            late=late,
            target=self.target,
            calendar=watch.calendar.name,
            since_at=watch.since,
            used_at_since=watch.used,
            marks=tuple(self.marks),
            next_wake_at=wake,
        )
