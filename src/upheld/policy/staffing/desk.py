"""What a desk is for a simulation: what comes in when, what each piece of work is promised, how long it takes, who is there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import log, sqrt
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np

from upheld.kernel.durations import HOUR, SECOND
from upheld.kernel.instants import to_us
from upheld.policy.model import Clause, Policy

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

    from upheld.hours import Calendar

WEEK_HOURS = 168
WEEK_SECONDS = WEEK_HOURS * 3600
WEEKS_LOOKED_AT = 9
FIRST_DONE_BY, BEGUN_BY = "ticket.replied", "ticket.opened"


@dataclass(frozen=True, slots=True)
class Spread:
    """How long something takes: a mean in seconds and how it scatters about it.

    `shape` is exponential, fixed, or lognormal with `variation` (standard deviation to mean).
    """

    mean: float
    shape: str = "lognormal"
    variation: float = 1.0

    def draw(self, chance: Generator, size: int) -> NDArray[np.float64]:
        if self.shape == "fixed":
            return np.full(size, self.mean)
        if self.shape == "exponential":
            return chance.exponential(self.mean, size)
        sigma2 = log(1 + self.variation**2)
        return chance.lognormal(log(self.mean) - sigma2 / 2, sqrt(sigma2), size)


@dataclass(frozen=True, slots=True)
class Promised:
    """One clause on one kind of work: so much open time on a calendar."""

    clause: str
    within: int
    calendar: Calendar


@dataclass(frozen=True, slots=True)
class Work:
    """One kind of work, by the attributes that the promises look at, and the share that it has of all."""

    attributes: Mapping[str, Any]
    weight: float
    promises: tuple[Promised, ...] = ()


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything but the agents. `rates` are arrivals an hour for each hour of the week; `begins_at` is a Monday 00:00.

    A promise is kept when the reply is written, at the end of the handling; with `answered_at_start` when it begins, as on the
    telephone. Without `patience` nobody gives up.
    """

    rates: tuple[float, ...]
    works: tuple[Work, ...]
    handling: Spread
    begins_at: int
    patience: Spread | None = None
    answered_at_start: bool = False
    clauses: tuple[str, ...] = field(default=())

    @property
    def load(self) -> float:
        """Agents that are busy on average, over the whole week."""
        return sum(self.rates) / WEEK_HOURS * self.handling.mean / 3600


def foreseen(policy: Policy) -> list[Clause]:
    """The clauses that a first reply keeps: of these a queue can say something. Others hang on what is done later."""
    return [
        clause
        for clause in policy.clauses_on("ticket")
        if clause.within is not None
        and BEGUN_BY in clause.begins
        and FIRST_DONE_BY in clause.kept_by
        and not clause.renews
    ]


def attributes_asked(policy: Policy) -> list[str]:
    """What has to be known of a ticket to say what it is promised."""
    names: set[str] = set()
    for clause in foreseen(policy):
        names |= set(clause.calendar.by) | set(clause.when.attributes)
        names |= set(clause.within.by) if clause.within is not None else set()
        for matcher in clause.unless:
            names |= matcher.attributes
    return sorted(names - {"status"})


def works_of(policy: Policy, mix: Mapping[tuple[Any, ...], float]) -> tuple[Work, ...]:
    """Kinds of work with their promises, from how often each combination of `attributes_asked` came."""
    names = attributes_asked(policy)
    clauses = foreseen(policy)
    found = []
    for values, weight in mix.items():
        attributes = dict(zip(names, values, strict=True)) | {"status": "new"}
        promises = [_promised(policy, clause, attributes) for clause in clauses]
        found.append(Work(attributes, weight, tuple(one for one in promises if one is not None)))
    return tuple(found)


def _promised(policy: Policy, clause: Clause, attributes: Mapping[str, Any]) -> Promised | None:
    if not clause.when.holds(attributes) or any(one.holds(attributes) for one in clause.unless):
        return None
    within = None if clause.within is None else clause.within.pick(attributes)
    name = clause.calendar.pick(attributes)
    return None if within is None or name is None else Promised(clause.name, within, policy.calendars[name])


def monday_after(moment: datetime, zone: str) -> int:
    """The next Monday 00:00 in the zone that has no change of clocks in the ten weeks after it."""
    local = moment.astimezone(ZoneInfo(zone))
    monday = (local + timedelta(days=(7 - local.weekday()) % 7)).replace(hour=0, minute=0, second=0, microsecond=0)
    for _ in range(52):
        if monday.utcoffset() == (monday + timedelta(weeks=10)).utcoffset():
            break
        monday += timedelta(weeks=1)
    return to_us(monday)


def on_shift(calendar: Calendar, count: int, begins_at: int) -> list[int]:
    """So many agents in each hour of the week of which the calendar is mostly open; a holiday makes no difference to that."""
    opens = [0] * WEEK_HOURS
    for hour in range(WEEK_HOURS * WEEKS_LOOKED_AT):
        start = begins_at + hour * HOUR
        opens[hour % WEEK_HOURS] += calendar.between(start, start + HOUR)
    return [count if span >= WEEKS_LOOKED_AT * HOUR / 2 else 0 for span in opens]


def together(*shifts: Sequence[int]) -> list[int]:
    """Several shifts at once."""
    return [sum(counts) for counts in zip(*shifts, strict=True)] if shifts else [0] * WEEK_HOURS


def due_seconds(promise: Promised, arrivals: NDArray[np.float64], begins_at: int) -> NDArray[np.float64]:
    """When each arrival has to be answered, in seconds from the beginning."""
    starts = begins_at + (arrivals * SECOND).astype(np.int64)
    due: NDArray[np.float64] = (
        promise.calendar.add_many(starts, np.full(len(starts), promise.within)) - begins_at
    ) / SECOND
    return due
