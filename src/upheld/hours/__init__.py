"""Calendars of hours: when a desk is open, and open time added and measured exactly.

Words owned here: *calendar* (of hours), *span* (hours of one day), *stretch* (open time between
two instants), *open time*. Meaning: an instant is open exactly when the wall clock in the
calendar's zone shows, at that instant, a time inside a span that belongs to that day; ends
are exclusive. An hour that the clock skips has no instants, one that it repeats counts twice.
The part of a span after midnight belongs to the day on which it began, so a holiday on that
next day does not close it, and a holiday on the first day does.

Pure, above ``kernel`` alone; every room may call it. numpy and the list of holidays are
loaded only when they are needed.
"""

from upheld.hours.calendar import Calendar
from upheld.hours.compilation import check_calendars, compile_calendars
from upheld.hours.errors import BeyondCalendar, CalendarError, NeverOpen
from upheld.hours.explanation import Closure, Stretch
from upheld.hours.forms import CALENDAR_KEYS
from upheld.hours.holiday_forms import HOLIDAY_KEYS
from upheld.hours.schema import calendars_schema
from upheld.hours.zones import Step

__all__ = [
    "CALENDAR_KEYS",
    "HOLIDAY_KEYS",
    "BeyondCalendar",
    "Calendar",
    "CalendarError",
    "Closure",
    "NeverOpen",
    "Step",
    "Stretch",
    "calendars_schema",
    "check_calendars",
    "compile_calendars",
]
