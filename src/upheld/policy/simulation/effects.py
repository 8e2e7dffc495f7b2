"""What the warnings and breaches of a subject set off: steps up a ladder, people told, and who was told at night."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from upheld.policy.model import Effect, Policy
from upheld.policy.simulation.tally import Effects
from upheld.policy.states import CommitmentState, Event

SETTLED = ("resolved", "closed")
NIGHT_FROM, NIGHT_UNTIL = 22, 6
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Night:
    """When somebody who is called has gone home.

    That is outside the hours of the department that is called, else of the subject's department, else of the policy's default
    calendar. Where those hours never close, or none are named, from 22 to 6 in the company's zone.
    """

    policy: Policy

    def reason(self, at: int, word: str, department: Any) -> str | None:
        """What makes this instant night for whom `word` means, in words; None by day."""
        name = self._calendar(word, department)
        calendar = self.policy.calendars.get(name)
        if calendar is not None and calendar.next_closing(at) is not None:
            return None if calendar.is_open(at) else f"outside the hours “{name}”"
        if calendar is not None and not calendar.is_open(at):
            return f"outside the hours “{name}”"
        zone = self.policy.company.zone
        hour = (EPOCH + timedelta(microseconds=at)).astimezone(ZoneInfo(zone)).hour
        return f"between 22 and 6 in {zone}" if hour >= NIGHT_FROM or hour < NIGHT_UNTIL else None

    def _calendar(self, word: str, department: Any) -> str:
        head, _, tail = word.partition(":")
        for name in (tail if head == "department" else "", str(department or "")):
            found = self.policy.departments.get(name)
            if found is not None and found.calendar:
                return found.calendar
        return self.policy.defaults.get("calendar", "")


def add_effects(
    into: Effects,
    policy: Policy,
    events: Iterable[Event],
    states: Iterable[CommitmentState],
    *,
    since: int,
    until: int,
) -> None:
    """Count what the marks of these states in the window set off under the policy.

    As the desk does it: a settled ticket is not raised, and one that stands as high already is not raised again. Steps that
    people took, and those of a ladder's own triggers, are taken as they were.
    """
    marks = sorted(_marks(policy, states, until), key=lambda mark: mark[0])
    if not marks:
        return
    night, rungs, known = Night(policy), dict[str, int](), dict[str, Any]()
    rest = iter(events)
    ahead = next(rest, None)
    for at, name, effects in marks:
        while ahead is not None and ahead.at <= at:
            _take(ahead, known, rungs)
            ahead = next(rest, None)
        for effect in effects:
            if effect.kind == "raise":
                climbed = known.get("status") not in SETTLED and _climb(policy, effect, rungs)
                if climbed and at >= since:
                    into.raised[effect.value] = into.raised.get(effect.value, 0) + 1
            elif effect.kind in ("notify", "page") and at >= since:
                into.notified += effect.kind == "notify"
                into.paged += effect.kind == "page"
                reason = night.reason(at, effect.value, known.get("department"))
                if reason is not None and (effect.kind == "page" or name == "breach"):
                    into.at_night[reason] = into.at_night.get(reason, 0) + 1


def _marks(
    policy: Policy, states: Iterable[CommitmentState], until: int
) -> Iterator[tuple[int, str, tuple[Effect, ...]]]:
    for state in states:
        clause = policy.clauses.get(state.clause)
        for name, at in state.marks:
            if clause is not None and name != "do" and at <= until:
                effects = clause.on_breach if name == "breach" else clause.on_warn
                if effects:
                    yield at, name, effects


def _take(event: Event, known: dict[str, Any], rungs: dict[str, int]) -> None:
    if event.kind.startswith("commitment."):
        return
    known.update(event.data)
    if event.kind.endswith(".raised") and not event.data.get("clause"):
        _stand(rungs, event.data)


def _stand(rungs: dict[str, int], data: Mapping[str, Any]) -> None:
    ladder, rung = data.get("ladder"), data.get("rung")
    if isinstance(ladder, str) and isinstance(rung, int):
        rungs[ladder] = max(rungs.get(ladder, 1), rung)


def _climb(policy: Policy, effect: Effect, rungs: dict[str, int]) -> bool:
    """Whether the effect leads to a rung above that on which the subject stands; everybody begins on the first."""
    ladder = policy.ladders.get(effect.value)
    if ladder is None or not ladder.rungs:
        return False
    now_on = rungs.get(effect.value, 1)
    wanted = effect.options.get("to") or now_on + 1
    reached = next((rung.number for rung in ladder.rungs if rung.number == wanted), ladder.rungs[-1].number)
    if reached <= now_on:
        return False
    rungs[effect.value] = reached
    return True
