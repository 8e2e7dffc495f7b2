"""The fold: the state of every commitment of a subject from its events, and from nothing else.

`fold(clause, events)` is the whole idea as one function. `SubjectFold` is the same for all clauses of a policy at once, event by event, and
skips the clauses that an event does not touch.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from upheld.hours import Calendar
from upheld.policy.clockwork import BEGINS, ENDS, KEEPS, RESTORES, SETS_ASIDE, VOIDS, Run
from upheld.policy.model import Clause, Policy
from upheld.policy.series import Series
from upheld.policy.states import CommitmentState, Event
from upheld.policy.tracing import Trace
from upheld.policy.vocabulary import REVERSALS

__all__ = ["CommitmentState", "Event", "Plan", "SubjectFold", "fold"]

WAIVED_EVENT = "commitment.waived"
_MISSING = object()


class Plan:
    """The clauses on one kind of subject, indexed by what touches them. Made once for a policy, shared by all its subjects."""

    __slots__ = ("by_attribute", "by_kind", "calendars", "clauses", "positions")

    def __init__(self, clauses: Iterable[Clause], calendars: Mapping[str, Calendar]) -> None:
        self.clauses = tuple(clauses)
        self.calendars = calendars
        self.positions = {clause.name: position for position, clause in enumerate(self.clauses)}
        kinds: dict[str, list[tuple[int, int]]] = {}
        attributes: dict[str, list[int]] = {}
        for position, clause in enumerate(self.clauses):
            for kind, flags in _flags(clause).items():
                kinds.setdefault(kind, []).append((position, flags))
            for name in _attributes(clause):
                attributes.setdefault(name, []).append(position)
        self.by_kind = {kind: tuple(found) for kind, found in kinds.items()}
        self.by_attribute = {name: tuple(found) for name, found in attributes.items()}

    @classmethod
    def of(cls, policy: Policy, subject: str) -> Plan:
        """The plan for subjects such as `ticket`."""
        return cls(policy.clauses_on(subject), policy.calendars)


class SubjectFold:
    """The commitments of one subject. Feed it the events in the order in which they were recorded.

    An event whose time lies before its predecessor's counts at the predecessor's time: order is recording, never the clock.
    """

    __slots__ = ("_traces", "at", "attributes", "plan", "runs", "with_marks")

    def __init__(self, plan: Plan, *, with_marks: bool = True, with_traces: bool = False) -> None:
        self.plan = plan
        self.at = 0
        self.attributes: dict[str, Any] = {}
        self.runs: list[Run | Series | None] = [None] * len(plan.clauses)
        self.with_marks = with_marks
        self._traces: dict[str, Trace] | None = {} if with_traces else None

    def apply(self, event: Event) -> None:
        """Take one event into account."""
        at = self.at = max(event.at, self.at)
        plan, runs = self.plan, self.runs
        touched = plan.by_kind.get(event.kind, ())
        renewed: list[Run | Series] = []
        for position, flags in touched:
            run = runs[position]
            if run is not None and flags & (KEEPS | VOIDS | ENDS) and run.end(at, flags):
                renewed.append(run)
        if event.data:
            if event.kind == WAIVED_EVENT:
                self._waive(at, event.data)
            else:
                self._take_attributes(at, event.data)
        for position, flags in touched:
            run = runs[position]
            if flags & RESTORES and run is not None:
                run.restore(at)
            if flags & BEGINS:
                self._run(position).begin(at)
        for run in renewed:
            run.begin(at)

    def states(self, until: int) -> list[CommitmentState]:
        """Every cycle so far, clause by clause in the policy's order. `until` may lie after the last event, never before it."""
        until = max(until, self.at)
        return [state for run in self.runs if run is not None for state in run.states(until)]

    def trace(self, clause: str) -> Trace:
        """The arithmetic of a clause; only when made with `with_traces`."""
        return (self._traces or {}).get(clause, Trace())

    def _take_attributes(self, at: int, data: Mapping[str, Any]) -> None:
        attributes, by_attribute = self.attributes, self.plan.by_attribute
        positions: set[int] = set()
        for name, value in data.items():
            if name in by_attribute and attributes.get(name, _MISSING) != value:
                attributes[name] = value
                positions.update(by_attribute[name])
        for position in sorted(positions):
            run = self.runs[position]
            if run is not None:
                run.attributes_changed(at)

    def _waive(self, at: int, data: Mapping[str, Any]) -> None:
        position = self.plan.positions.get(str(data.get("clause")))
        run = None if position is None else self.runs[position]
        if run is not None:
            run.waive(at, data.get("cycle"))

    def _run(self, position: int) -> Run | Series:
        run = self.runs[position]
        if run is None:
            clause = self.plan.clauses[position]
            trace = None
            if self._traces is not None:
                trace = self._traces[clause.name] = Trace()
            kind = Series if clause.is_series else Run
            run = kind(clause, self.plan.calendars, self.attributes, trace=trace, with_marks=self.with_marks)
            self.runs[position] = run
        return run


def fold(
    clause: Clause, events: Iterable[Event], *, calendars: Mapping[str, Calendar], until: int | None = None
) -> list[CommitmentState]:
    """The cycles of one clause after `events` of one subject, as they stand at `until` (at the last event if not given)."""
    subject = SubjectFold(Plan([clause], calendars))
    for event in events:
        subject.apply(event)
    return subject.states(subject.at if until is None else until)


def _flags(clause: Clause) -> dict[str, int]:
    flags: dict[str, int] = {}
    for kinds, flag in ((clause.begins, BEGINS), (clause.kept_by, KEEPS), (clause.void_by, VOIDS), (clause.until, ENDS)):
        for kind in kinds:
            flags[kind] = flags.get(kind, 0) | flag
    for kind, taken_back_by in REVERSALS.items():
        if kind in clause.void_by and taken_back_by not in clause.begins and not clause.is_series:
            flags[kind] |= SETS_ASIDE
            flags[taken_back_by] = flags.get(taken_back_by, 0) | RESTORES
    return flags


def _attributes(clause: Clause) -> set[str]:
    names = set(clause.when.attributes) | set(clause.calendar.by)
    for matcher in (*clause.unless, *clause.pauses_while):
        names |= matcher.attributes
    if clause.within is not None:
        names |= set(clause.within.by)
    return names
