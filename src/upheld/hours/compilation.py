"""From the value of ``calendars:`` to calendars by name."""

from collections.abc import Mapping
from typing import Any

from upheld.hours.calendar import Calendar
from upheld.hours.errors import CalendarError, Faults
from upheld.hours.forms import read_calendars


def compile_calendars(raw: Mapping[str, Any]) -> dict[str, Calendar]:
    """Every calendar by its name, in the order written.

    Scalars may come as text or as YAML makes them. Wrong input raises the first CalendarError,
    which holds the ``others``. Cheap: years are worked out when they are first asked for.
    """
    faults = Faults()
    forms = read_calendars(raw, faults)
    if faults.found:
        error, *others = faults.found
        error.others = tuple(others)
        raise error
    return {form.name: Calendar(form) for form in forms}


def check_calendars(raw: Mapping[str, Any]) -> list[CalendarError]:
    """Everything that is wrong, in the order of the text."""
    faults = Faults()
    read_calendars(raw, faults)
    return faults.found
