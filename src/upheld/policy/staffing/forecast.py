"""What is to be expected, from what was: tickets by hour of the week, their mix, and how long one takes.

Handling time is not the time between a customer's message and our reply: most of that is waiting. What the record can say is how
long after the same agent's act before it a reply was written; gaps over an hour are no work on it. That is an upper bound of
the time at the desk, and is told as such; who has measured better types it in.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from statistics import fmean, pstdev
from typing import Any
from zoneinfo import ZoneInfo

from upheld.kernel.durations import HOUR
from upheld.policy.model import Policy
from upheld.policy.staffing.desk import WEEK_HOURS, Spread, attributes_asked
from upheld.policy.states import Event

LONGEST_GAP = 3600.0
FEWEST_GAPS = 30
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
OPENED = "ticket.opened"


class NoArrivals(ValueError):
    """Nothing comes in, or a line of the file says something else than what it should."""


@dataclass(slots=True)
class Arrivals:
    """What came in, by hour of the week and by what the promises look at. `hours` is how often each hour of the week was seen."""

    counts: list[float] = field(default_factory=lambda: [0.0] * WEEK_HOURS)
    hours: list[float] = field(default_factory=lambda: [0.0] * WEEK_HOURS)
    mix: Counter[tuple[Any, ...]] = field(default_factory=Counter)

    @property
    def total(self) -> float:
        return sum(self.counts)

    @property
    def weeks(self) -> float:
        return sum(self.hours) / WEEK_HOURS

    def rates(self) -> tuple[float, ...]:
        """Arrivals an hour, for each hour of the week; none in an hour that was never seen."""
        return tuple(count / seen if seen else 0.0 for count, seen in zip(self.counts, self.hours, strict=True))


def arrivals_of(events: Iterable[Event], policy: Policy, *, since: int, until: int) -> Arrivals:
    """Count tickets as they are opened, on the wall clock of the company's zone. Memory does not grow with the events."""
    zone, names = ZoneInfo(policy.company.zone), attributes_asked(policy)
    found = Arrivals()
    for event in events:
        if event.kind == OPENED and since <= event.at <= until:
            found.counts[hour_of_week(event.at, zone)] += 1
            found.mix[tuple(_plain(event.data.get(name)) for name in names)] += 1
    first = since - since % HOUR
    for at in range(first, until, HOUR):
        found.hours[hour_of_week(at, zone)] += (min(at + HOUR, until) - max(at, since)) / HOUR
    return found


def hour_of_week(at: int, zone: ZoneInfo) -> int:
    """0 is the hour after midnight on Monday, on the clocks of the zone; `at` is in microseconds."""
    local = (EPOCH + timedelta(microseconds=at)).astimezone(zone)
    return local.weekday() * 24 + local.hour


def read_arrivals(lines: Iterable[str], policy: Policy) -> Arrivals:
    """From a file with the columns day (mon … sun), hour (0 … 23), tickets (on average, in that hour of one week), and any of
    the attributes that the promises look at. Raises NoArrivals with the line that is wrong.
    """
    names = attributes_asked(policy)
    found = Arrivals(hours=[1.0] * WEEK_HOURS)
    for number, row in enumerate(csv.DictReader(lines), start=2):
        try:
            day, hour = DAYS.index(str(row["day"]).strip().lower()[:3]), int(str(row["hour"]))
            tickets = float(str(row["tickets"]))
            if not 0 <= hour <= 23 or not 0 <= tickets < 1e6:
                raise ValueError
        except (KeyError, ValueError):
            raise NoArrivals(
                f"line {number}: a line is day,hour,tickets, such as mon,9,12.5, under a first line day,hour,tickets"
            ) from None
        found.counts[day * 24 + hour] += tickets
        values = tuple((row.get(name) or "").strip() or policy.defaults.get(name) for name in names)
        found.mix[values] += tickets  # type: ignore[assignment]
    if not found.total:
        raise NoArrivals("nothing comes in: the file has no tickets")
    return found


def handling_from(gaps: Sequence[float]) -> tuple[Spread, str] | None:
    """How long a reply takes, and in words where that comes from. None when there are too few to say."""
    worked = [gap for gap in gaps if 0 < gap <= LONGEST_GAP]
    if len(worked) < FEWEST_GAPS:
        return None
    mean = fmean(worked)
    told = (
        f"{len(worked)} replies, each counted from the same agent's act before it where that was under an hour ago: "
        f"at most {round(mean / 60)} minutes each"
    )
    return Spread(mean, "lognormal", max(0.1, pstdev(worked) / mean)), told


def caveats(arrivals: Arrivals, *, asked_weeks: float | None = None) -> list[str]:
    """How little stands behind a forecast, where it is little."""
    told = []
    if arrivals.weeks < 4 and asked_weeks is not None:
        told.append(
            f"The rates come from {arrivals.weeks:.1f} weeks with {round(arrivals.total)} tickets; under 4 weeks an hour of the "
            f"week was seen so seldom that its rate is mostly chance."
        )
    elif asked_weeks is not None and arrivals.total < 5 * WEEK_HOURS:
        told.append(
            f"{round(arrivals.total)} tickets over {WEEK_HOURS} hours of the week are few: read whole days rather than hours."
        )
    return told


def _plain(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
