"""Open time the slow way, to hold the fast one against: ask the zone for the wall clock at every second.

Knows nothing of offsets, steps or prefix sums of stretches. It lays the hours of the days on one
long line of wall time, asks ``zoneinfo`` what the clock shows at each second of a window, and
looks whether that place on the line is open.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

Minutes = tuple[int, int]
"""From, until: minutes since midnight of the day; ``until`` beyond 1440 runs into the next day."""

DAY = 86_400
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True)
class Desk:
    """Hours as the oracle reads them: a week of spans, and days that differ."""

    zone: str
    week: tuple[tuple[Minutes, ...], ...]
    dates: Mapping[date, tuple[Minutes, ...]]

    def raw(self) -> dict[str, Any]:
        """The same hours as a policy writes them."""
        return {
            "zone": self.zone,
            "weekly": {WEEKDAYS[day]: _written(spans) for day, spans in enumerate(self.week)},
            "dates": {day.isoformat(): _written(spans) for day, spans in self.dates.items()},
        }

    def spans_of(self, day: date) -> tuple[Minutes, ...]:
        return self.dates.get(day, self.week[day.weekday()])


@dataclass(frozen=True)
class Window:
    """What the clock of a zone shows at each tick from ``first`` (seconds since 1970) on."""

    zone: str
    first: int
    tick: int
    days: NDArray[np.int64]
    seconds: NDArray[np.int64]

    @property
    def ticks(self) -> int:
        return len(self.days)

    def at(self, tick: int) -> int:
        """The instant of a tick in microseconds."""
        return (self.first + tick * self.tick) * 1_000_000

    def open_ticks(self, desk: Desk) -> NDArray[np.int64]:
        """How many ticks are open before each tick, and before the window's end."""
        first_day = int(self.days.min()) - 1
        line = np.zeros((int(self.days.max()) - first_day + 3) * DAY, dtype=bool)
        for day in range(first_day, int(self.days.max()) + 1):
            for begin, until in desk.spans_of(date.fromordinal(day)):
                line[(day - first_day) * DAY + begin * 60 : (day - first_day) * DAY + until * 60] = True
        is_open = line[(self.days - first_day) * DAY + self.seconds]
        return np.concatenate([[0], np.cumsum(is_open, dtype=np.int64)])


@lru_cache(maxsize=200)
def window(zone: str, first: int, ticks: int, tick: int = 1) -> Window:
    info = ZoneInfo(zone)
    shown = (datetime.fromtimestamp(first + step * tick, info) for step in range(ticks))
    table = [(clock.toordinal(), clock.hour * 3600 + clock.minute * 60 + clock.second) for clock in shown]
    days, seconds = np.array(table, dtype=np.int64).T
    return Window(zone, first, tick, days, seconds)


@lru_cache(maxsize=100)
def changes(zone: str, first_year: int, last_year: int) -> tuple[int, ...]:
    """Seconds since 1970 at which the zone's wall clock jumps: half a day in which it does is walked by the hour,
    that hour by the minute, that minute by the second."""
    info = ZoneInfo(zone)
    found = []
    for at in range(_second(first_year), _second(last_year + 1), 43_200):
        if _ahead(info, at + 43_200) == _ahead(info, at):
            continue
        for stride in (3_600, 60, 1):
            while _ahead(info, at + stride) == _ahead(info, at):
                at += stride  # noqa: PLW2901
        found.append(at + 1)
    return tuple(found)


def _ahead(info: ZoneInfo, second: int) -> int:
    clock = datetime.fromtimestamp(second, info)
    return clock.toordinal() * DAY + clock.hour * 3600 + clock.minute * 60 + clock.second - second


def _second(year: int) -> int:
    return int(datetime(year, 1, 1, tzinfo=ZoneInfo("UTC")).timestamp())


def _written(spans: tuple[Minutes, ...]) -> str | list[str]:
    if not spans:
        return "closed"
    return [f"{_clock(begin)}-{_clock(until if until <= 1440 else until - 1440)}" for begin, until in spans]


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
