"""One cycle of a clause with `within`, step by step from its beginning to its end.

`Stopwatch` counts open time; `Cycle` is one cycle, `Series` in series.py a clause with `at`. All are mutable for
speed; `fold` drives them and yields values. The rules, in the words of the design:

- time passes before an event counts: what was due *before* it is breached, what is due *at* it is still in time;
- then the event ends what it ends (kept before void), then its attributes hold, then it begins what it begins;
- while `when` does not hold, a cycle stands as void, and goes on from the time used when it holds again. What would
  have ended it in the meantime makes that final (for clauses that renew only `void_by` and `until` do);
- what made a cycle void and may be taken back (a merge) only sets it aside: it goes on from the time used when
  nothing holds it aside any more. What would have ended it in the meantime makes that final, likewise;
- a warning or a breach has happened when its instant is over, so that looking never shows what an event of that
  instant can still avert. Only a new target that is used up already breaches at once, without the warnings that it
  leaps over, and an event after it comes late;
- a breached cycle stays breached whatever holds later: it counts on, outside of pauses, until it ends, and can no
  longer be waived.
"""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING

from upheld.hours import NeverOpen
from upheld.policy.states import BREACHED, KEPT, PAUSED, RUNNING, VOID, WAIVED, CommitmentState
from upheld.policy.tracing import Counted
from upheld.policy.vocabulary import REVERSALS

if TYPE_CHECKING:
    from upheld.hours import Calendar
    from upheld.policy.terms import Promise, Terms
    from upheld.policy.tracing import Trace

KEEPS, VOIDS = 1, 2
"""What an event does to a clause; VOIDS is `void_by` and `until` alike."""
REVERSIBLE = {kind: 4 << position for position, kind in enumerate(REVERSALS)}
"""A flag for each kind of event that sets aside, and, in what takes it back, for what it lifts."""
SETS_ASIDE = sum(REVERSIBLE.values())

ACTIVE, OVERDUE, SUSPENDED, OVERDUE_ASIDE, OVER = range(5)
"""Where a cycle stands; from SUSPENDED on it counts no time."""
NEVER = 1 << 62


class Stopwatch:
    """Counts open time on a calendar that may change, from any number of stretches.

    What it counted goes into `trace`, if there is one.
    """

    __slots__ = ("calendar", "is_ticking", "since", "trace", "used")

    calendar: Calendar
    is_ticking: bool
    since: int
    trace: Trace | None
    used: int

    def read(self, at: int) -> int:
        """Open time counted up to `at`, without stopping."""
        if self.is_ticking and at > self.since:
            return self.used + self.calendar.between(self.since, at)
        return self.used

    def bring_to(self, at: int) -> None:
        self._stop_at(at, self.read(at))

    def reaches(self, threshold: int) -> int | None:
        """The instant at which the count reaches `threshold` if nothing changes; None when it never does."""
        if not self.is_ticking:
            return None
        try:
            return self.calendar.add(self.since, max(0, threshold - self.used))
        except NeverOpen:
            return None

    def _stop_at(self, at: int, used: int) -> None:
        """Take a reading over as the new beginning of the count."""
        if at > self.since:
            if self.trace is not None:
                counted = used - self.used
                self.trace.append(Counted(self.since, at, self.calendar, self.is_ticking, counted))
            self.used = used
            self.since = at


class Cycle(Stopwatch):
    """One cycle. `threshold` is the used time at which something happens next, `aside` the flags of what holds it aside.

    `due` is known from the breach or the end on; until then it is worked out when somebody asks.
    """

    __slots__ = (
        "aside", "began", "due", "ended", "marks", "number", "past", "pending", "phase", "promise", "target", "terms",
        "threshold", "used_when_due",
    )  # fmt: skip

    def __init__(self, promise: Promise, terms: Terms, number: int, at: int, trace: Trace | None) -> None:
        assert terms.calendar is not None
        self.promise = promise
        self.number = number
        self.trace = trace
        self.began = self.since = at
        self.used = 0
        self.phase = ACTIVE
        self.aside = 0
        self.ended: int | None = None
        self.marks: tuple[tuple[str, int], ...] = ()
        self.past: tuple[CommitmentState, ...] = ()
        self.due: int | None = None
        self.used_when_due = 0
        self.terms = terms
        self.calendar = terms.calendar
        self.is_ticking = not terms.is_paused
        self.target = terms.target
        self.pending = terms.warnings
        self.threshold = self.pending[0][0] if self.pending else self.target

    @property
    def is_over(self) -> bool:
        return self.phase == OVER

    # Time

    def advance(self, at: int) -> None:
        """Let time pass up to `at`: give the warnings and the breach that were due before it."""
        if self.phase >= SUSPENDED:
            return
        used = self.read(at)
        if used >= self.threshold:
            self._give_marks(at)
            used = self.read(at)
        self._stop_at(at, used)

    def _give_marks(self, at: int) -> None:
        while self.phase == ACTIVE:
            when = self.reaches(self.threshold)
            if when is None or when >= at:
                return
            if self.pending:
                self.marks += ((self.pending[0][1], when),)
                self._await(self.pending[1:])
            elif self.promise.clause.do:
                self.bring_to(when)
                self.marks += (("do", when),)
                self._finish(KEPT, when)
            else:
                self.bring_to(when)
                self._breach(when)

    def _await(self, pending: tuple[tuple[int, str], ...]) -> None:
        self.pending = pending
        self.threshold = pending[0][0] if pending else self.target

    def _breach(self, at: int) -> None:
        self.phase = OVERDUE
        self.due = at
        self.used_when_due = self.used
        self.marks += (("breach", at),)
        self.threshold = NEVER

    # Events

    def end(self, at: int, flags: int) -> bool:
        """Let an event end what it ends. True when it should also begin the next cycle (`renews`)."""
        self.advance(at)
        phase, renews = self.phase, self.promise.clause.renews
        if flags & SETS_ASIDE:
            self._set_aside(at, flags & SETS_ASIDE)
        elif phase in (ACTIVE, OVERDUE):
            self._finish(BREACHED if phase == OVERDUE else KEPT if flags & KEEPS else VOID, at)
            return renews and not flags & VOIDS
        elif phase != OVER and (flags & VOIDS or not renews):
            self._finish(VOID if phase == SUSPENDED else BREACHED, self.ended)
        return False

    def waive(self, at: int, number: int | None) -> None:
        self.advance(at)
        if self.phase == ACTIVE and number in (None, self.number):
            self._finish(WAIVED, at)

    def follow(self, at: int, terms: Terms) -> None:
        """Go on under other terms, or stand as void while they promise nothing."""
        if self.aside:
            return
        self.advance(at)
        if self.phase == OVERDUE:
            self.terms = terms
            self.calendar = terms.calendar or self.calendar
            self.is_ticking = not terms.is_paused
        elif self.phase in (ACTIVE, SUSPENDED):
            self._agree(at, terms)

    def restore(self, at: int, flags: int, terms: Terms) -> None:
        """What set the cycle aside was taken back."""
        was_aside = self.aside
        self.aside &= ~flags
        if not was_aside or self.aside:
            return
        if self.phase == OVERDUE_ASIDE:
            self.phase, self.ended, self.since = OVERDUE, None, at
        self.follow(at, terms)

    def move(self, at: int, promise: Promise, terms: Terms) -> None:
        """Go on under another version of the clause: the time used stays used, the rest runs by its terms and warnings."""
        self.advance(at)
        self.promise = promise
        self.follow(at, terms)
        if self.phase in (ACTIVE, SUSPENDED):
            given = {name for name, _ in self.marks}
            self._await(tuple(one for one in terms.warnings if one[1] not in given))

    # Steps

    def _agree(self, at: int, terms: Terms) -> None:
        if not terms.is_promised:
            if self.phase == ACTIVE:
                self._suspend(at)
            self.terms = terms
            return
        assert terms.calendar is not None
        if self.phase == SUSPENDED:
            self.phase, self.ended, self.since = ACTIVE, None, at
        self.terms = terms
        self.calendar = terms.calendar
        self.is_ticking = not terms.is_paused
        if terms.target != self.target:
            self.target = terms.target
            given = {name for name, _ in self.marks}
            self._await(tuple(one for one in terms.warnings if one[1] not in given))
            if self.used >= self.target:
                self._breach(at)

    def _suspend(self, at: int) -> None:
        self.due = self.reaches(self.target)
        self.phase, self.ended = SUSPENDED, at
        self.is_ticking = False

    def _set_aside(self, at: int, flags: int) -> None:
        """Stand as void, or, when breached already, as ended, until what did it is taken back."""
        if self.phase == OVER:
            return
        self.aside |= flags
        if self.phase == ACTIVE:
            self._suspend(at)
        elif self.phase == OVERDUE:
            self.phase, self.ended = OVERDUE_ASIDE, at
            self.is_ticking = False

    def _finish(self, state: str, at: int | None) -> None:
        if self.phase == ACTIVE:
            self.due = self.reaches(self.target)
        self.ended = at
        self.past = (self._value(state, self.used, self.due),)
        self.phase = OVER
        self.is_ticking = False

    # Values

    def states(self, until: int) -> tuple[CommitmentState, ...]:
        """The cycle as it stands at `until`, which must not lie before the last event. Looking changes nothing."""
        seen = self
        if self.phase == ACTIVE and self.read(until) >= self.threshold:
            seen = copy(self)
            seen.trace = None
            seen._give_marks(until)
        return seen.past or (seen._standing(until),)

    def _standing(self, until: int) -> CommitmentState:
        if self.phase == ACTIVE:
            due = self.reaches(self.target)
            wake = self.reaches(self.threshold) if self.pending else due
            return self._value(RUNNING if self.is_ticking else PAUSED, self.read(until), due, wake)
        return self._value(VOID if self.phase == SUSPENDED else BREACHED, self.read(until), self.due)

    def _value(self, state: str, used: int, due: int | None, wake: int | None = None) -> CommitmentState:
        late: int | None = 0
        if state == BREACHED:
            late = None if self.ended is None else used - self.used_when_due
        return CommitmentState(
            self.promise.clause.name,
            self.number,
            state,
            self.began,
            due,
            self.ended,
            used,
            late,
            self.target,
            self.calendar.name,
            self.since,
            self.used,
            self.marks,
            wake,
        )
