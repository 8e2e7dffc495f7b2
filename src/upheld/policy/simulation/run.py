"""The simulation itself: one history after another, folded under the tried policy and set beside what happened."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from upheld.policy.model import Policy
from upheld.policy.promises import Promises
from upheld.policy.simulation.effects import add_effects
from upheld.policy.simulation.histories import History, Scope, folded_under
from upheld.policy.simulation.pairing import pairs
from upheld.policy.simulation.tally import Change, Tally
from upheld.policy.states import BREACHED, CommitmentState

NONE = "none"


@dataclass(frozen=True, slots=True)
class Window:
    """Which cycles count: those that began in it, as they stand at its end. Instants in microseconds, both included."""

    since: int
    until: int

    def holds(self, state: CommitmentState) -> bool:
        return self.since <= state.began_at <= self.until


class Simulation:
    """Counts into a tally. Give it a tally of before to go on where another left off."""

    def __init__(
        self, policy: Policy, window: Window, *, scope: Scope | None = None, tally: Tally | None = None
    ) -> None:
        self.policy = policy
        self.window = window
        self.scope = scope or Scope()
        self.tally = tally or Tally(clauses={})
        self._promises: dict[str, Promises] = {}

    def add(self, history: History) -> None:
        """Take one subject into account; nothing of it is kept but the counts and, while there is room, what changed."""
        if not self.scope.holds(history):
            return
        tally, window = self.tally, self.window
        now = self.states_now(history)
        if not now and not history.then:
            return
        if any(window.holds(state) for state in (*now, *history.then)):
            self._count(history)
        self._compare(history, now)
        bounds = {"since": window.since, "until": window.until}
        add_effects(tally.effects_now, self.policy, history.events, now, **bounds)
        if history.policy is None:
            tally.knows_then = False
        else:
            add_effects(tally.effects_then, history.policy, history.events, history.then, **bounds)

    def add_all(self, histories: Iterable[History]) -> Tally:
        for history in histories:
            self.add(history)
        return self.tally

    def states_now(self, history: History) -> list[CommitmentState]:
        """What the tried policy would have made of the subject by the end of the window."""
        promises = self._promises.get(history.kind)
        if promises is None:
            promises = self._promises[history.kind] = Promises.of(self.policy, history.kind)
        if not promises.in_order:
            return []
        until = self.window.until
        events = history.events
        if events and max(event.at for event in events) > until:
            events = [event for event in events if event.at <= until]
        return folded_under(promises, events, until) if events else []

    def _count(self, history: History) -> None:
        tally = self.tally
        tally.subjects += 1
        tally.events += len(history.events)
        tally.inexact += bool(history.missing)
        for missing in history.missing:
            tally.note_missing(missing)
        for event in history.events:
            tally.first_at = event.at if tally.first_at is None else min(tally.first_at, event.at)
            tally.last_at = event.at if tally.last_at is None else max(tally.last_at, event.at)

    def _compare(self, history: History, now: list[CommitmentState]) -> None:
        for before, after in pairs(
            [state for state in history.then if self.window.holds(state)],
            [state for state in now if self.window.holds(state)],
        ):
            one = after or before
            assert one is not None
            sides = self.tally.sides(one.clause)
            if before is not None:
                sides.then.add(before.state, before.late)
            if after is not None:
                sides.now.add(after.state, after.late)
            was, would_be = (
                before is not None and before.state == BREACHED,
                after is not None and after.state == BREACHED,
            )
            if was != would_be and history.policy is not None:
                self.tally.note(_change(history.subject, one, before, after), is_worse=would_be)


def _change(
    subject: str, one: CommitmentState, before: CommitmentState | None, after: CommitmentState | None
) -> Change:
    return Change(
        subject,
        one.clause,
        one.cycle,
        before.state if before else NONE,
        after.state if after else NONE,
        before.due_at if before else None,
        after.due_at if after else None,
        one.ended_at if one.ended_at is not None else before.ended_at if before else None,
    )
