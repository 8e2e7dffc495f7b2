"""Zones: their names, and the instants at which their clocks step.

Between two steps a zone's clock runs at a constant offset from UTC; everything exact about
daylight saving follows from cutting time at the steps.
"""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo, available_timezones

from upheld.hours.errors import CalendarError, Path
from upheld.kernel.durations import SECOND, Micros
from upheld.kernel.instants import Instant
from upheld.kernel.text import nearest

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NO_PLACE = ("posix/", "right/", "localtime", "posixrules", "Factory")
_DAY_SECONDS = 86_400


class Step(NamedTuple):
    """At ``us`` the zone's clock steps; offsets from UTC in seconds."""

    us: Instant
    before_offset_s: int
    after_offset_s: int


class Segment(NamedTuple):
    """A stretch of time, end exclusive, in which wall clock minus UTC is ``offset`` microseconds."""

    start: Instant
    end: Instant
    offset: Micros


def read_zone(value: Any, path: Path) -> str:
    """The name of a known zone. Raises CalendarError that names the nearest one."""
    if not isinstance(value, str) or not value:
        raise CalendarError(path, "The zone is missing.", "Give one, such as zone: America/New_York.")
    if not value.startswith(_NO_PLACE):
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError):
            pass
        else:
            return value
    raise CalendarError(path, f"'{value}' is not a time zone.", _remedy(value))


def _remedy(name: str) -> str:
    known = sorted(zone for zone in available_timezones() if not zone.startswith(_NO_PLACE))
    by_city = {zone.rpartition("/")[2]: zone for zone in known if "/" in zone}
    city = nearest(name.rpartition("/")[2], by_city)
    meant = nearest(name, known) or (by_city[city] if city else None)
    return f"Did you mean '{meant}'?" if meant else "Name a zone of the tz database, such as Europe/Berlin."


def year_start(year: int) -> Instant:
    """The first instant of a year in UTC."""
    return (datetime(year, 1, 1, tzinfo=UTC) - _EPOCH) // timedelta(seconds=1) * SECOND


def year_of(us: Instant) -> int:
    """The year in UTC. The instant lies in the years 1-9999."""
    return (_EPOCH + timedelta(microseconds=us)).year


def steps(zone: str, start: Instant, end: Instant) -> list[Step]:
    """Every step after ``start`` and before ``end``."""
    if start >= end:
        return []
    years = range(year_of(start), year_of(end - 1) + 1)
    return [step for year in years for step in _steps_in_year(zone, year) if start < step.us < end]


def segments(zone: str, start: Instant, end: Instant) -> list[Segment]:
    """[start, end) cut at the zone's steps."""
    if start >= end:
        return []
    cut = []
    at, offset = start, _offset(ZoneInfo(zone), start // SECOND)
    for step in steps(zone, start, end):
        cut.append(Segment(at, step.us, offset * SECOND))
        at, offset = step.us, step.after_offset_s
    cut.append(Segment(at, end, offset * SECOND))
    return cut


@lru_cache(maxsize=4096)
def _steps_in_year(name: str, year: int) -> tuple[Step, ...]:
    """Found by looking once a day and halving: steps of real zones lie days apart, whole seconds each."""
    zone = ZoneInfo(name)
    first, beyond = year_start(year) // SECOND, year_start(year + 1) // SECOND
    found = []
    known, known_offset = first - 1, _offset(zone, first - 1)
    for look in [*range(first, beyond, _DAY_SECONDS), beyond - 1]:
        offset = _offset(zone, look)
        if offset != known_offset:
            at = _first_second_changed(zone, known, look, known_offset)
            found.append(Step(at * SECOND, known_offset, offset))
        known, known_offset = look, offset
    return tuple(found)


def _first_second_changed(zone: ZoneInfo, before: int, after: int, offset: int) -> int:
    while after - before > 1:
        middle = (before + after) // 2
        if _offset(zone, middle) == offset:
            before = middle
        else:
            after = middle
    return after


def _offset(zone: ZoneInfo, second: int) -> int:
    offset = (_EPOCH + timedelta(seconds=second)).astimezone(zone).utcoffset()
    assert offset is not None
    return offset // timedelta(seconds=1)
