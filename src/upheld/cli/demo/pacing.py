"""When things happen in the demo's past: mornings are busy, nights are quiet, most answers come in time and some do not."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from upheld.hours import Calendar, NeverOpen
from upheld.kernel.instants import from_us, to_us
from upheld.policy import CommitmentState

DAYS = 30
BY_HOUR = (1, 1, 1, 1, 1, 2, 4, 8, 15, 20, 19, 16, 12, 16, 18, 16, 14, 10, 6, 4, 3, 3, 2, 1)
WEEKEND = 0.3  # of a weekday
JUST_NOW = (
    2,
    9,
    17,
    31,
    48,
    66,
    95,
    130,
    170,
    215,
    260,
    310,
    370,
    430,
    500,
    580,
    660,
)  # minutes ago, so that the queue is alive
CUSTOMER_DELAYS = {1: (4, 40), 2: (15, 240), 3: (40, 1500), 4: (60, 2600)}  # minutes, by severity
UNTIL_LATE = 2.6  # of the time, for what is left lying
SLOW_CUSTOMERS = 0.13
MINUTE = timedelta(minutes=1)


def openings(count: int, dice: random.Random, *, at: datetime, zone: ZoneInfo) -> list[datetime]:
    """When `count` tickets came, oldest first: over thirty days, more in the mornings of weekdays, some in the last hours."""
    recent = [at - minutes * MINUTE - timedelta(seconds=dice.randrange(60)) for minutes in JUST_NOW[: count // 4]]
    first, latest = at - timedelta(days=DAYS), min(recent, default=at)
    hours = [first + timedelta(hours=number) for number in range(int((latest - first) / timedelta(hours=1)))]
    weights = [_weight(hour.astimezone(zone)) for hour in hours]
    chosen = dice.choices(hours, weights, k=count - len(recent))
    return sorted([hour + timedelta(seconds=dice.randrange(3600)) for hour in chosen] + recent)


def _weight(local: datetime) -> float:
    return BY_HOUR[local.hour] * (WEEKEND if local.weekday() >= 5 else 1.0)


@dataclass(slots=True)
class LeftLying:
    """How many answers are still to be left lying, so that the queue shows what nears its time and what is past it."""

    nearly_due: int = 6
    late: int = 4

    def takes(self, share_by_now: float) -> bool:
        """Whether the answer of which this share of the time has gone by now is one of them."""
        if 0.5 < share_by_now < 0.97 and self.nearly_due:
            self.nearly_due -= 1
            return True
        if 1.0 < share_by_now < 1.5 and self.late:
            self.late -= 1
            return True
        return False


def share_used(dice: random.Random, *, is_first: bool, severity: int) -> float:
    """What part of the promised time an answer takes: mostly a small one, sometimes most of it, seldom more than all."""
    chance = dice.random()
    late, close = (0.035, 0.12) if is_first else (0.02, 0.08)
    if severity == 1:
        late = 0.02
    if chance < late:
        return dice.uniform(1.05, 1.9)
    if chance < late + close:
        return dice.uniform(0.55, 0.96)
    return dice.uniform(0.05, 0.42)


def answer_at(
    awaited: list[CommitmentState],
    share: float,
    *,
    after: datetime,
    turns_left: int,
    calendars: dict[str, Calendar],
    usual: Calendar,
) -> datetime:
    """When staff answer: after `share` of what the tightest promise leaves; within a few open hours where nothing is promised.

    What only a resolution keeps is shared out among the turns that are left.
    """
    soonest: datetime | None = None
    for state in awaited:
        left = state.target - state.used
        if left <= 0:
            continue
        part = left if _is_answer(state) else left / max(1, turns_left)
        try:
            moment = from_us(calendars[state.calendar].add(to_us(after), round(part * share)))
        except NeverOpen:
            continue
        soonest = moment if soonest is None else min(soonest, moment)
    if soonest is None:
        soonest = from_us(usual.add(to_us(after), round(share * 6 * 3_600_000_000)))
    return max(soonest, after + timedelta(seconds=95))


def customer_at(dice: random.Random, *, after: datetime, severity: int, zone: ZoneInfo) -> datetime:
    """When a customer writes again: at once in an emergency, else when they are awake."""
    low, high = CUSTOMER_DELAYS[severity]
    moment = after + timedelta(minutes=low * (high / low) ** dice.random(), seconds=dice.randrange(60))
    if severity > 1 and dice.random() < SLOW_CUSTOMERS:
        moment += timedelta(days=dice.uniform(1.5, 7))
    local = moment.astimezone(zone)
    if severity > 1 and not 7 <= local.hour < 21:
        morning = local.replace(hour=8, minute=dice.randrange(60)) + timedelta(days=1 if local.hour >= 21 else 0)
        moment = morning.astimezone(UTC)
    return max(moment, after + MINUTE)


def after_hold(dice: random.Random, *, after: datetime, zone: ZoneInfo) -> datetime:
    """When somebody else, a supplier or a release, has made the next move: some working days later."""
    local = (after + timedelta(days=dice.uniform(1, 5))).astimezone(zone)
    local = local.replace(hour=dice.randint(9, 16), minute=dice.randrange(60))
    return (local + timedelta(days=max(0, 7 - local.weekday()) if local.weekday() >= 5 else 0)).astimezone(UTC)


def _is_answer(state: CommitmentState) -> bool:
    return "resol" not in state.clause
