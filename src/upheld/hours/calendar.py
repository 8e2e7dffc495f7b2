"""A calendar: open time added and measured by two bisections each.

Years are worked out when they are first asked for, in both directions, and kept. Every year is
cut at UTC New Year, so the years do not depend on one another.
"""

import threading
from bisect import bisect_left, bisect_right
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING

from upheld.hours import explanation, words
from upheld.hours.days import Days
from upheld.hours.errors import BeyondCalendar, NeverOpen
from upheld.hours.explanation import Closure, Stretch
from upheld.hours.forms import FIRST_YEAR, LAST_YEAR, CalendarForm
from upheld.hours.table import EMPTY, Stretches, Table, joined, tabulate
from upheld.hours.zones import Step, steps, year_of, year_start
from upheld.kernel.durations import Micros, format_duration
from upheld.kernel.instants import Instant, iso

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

QUIET_YEARS = 12
"""A calendar that stays closed for so long, and has no single date to come, is taken to stay closed."""

_ALWAYS_SINCE, _ALWAYS_UNTIL = year_start(1), year_start(9999)
_growing = threading.RLock()


class Calendar:
    """When one desk is open. Instants and durations are whole microseconds; see ``upheld.kernel``.

    Safe to share between threads. Instants outside the years of calendars raise BeyondCalendar.
    """

    def __init__(self, form: CalendarForm) -> None:
        self.form = form
        self.name = form.name
        self.zone = form.zone
        self.is_always = form.is_always
        self._years: dict[int, Stretches] = {}
        self._table = EMPTY
        if self.is_always:
            self._table = tabulate(_ALWAYS_SINCE, _ALWAYS_UNTIL, [(_ALWAYS_SINCE, _ALWAYS_UNTIL)])

    def __repr__(self) -> str:
        return f"<Calendar {self.name}>"

    def add(self, start_us: Instant, open_us: Micros) -> Instant:
        """The earliest instant by which ``open_us`` of open time has passed since ``start_us``.

        Nothing to pass gives the start itself, open or not. Time that fills a stretch ends at its
        closing, not at the next opening. Raises NeverOpen if that much never comes.
        """
        starts, ends, done, shift, _ = self._table
        at = bisect_right(starts, start_us) - 1
        if at >= 0 and open_us > 0:
            if start_us < ends[at]:
                wanted = start_us - shift[at] + open_us
            else:
                wanted = done[at] + open_us
            found = bisect_left(done, wanted, at)
            if found < len(done):
                return shift[found] + wanted
        return self._add_further(start_us, open_us)

    def between(self, start_us: Instant, end_us: Instant) -> Micros:
        """Open time in [start_us, end_us). An end before the start raises ValueError."""
        starts, ends, _, shift, until = self._table
        first = bisect_right(starts, start_us) - 1
        if first < 0 or end_us > until or start_us > end_us:
            return self._between_further(start_us, end_us)
        last = bisect_right(starts, end_us, first) - 1
        # comparisons in place: min() would take a third of the time
        counted_from, counted_to = ends[first], ends[last]
        if start_us < counted_from:
            counted_from = start_us
        if end_us < counted_to:
            counted_to = end_us
        return counted_to - shift[last] - counted_from + shift[first]

    def is_open(self, us: Instant) -> bool:
        table = self._covering(us)
        return us < table.ends[bisect_right(table.starts, us) - 1]

    def next_opening(self, us: Instant) -> Instant | None:
        """The earliest instant from ``us`` on that is open: ``us`` itself when it is. None if none comes."""
        table = self._covering(us)
        while True:
            at = bisect_right(table.starts, us) - 1
            if us < table.ends[at]:
                return us
            if at + 1 < len(table.starts):
                return table.starts[at + 1]
            if not self._may_change_after(us, table):
                return None
            table = self._grown_to(year_of(table.until))

    def next_closing(self, us: Instant) -> Instant | None:
        """The earliest instant from ``us`` on that is closed: ``us`` itself when it is. None if none comes."""
        table = self._covering(us)
        while True:
            at = bisect_right(table.starts, us) - 1
            closes = max(us, table.ends[at])
            if closes < table.until or us >= table.ends[at]:
                return closes
            if not self._may_change_after(us, table):
                return None
            table = self._grown_to(year_of(table.until))

    def add_many(self, starts_us: "ArrayLike", open_us: "ArrayLike") -> "NDArray[np.int64]":
        """``add`` for arrays of int64 that broadcast; equal to it element by element."""
        from upheld.hours.arrays import add_many

        return add_many(self, starts_us, open_us)

    def between_many(self, starts_us: "ArrayLike", ends_us: "ArrayLike") -> "NDArray[np.int64]":
        """``between`` for arrays of int64 that broadcast; equal to it element by element."""
        from upheld.hours.arrays import between_many

        return between_many(self, starts_us, ends_us)

    def stretches(self, start_us: Instant, end_us: Instant) -> list[Stretch]:
        """The open stretches within [start_us, end_us), each with what opens it. They add up to ``between``."""
        self._refuse_beyond(start_us, end_us)
        return explanation.stretches(self._days, start_us, end_us)

    def closures(self, start_us: Instant, end_us: Instant) -> list[Closure]:
        """Holidays and single dates that change the usual week within [start_us, end_us)."""
        self._refuse_beyond(start_us, end_us)
        return explanation.closures(self._days, start_us, end_us)

    def steps(self, start_us: Instant, end_us: Instant) -> list[Step]:
        """Steps of the zone's clock after start_us and before end_us."""
        self._refuse_beyond(start_us, end_us)
        return steps(self.zone, start_us, end_us) if self.zone and not self.is_always else []

    def sentences(self) -> list[str]:
        """The calendar in plain words, a sentence each."""
        return words.sentences(self.form)

    def covering(self, first_us: Instant, last_us: Instant) -> Table:
        """The table, reaching from ``first_us`` to ``last_us`` at least."""
        self._covering(first_us)
        return self._covering(last_us)

    @cached_property
    def _days(self) -> Days | None:
        return None if self.is_always else Days(self.form, self.zone or "UTC")

    def _add_further(self, start_us: Instant, open_us: Micros) -> Instant:
        if open_us <= 0:
            if open_us < 0:
                raise ValueError("Open time to add cannot be negative")
            self._refuse_beyond(start_us, start_us)
            return start_us
        table = self._covering(start_us)
        while True:
            at = bisect_right(table.starts, start_us) - 1
            wanted = min(start_us, table.ends[at]) - table.shift[at] + open_us
            found = bisect_left(table.done, wanted)
            if found < len(table.done):
                return table.shift[found] + wanted
            if not self._may_change_after(max(start_us, table.ends[-1]), table):
                missed = format_duration(open_us)
                raise NeverOpen(f"The calendar {self.name} never has {missed} of open time after {iso(start_us)}")
            table = self._grown_to(self._year_reaching(wanted - table.done[-1], table))

    def _between_further(self, start_us: Instant, end_us: Instant) -> Micros:
        if start_us > end_us:
            raise ValueError("Open time runs from a start to an end that is not before it")
        self.covering(start_us, end_us)
        return self.between(start_us, end_us)

    def _year_reaching(self, missing: Micros, table: Table) -> int:
        """About the year in which the missing open time ends, going by what the table's last year held."""
        last_year = year_of(table.until - 1)
        in_last_year = sum(end - start for start, end in self._years[last_year])
        more_years = missing // in_last_year if in_last_year else 0
        return min(last_year + 1 + more_years, LAST_YEAR)

    def _may_change_after(self, us: Instant, table: Table) -> bool:
        """Whether years after the table can differ from its end, closed or open since ``us``."""
        days = self._days
        if days is None:
            return False
        last_year = year_of(table.until - 1)
        return last_year < min(max(year_of(us) + QUIET_YEARS, days.last_dated_year), LAST_YEAR)

    def _refuse_beyond(self, *instants: Instant) -> None:
        first, last = (1, 9998) if self.is_always else (FIRST_YEAR, LAST_YEAR)
        for us in instants:
            if not year_start(first) <= us < year_start(last + 1):
                raise BeyondCalendar(f"{us} µs lies outside the years {first} to {last} of the calendar {self.name}")

    def _covering(self, us: Instant) -> Table:
        table = self._table
        if table.starts and table.starts[0] <= us < table.until:
            return table
        self._refuse_beyond(us)
        return self._grown_to(year_of(us))

    def _grown_to(self, year: int) -> Table:
        """The table with this year and all between it and those known."""
        with _growing:
            assert self._days is not None
            first, last = min([year, *self._years]), max([year, *self._years])
            if first not in self._years or last not in self._years:
                for missing in set(range(first, last + 1)) - self._years.keys():
                    pieces = self._days.pieces(year_start(missing), year_start(missing + 1))
                    self._years[missing] = joined((piece.start, piece.end) for piece in pieces)
                every = chain.from_iterable(self._years[known] for known in range(first, last + 1))
                self._table = tabulate(year_start(first), year_start(last + 1), joined(every))
            return self._table
