"""The fold the slow way, to hold the fast one against: time passes tick by tick, and at each one looks at the clock.

Written from the design's list "what the fold means, exactly", before the fold was read; it shares no line and no formula
with it. There is no arithmetic of open time in it. Used time grows by one tick at a time; "if nothing more happens" is
answered by letting time run on and looking. Instants and durations are counted in ticks since the start of a `Window`.

Where the list is silent, this follows the rules at the head of `policy/clockwork.py` and `policy/fold.py`: the order within
one event, what happens to a cycle while `when` does not hold or a merge holds it aside, that a due instant has to be over
before anything is missed, and that a new target which is used up already breaches without warnings. That another calendar
alone is no new target it takes from the list.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

Attributes = Mapping[str, Any]
Condition = Mapping[str, frozenset[str]]
Span = tuple[int, int]
"""From, until: minutes since midnight of the day; `until` beyond 1440 runs into the next day."""


@dataclass(frozen=True)
class Desk:
    """Hours of a week. `week` has the spans of Monday first; no desk at all is closed never."""

    name: str
    zone: str = ""
    week: tuple[tuple[Span, ...], ...] = ()

    def open(self, moment: datetime) -> bool:
        if not self.zone:
            return True
        shown = moment.astimezone(ZoneInfo(self.zone))
        minute = shown.hour * 60 + shown.minute
        today, yesterday = self.week[shown.weekday()], self.week[shown.weekday() - 1]
        return any(begin <= minute < until for begin, until in today) or any(
            begin <= minute + 1440 < until for begin, until in yesterday
        )


@dataclass(frozen=True)
class Window:
    """A stretch of time, cut into ticks."""

    start: datetime
    tick_seconds: int
    ticks: int

    def at(self, tick: int) -> datetime:
        return self.start + timedelta(seconds=self.tick_seconds * tick)

    def us(self, tick: int) -> int:
        """The instant of a tick as the fold counts it."""
        return int((self.at(tick) - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()) * 1_000_000


@lru_cache(maxsize=200)
def open_ticks(desk: Desk, window: Window) -> tuple[bool, ...]:
    return tuple(desk.open(window.at(tick)) for tick in range(window.ticks))


@dataclass(frozen=True)
class Promise:
    """A clause in the plainest form. `within` and `desk` answer from the attributes; None is "not promised"."""

    begins: frozenset[str]
    kept_by: frozenset[str]
    within: Callable[[Attributes], int | None]
    desk: Callable[[Attributes], Desk | None]
    void_by: frozenset[str] = frozenset()
    until: frozenset[str] = frozenset()
    renews: bool = False
    when: Condition = field(default_factory=dict)
    unless: tuple[Condition, ...] = ()
    pauses_while: tuple[Condition, ...] = ()
    warn_shares: tuple[tuple[str, float], ...] = ()
    warn_before: tuple[tuple[str, int], ...] = ()
    taken_back: Mapping[str, str] = field(default_factory=dict)

    def is_made(self, attributes: Attributes) -> bool:
        """Whether anything is promised to a subject that looks like this."""
        return (
            _holds(self.when, attributes)
            and not any(_holds(one, attributes) for one in self.unless)
            and self.within(attributes) is not None
            and self.desk(attributes) is not None
        )

    def is_paused(self, attributes: Attributes) -> bool:
        return any(_holds(one, attributes) for one in self.pauses_while)

    def warnings(self, target: int) -> list[tuple[str, float]]:
        """Each warning with the used time at which it is due, the first to come first."""
        warnings = [(name, target * share) for name, share in self.warn_shares]
        warnings += [(name, max(0, target - before)) for name, before in self.warn_before]
        return sorted(warnings, key=lambda one: one[1])


@dataclass(frozen=True)
class Happening:
    """An event: recorded in this order, at this tick."""

    tick: int
    kind: str
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class Cycle:
    number: int
    began: int
    target: int
    desk: Desk
    used: int = 0
    is_paused: bool = False
    breached: int | None = None
    used_at_breach: int = 0
    suspended: int | None = None
    ended: int | None = None
    ending: str = ""
    was_due: int | None = None
    marks: tuple[tuple[str, int], ...] = ()

    @property
    def state(self) -> str:
        if self.breached is not None:
            return "breached"
        if self.ending:
            return self.ending
        if self.suspended is not None:
            return "void"
        return "paused" if self.is_paused else "running"

    @property
    def counts(self) -> bool:
        """Whether time is used while the desk is open."""
        return self.ended is None and self.suspended is None and not self.is_paused

    @property
    def is_awaited(self) -> bool:
        return self.ended is None and self.suspended is None


@dataclass(frozen=True)
class Seen:
    """What a cycle looks like from outside."""

    cycle: int
    state: str
    began: int
    due: int | None
    ended: int | None
    used: int
    late: int | None
    marks: tuple[tuple[str, int], ...]
    wakes: int | None


class Oracle:
    """One promise to one subject, from the beginning of the window."""

    def __init__(self, promise: Promise, window: Window) -> None:
        self.promise = promise
        self.window = window
        self.now = 0
        self.attributes: dict[str, Any] = {}
        self.cycles: list[Cycle] = []
        self.is_waiting = False
        """It was to begin while nothing was promised to a subject of that look; it begins as soon as something is."""
        self.aside: set[str] = set()
        """What made it stand still and may be taken back, such as a merge."""

    def live(self, history: Sequence[Happening], until: int) -> list[Seen]:
        """Let everything happen in the order in which it was recorded, and look at `until`."""
        for one in history:
            self._pass(max(one.tick, self.now))
            self._take(one)
        self._pass(until)
        return [self._seen(cycle) for cycle in self.cycles]

    def _pass(self, until: int) -> None:
        while self.now < until:
            self._look()
            cycle = self.cycles[-1] if self.cycles else None
            if cycle is not None and cycle.counts and open_ticks(cycle.desk, self.window)[self.now]:
                cycle.used += 1
            self.now += 1

    def _look(self) -> None:
        """All events of this instant have happened: what did time alone do?"""
        for cycle in self.cycles[-1:]:
            if not cycle.counts or cycle.breached is not None:
                continue
            for name, threshold in self.promise.warnings(cycle.target):
                if cycle.used >= threshold and name not in dict(cycle.marks):
                    cycle.marks += ((name, self.now),)
            if cycle.used >= cycle.target:
                self._breach(cycle)

    def _breach(self, cycle: Cycle) -> None:
        cycle.breached, cycle.used_at_breach = self.now, cycle.used
        cycle.marks += (("breach", self.now),)

    # ---- events ------------------------------------------------------------------------------------------------------

    def _take(self, one: Happening) -> None:
        promise = self.promise
        renews = self._end(one)
        if one.kind in promise.taken_back and self._is_there_something():
            self.aside.add(one.kind)
        if one.kind != "commitment.waived":
            self.attributes.update(one.data)
        was_aside = bool(self.aside)
        self.aside -= {kind for kind, taken_back_by in promise.taken_back.items() if taken_back_by == one.kind}
        if was_aside and not self.aside and self.cycles:
            self._lift(self.cycles[-1])
        if not self.aside:
            self._follow_attributes()
        if one.kind in promise.begins or renews:
            self._begin()

    def _is_there_something(self) -> bool:
        return self.is_waiting or bool(self.cycles and self.cycles[-1].ended is None)

    def _end(self, one: Happening) -> bool:
        """Let an event end what it ends. True if the next cycle begins with it."""
        promise, cycle = self.promise, self.cycles[-1] if self.cycles else None
        keeps, is_over = one.kind in promise.kept_by, one.kind in promise.void_by | promise.until
        if one.kind in promise.taken_back:
            if cycle is not None and cycle.is_awaited:
                self._stop(cycle)
        elif cycle is not None and cycle.is_awaited:
            is_waived = one.kind == "commitment.waived" and one.data["cycle"] == cycle.number and cycle.breached is None
            if keeps or is_over or is_waived:
                self._stop(cycle)
                cycle.ending = "kept" if keeps else "void" if is_over else "waived"
                cycle.ended = self.now
                return keeps and promise.renews and not is_over
        elif is_over or (keeps and not promise.renews):
            self._give_up(cycle)
        return False

    def _stop(self, cycle: Cycle) -> None:
        cycle.was_due = self._due(cycle)
        cycle.suspended = self.now

    def _give_up(self, cycle: Cycle | None) -> None:
        """What would have ended the cycle comes while it is not awaited: then it does not go on any more."""
        self.is_waiting = False
        self.aside = set()
        if cycle is not None and cycle.ended is None:
            cycle.ended, cycle.ending = cycle.suspended, "void"

    def _lift(self, cycle: Cycle) -> None:
        """What set it aside was taken back: one that was breached is awaited again, whatever holds now."""
        if cycle.ended is None and cycle.breached is not None:
            cycle.suspended = None

    def _follow_attributes(self) -> None:
        promise, attributes = self.promise, self.attributes
        is_made = promise.is_made(attributes)
        if self.is_waiting and is_made:
            self._begin()
        if not self.cycles or self.cycles[-1].ended is not None:
            return
        cycle = self.cycles[-1]
        if cycle.breached is None and not is_made:
            if cycle.suspended is None:
                self._stop(cycle)
            return
        cycle.is_paused = promise.is_paused(attributes)
        cycle.desk = promise.desk(attributes) or cycle.desk
        if cycle.breached is None:
            target = promise.within(attributes)
            assert target is not None
            is_new = target != cycle.target
            cycle.suspended, cycle.target = None, target
            if is_new and cycle.used >= target:
                self._breach(cycle)

    def _begin(self) -> None:
        if self.cycles and self.cycles[-1].ended is None:
            return
        promise, attributes = self.promise, self.attributes
        self.is_waiting = bool(self.aside) or not promise.is_made(attributes)
        target, desk = promise.within(attributes), promise.desk(attributes)
        if not self.is_waiting and target is not None and desk is not None:
            paused = promise.is_paused(attributes)
            self.cycles.append(Cycle(len(self.cycles) + 1, self.now, target, desk, is_paused=paused))

    # ---- looking -----------------------------------------------------------------------------------------------------

    def _due(self, cycle: Cycle) -> int | None:
        """When it is missed if nothing more happens: let time run on and look. None while paused, or beyond the window."""
        if cycle.breached is not None:
            return cycle.breached
        if cycle.is_paused:
            return None
        return self._runs_on(cycle, lambda later: later.breached is not None)

    def _wakes(self, cycle: Cycle) -> int | None:
        """The first instant at which time alone makes it look different."""
        if not cycle.is_awaited:
            return None
        state, marks = cycle.state, cycle.marks
        return self._runs_on(cycle, lambda later: later.state != state or later.marks != marks)

    def _runs_on(self, cycle: Cycle, is_reached: Callable[[Cycle], bool]) -> int | None:
        later = Oracle(self.promise, self.window)
        later.now, later.cycles = self.now, [copy(cycle)]
        while later.now < self.window.ticks:
            later._look()
            if is_reached(later.cycles[0]):
                return later.now
            later._pass(later.now + 1)
        return None

    def _seen(self, cycle: Cycle) -> Seen:
        ended = cycle.ended if cycle.ended is not None else cycle.suspended
        late: int | None = 0
        if cycle.breached is not None:
            late = None if ended is None else cycle.used - cycle.used_at_breach
        due = cycle.was_due if ended is not None else self._due(cycle)
        return Seen(
            cycle.number, cycle.state, cycle.began, due, ended, cycle.used, late, cycle.marks, self._wakes(cycle)
        )


def _holds(condition: Condition, attributes: Attributes) -> bool:
    return all(attributes.get(name) in values for name, values in condition.items())
