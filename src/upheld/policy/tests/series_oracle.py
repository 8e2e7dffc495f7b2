"""The slow way for clauses with `at`: used time grows tick by tick, and at each tick one looks which appointment it is.

As in `oracle`, nothing is calculated ahead. The rules are those at the head of `policy/series.py`; the design names the
form only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from upheld.policy.tests.oracle import Desk, Happening, Promise, Seen, Window, open_ticks


@dataclass
class Appointment:
    number: int
    began: int
    opens: int
    closes: int
    marks: tuple[tuple[str, int], ...] = ()
    state: str = "running"
    due: int | None = None
    ended: int | None = None
    used: int = 0
    late: int | None = 0


@dataclass
class SeriesOracle:
    """One clause with appointments at `points` (in ticks of used time) and then every so often."""

    promise: Promise
    points: tuple[int, ...]
    then_every: int | None
    does: bool
    window: Window
    now: int = 0
    attributes: dict[str, Any] = field(default_factory=dict)
    appointments: list[Appointment] = field(default_factory=list)
    desk: Desk | None = None
    used: int = 0
    position: int = 0
    is_on: bool = False
    is_held: bool = False
    is_waiting: bool = False

    def live(self, history: Sequence[Happening], until: int) -> list[Seen]:
        for one in history:
            self._pass(max(one.tick, self.now))
            self._take(one)
        self._pass(until)
        return [self._seen(one) for one in self.appointments]

    def _pass(self, until: int) -> None:
        while self.now < until:
            self._look()
            if self._counts() and self.desk is not None and open_ticks(self.desk, self.window)[self.now]:
                self.used += 1
            self.now += 1

    def _counts(self) -> bool:
        return self.is_on and not self.is_held and not self.promise.is_paused(self.attributes)

    def _look(self) -> None:
        """All events of this instant have happened: warn, miss or do what its time has come for, and begin the next."""
        if not self._counts() or self.position == 0:
            return
        one = self.appointments[-1]
        if one.state == "running":
            for name, threshold in self.promise.warnings(one.closes - one.opens):
                if self.used >= one.opens + threshold and name not in dict(one.marks):
                    one.marks += ((name, self.now),)
        if self.used >= one.closes:
            if one.state == "running":
                one.due = self.now
                one.marks += (("do" if self.does else "breach", self.now),)
                if self.does:
                    self._close(one, "kept")
                else:
                    one.state, one.late = "breached", None
            self._next()

    def _next(self) -> None:
        opens, closes = self._point(self.position), self._point(self.position + 1)
        if opens is None or closes is None:
            self.position = 0
        else:
            self.position += 1
            self.appointments.append(Appointment(len(self.appointments) + 1, self.now, opens, closes))
        self._rest_if_over()

    def _point(self, position: int) -> int | None:
        if position == 0:
            return 0
        if position <= len(self.points):
            return self.points[position - 1]
        if self.then_every is None:
            return None
        return self.points[-1] + self.then_every * (position - len(self.points))

    def _rest_if_over(self) -> None:
        """Nothing to come and nothing overdue: then only a beginning begins another."""
        is_last = self.position and self._point(self.position + 1) is None
        if is_last and self.appointments[-1].state in ("kept", "waived"):
            self.position = 0
        if self.position == 0 and not any(one.state == "breached" and one.ended is None for one in self.appointments):
            self.is_on = False

    # ---- events ------------------------------------------------------------------------------------------------------

    def _take(self, one: Happening) -> None:
        keeps = one.kind in self.promise.kept_by
        is_over = one.kind in self.promise.void_by | self.promise.until
        if self.is_on:
            self._end(one, keeps=keeps, is_over=is_over)
        elif is_over:
            self.is_waiting = False
        newest = self.appointments[-1] if self.position else None
        was_due = self._due(newest) if newest is not None else None
        if one.kind != "commitment.waived":
            self.attributes.update(one.data)
        self._follow_attributes(newest, was_due)
        if one.kind in self.promise.begins and not self.is_on:
            self._begin()

    def _end(self, one: Happening, *, keeps: bool, is_over: bool) -> None:
        if keeps or is_over:
            for late in self.appointments:
                if late.state == "breached" and late.ended is None:
                    self._close(late, "breached")
        newest = self.appointments[-1] if self.position else None
        if newest is not None and newest.state == "running":
            if keeps or is_over:
                self._close(newest, "kept" if keeps else "void")
            elif one.kind == "commitment.waived" and one.data["cycle"] == newest.number:
                self._close(newest, "waived")
        if is_over:
            self.position, self.is_on, self.is_held = 0, False, False
        else:
            self._rest_if_over()

    def _close(self, one: Appointment, state: str) -> None:
        one.due = one.due if one.due is not None else self._due(one)
        one.state, one.ended, one.used = state, self.now, self.used
        one.late = self.used - one.closes if state == "breached" else 0

    def _follow_attributes(self, newest: Appointment | None, was_due: int | None) -> None:
        is_made = self.promise.is_made(self.attributes)
        if self.is_waiting and is_made:
            self._begin()
        if not self.is_on:
            return
        if newest is not None and newest.state == "running" and not is_made:
            newest.state, newest.ended, newest.due, newest.used = "void", self.now, was_due, self.used
        elif newest is not None and newest.state == "void" and is_made:
            newest.state, newest.due, newest.ended = "running", None, None
        self.is_held = not is_made
        self.desk = self.promise.desk(self.attributes) or self.desk

    def _begin(self) -> None:
        self.is_waiting = not self.promise.is_made(self.attributes)
        if not self.is_waiting:
            self.is_on, self.is_held, self.used, self.position = True, False, 0, 0
            self.desk = self.promise.desk(self.attributes)
            self._next()

    # ---- looking -----------------------------------------------------------------------------------------------------

    def _due(self, one: Appointment) -> int | None:
        """When its time is over if nothing more happens; None while time stands still, or beyond the window."""
        if not self._counts() or self.desk is None:
            return None
        used = self.used
        for tick in range(self.now, self.window.ticks):
            if used >= one.closes:
                return tick
            used += open_ticks(self.desk, self.window)[tick]
        return None

    def _seen(self, one: Appointment) -> Seen:
        state, due = one.state, one.due
        if state == "running":
            state, due = ("running", self._due(one)) if self._counts() else ("paused", None)
        used = one.used if one.ended is not None else self.used
        return Seen(one.number, state, one.began, due, one.ended, used - one.opens, one.late, one.marks, None)
