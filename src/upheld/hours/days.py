"""Which hours a day has, and why: dates win over holidays, holidays over the week."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from upheld.hours.forms import CalendarForm
from upheld.hours.spans import Spans
from upheld.hours.zones import segments
from upheld.kernel.durations import DAY, MINUTE
from upheld.kernel.instants import Instant

WEEKLY = "weekly"
ON_DATE = "date"

_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
_EPOCH_WEEKDAY = date(1970, 1, 1).weekday()


class DayHours(NamedTuple):
    """The spans that belong to one day, and what set them: ``weekly``, ``holiday: Labor Day``, ``date``."""

    spans: Spans
    reason: str


class Piece(NamedTuple):
    """Open time of one span of one day at one offset. Pieces of neighbouring days may overlap."""

    start: Instant
    end: Instant
    reason: str


def day_number(day: date) -> int:
    """Days since 1970-01-01, as wall clocks count them."""
    return day.toordinal() - _EPOCH_ORDINAL


def day_date(number: int) -> date:
    return date.fromordinal(number + _EPOCH_ORDINAL)


class Days:
    """The days of one calendar. Holidays of a year are worked out when a day of it is first asked for."""

    def __init__(self, form: CalendarForm, zone: str) -> None:
        self._form = form
        self.zone = zone
        self._week = [DayHours(spans, WEEKLY) for spans in form.week]
        self._exceptions: dict[int, dict[int, DayHours]] = {}

    @property
    def last_dated_year(self) -> int:
        """The year of the last single date, 0 without any: after it only week and holidays can open."""
        return max((day.year for day in self._form.dates), default=0)

    def usual(self, day: int) -> DayHours:
        """What the week alone says of a day."""
        return self._week[(day + _EPOCH_WEEKDAY) % 7]

    def hours(self, day: int) -> DayHours:
        """What holds on a day."""
        return self._exceptional(day_date(day).year).get(day) or self.usual(day)

    def pieces(self, start: Instant, end: Instant) -> Iterator[Piece]:
        """Open time within [start, end), in order of start.

        Where the clock runs at one offset, wall time is a shifted copy of UTC, so spans become
        pieces by subtraction; cutting at the zone's steps makes an hour that is skipped vanish
        and one that is repeated count twice. A span may reach into the next day: look one back.
        """
        for segment in segments(self.zone, start, end):
            wall_start, wall_end = segment.start + segment.offset, segment.end + segment.offset
            for day in range(wall_start // DAY - 1, (wall_end - 1) // DAY + 1):
                spans, reason = self.hours(day)
                for span in spans:
                    opens = max(day * DAY + span.start * MINUTE, wall_start)
                    closes = min(day * DAY + span.end * MINUTE, wall_end)
                    if opens < closes:
                        yield Piece(opens - segment.offset, closes - segment.offset, reason)

    def _exceptional(self, year: int) -> dict[int, DayHours]:
        known = self._exceptions.get(year)
        if known is None:
            known = self._exceptions[year] = dict(self._worked_out(year))
        return known

    def _worked_out(self, year: int) -> Iterator[tuple[int, DayHours]]:
        for rule in reversed(self._form.holidays):
            for day, name in rule.days(year).items():
                yield day_number(day), DayHours(rule.hours, f"holiday: {name}")
        for day, spans in self._form.dates.items():
            if day.year == year:
                yield day_number(day), DayHours(spans, ON_DATE)
