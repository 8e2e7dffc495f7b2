"""The fold: the state of every commitment of a subject from its events, and from nothing else.

`fold(clause, events)` is the whole idea as one function. `SubjectFold` is the same for all clauses of a policy at
once, event by event, and asks only the clauses that an event touches.

What is promised stands in promises.py, what a cycle does in clockwork.py. Here stands how one begins: a beginning that
comes while nothing is promised waits, and the cycle begins at the instant at which something first is. Until then an
event that would have kept or ended the cycle ends the wait (for clauses that renew and for series only `void_by` and
`until` do), and a merge holds it up until it is taken back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from upheld.hours import Calendar
from upheld.policy.clockwork import SETS_ASIDE, VOIDS, Cycle
from upheld.policy.model import Clause
from upheld.policy.promises import NOTHING, Promises, Touch
from upheld.policy.series import Series
from upheld.policy.states import CommitmentState, Event
from upheld.policy.tracing import Trace

__all__ = ["CommitmentState", "Event", "SubjectFold", "fold"]

WAIVED_EVENT = "commitment.waived"
LONG_AGO = -(1 << 62)


class SubjectFold:
    """The commitments of one subject. Feed it the events in the order in which they were recorded.

    An event whose time lies before its predecessor's counts at the predecessor's time: order is recording, never the clock.
    """

    __slots__ = ("at", "attributes", "has_moved", "open", "past", "promises", "traces", "waiting")

    def __init__(self, promises: Promises, *, with_traces: bool = False) -> None:
        self.promises = promises
        self.at = LONG_AGO
        self.attributes = promises.look.copy()
        self.open: dict[int, Cycle | Series] = {}
        self.waiting: dict[int, int] = {}
        """Beginnings that wait until something is promised, by position, each with the flags of what holds it aside."""
        self.past: list[CommitmentState] = []
        self.traces: dict[str, Trace] | None = {} if with_traces else None
        self.has_moved = False

    def apply(self, event: Event) -> None:
        """Take one event into account."""
        at = event.at
        if at < self.at:
            at = self.at
        self.at = at
        touch = self.promises.by_kind.get(event.kind, NOTHING)
        renewed = self._end(at, touch) if touch.ends and (self.open or self.waiting) else ()
        if event.kind == WAIVED_EVENT:
            self._waive(at, event.data)
        elif event.data:
            self._take_attributes(at, event.data)
        for position, flags in touch.restores:
            self._restore(at, position, flags)
        if touch.begins:
            self._begin_all(at, touch.begins)
        for position in renewed:
            self._begin(at, position)

    def pass_time(self, until: int) -> None:
        """Let time pass without any event, as if one that touches nothing had happened at `until`."""
        self.at = max(self.at, until)
        for position, running in list(self.open.items()):
            running.advance(self.at)
            self._put_away_if_over(position, running)

    def states(self, until: int) -> list[CommitmentState]:
        """Every cycle so far, clause by clause in the policy's order.

        Looking changes nothing; before the last event one cannot look.
        """
        until = max(until, self.at)
        found = self.past.copy()
        for running in self.open.values():
            found += running.states(until)
        positions = self.promises.positions
        if not self.has_moved:
            return sorted(found, key=lambda state: (positions[state.clause], state.cycle))
        gone = len(positions)  # for clauses of a version that was left
        return sorted(found, key=lambda state: (positions.get(state.clause, gone), state.clause, state.cycle))

    def move(self, promises: Promises, at: int, history: Iterable[Event]) -> None:
        """Go on under another version of the policy from `at`; `history` are the events so far.

        What is over stays as it is. What runs goes on with the time used if the new version has a clause of its name, else it
        is void. A clause that only the new version has, and that would run by now, begins at `at`: nothing is missed before it
        was promised.
        """
        seen = SubjectFold(promises)
        for event in history:
            seen.apply(event)
        self.at = at = max(self.at, at, seen.at)
        running = {self.promises.in_order[position].clause.name: one for position, one in self.open.items()}
        waiting = {self.promises.in_order[position].clause.name: flags for position, flags in self.waiting.items()}
        known = self.promises.positions
        self.promises, self.attributes, self.open, self.waiting = promises, seen.attributes, {}, {}
        self.has_moved = True
        for name, one in running.items():
            self._move_running(at, name, one)
        for name, flags in waiting.items():
            if name in promises.positions:
                self.waiting[promises.positions[name]] = flags
                self._begin_waiting(at, promises.positions[name])
        for position in (*seen.open, *seen.waiting):
            if promises.in_order[position].clause.name not in known:
                self._begin(at, position)

    def _move_running(self, at: int, name: str, running: Cycle | Series) -> None:
        position = self.promises.positions.get(name)
        promise = None if position is None else self.promises.in_order[position]
        if position is None or promise is None or promise.clause.is_series != isinstance(running, Series):
            running.end(at, VOIDS)
            self.past += running.states(at)
            return
        self.open[position] = running
        running.move(at, promise, promise.terms(self.attributes))
        self._put_away_if_over(position, running)

    # What an event does, in this order

    def _end(self, at: int, touch: Touch) -> list[int]:
        """End what the event ends; the positions of what it also begins anew."""
        renewed: list[int] = []
        for position, flags in touch.ends:
            running = self.open.get(position)
            if running is None:
                if position in self.waiting:
                    self._end_wait(position, flags)
                continue
            if running.end(at, flags):
                renewed.append(position)
            self._put_away_if_over(position, running)
        return renewed

    def _take_attributes(self, at: int, data: Mapping[str, Any]) -> None:
        attributes, by_attribute = self.attributes, self.promises.by_attribute
        changed = []
        for name, value in data.items():
            if name in by_attribute:
                if value.__class__ is list:
                    value = tuple(value)  # noqa: PLW2901
                if attributes[name] != value:
                    attributes[name] = value
                    changed.append(name)
        if not changed or not (self.open or self.waiting):
            return
        if self.open:
            for position in _touched(by_attribute, changed):
                running = self.open.get(position)
                if running is not None:
                    terms = self.promises.in_order[position].terms(attributes)
                    if terms is not running.terms:
                        running.follow(at, terms)
                        self._put_away_if_over(position, running)
        if self.waiting:
            for position in _touched(self.promises.by_deciding, changed):
                if position in self.waiting:
                    self._begin_waiting(at, position)

    def _waive(self, at: int, data: Mapping[str, Any]) -> None:
        position = self.promises.positions.get(str(data.get("clause")), -1)
        running = self.open.get(position)
        if running is not None:
            running.waive(at, data.get("cycle"))
            self._put_away_if_over(position, running)

    def _restore(self, at: int, position: int, flags: int) -> None:
        running = self.open.get(position)
        if running is not None:
            running.restore(at, flags, self.promises.in_order[position].terms(self.attributes))
        elif position in self.waiting:
            self.waiting[position] &= ~flags
            self._begin_waiting(at, position)

    # Steps

    def _begin_all(self, at: int, positions: tuple[int, ...]) -> None:
        if self.open or self.waiting:
            for position in positions:
                self._begin(at, position)
            return
        promises, attributes, waiting = self.promises.in_order, self.attributes, self.waiting
        for (
            position
        ) in positions:  # the usual case: the first event, which many clauses hear of and few promise anything at
            if not promises[position].terms(attributes).is_promised:
                waiting[position] = 0
            else:
                self._begin_if_promised(at, position)

    def _begin(self, at: int, position: int) -> None:
        if position in self.waiting:
            return
        running = self.open.get(position)
        if running is not None:
            running.advance(at)
            if not self._put_away_if_over(position, running):
                return
        if not self._begin_if_promised(at, position):
            self.waiting[position] = 0

    def _begin_waiting(self, at: int, position: int) -> None:
        if not self.waiting[position] and self._begin_if_promised(at, position):
            del self.waiting[position]

    def _begin_if_promised(self, at: int, position: int) -> bool:
        promise = self.promises.in_order[position]
        terms = promise.terms(self.attributes)
        if not terms.is_promised:
            return False
        trace = None if self.traces is None else self.traces.setdefault(promise.clause.name, [])
        kind = Series if promise.clause.is_series else Cycle
        self.open[position] = kind(promise, terms, self._next_number(promise.clause.name), at, trace)
        return True

    def _end_wait(self, position: int, flags: int) -> None:
        if flags & SETS_ASIDE:
            self.waiting[position] |= flags & SETS_ASIDE
        elif flags & VOIDS or not self.promises.in_order[position].goes_on:
            del self.waiting[position]

    def _put_away_if_over(self, position: int, running: Cycle | Series) -> bool:
        if running.is_over:
            self.past += running.past
            del self.open[position]
            return True
        return False

    def _next_number(self, clause: str) -> int:
        """One more than the highest: of a series an earlier cycle may end after a later one, of others none does."""
        if self.has_moved or self.promises.in_order[self.promises.positions[clause]].clause.is_series:
            return max((state.cycle for state in self.past if state.clause == clause), default=0) + 1
        return next((state.cycle for state in reversed(self.past) if state.clause == clause), 0) + 1


def fold(
    clause: Clause, events: Iterable[Event], *, calendars: Mapping[str, Calendar], until: int | None = None
) -> list[CommitmentState]:
    """The cycles of one clause after `events` of one subject, as they stand at `until` (at the last event if not given)."""
    subject = SubjectFold(Promises([clause], calendars))
    for event in events:
        subject.apply(event)
    return subject.states(subject.at if until is None else until)


def _touched(by_name: Mapping[str, frozenset[int]], changed: list[str]) -> Iterable[int]:
    """The positions of clauses that look at any of the attributes."""
    return by_name[changed[0]] if len(changed) == 1 else {one for name in changed for one in by_name[name]}
