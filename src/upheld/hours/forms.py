"""The written form of calendars: read, checked whole, every fault with its place and remedy."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from upheld.hours.errors import CalendarError, Faults, Path
from upheld.hours.holiday_forms import read_holidays
from upheld.hours.public_holidays import HolidayRule
from upheld.hours.spans import Spans, read_spans
from upheld.hours.week import Week, read_week
from upheld.hours.zones import read_zone

FIRST_YEAR, LAST_YEAR = 1900, 2200
"""Calendars with hours are worked out for these years; those that are always open for 1 to 9998."""

CALENDAR_KEYS = {
    "open": "The word always: open at every instant. Stands alone, or with a zone for people to read.",
    "zone": "The tz database zone whose wall clock the hours are read on, such as America/New_York.",
    "weekly": "Hours by day of the week; a day not named is closed.",
    "holidays": "What public holidays do to the week: closed, or other hours. The first entry that fits counts.",
    "dates": "Hours of single days. They win over holidays, as holidays win over the week.",
}


@dataclass(frozen=True, slots=True)
class CalendarForm:
    """What one calendar says, read and checked."""

    name: str
    zone: str | None
    is_always: bool
    week: Week = ((),) * 7
    holidays: tuple[HolidayRule, ...] = ()
    dates: Mapping[date, Spans] = field(default_factory=dict)


def read_calendars(raw: Any, faults: Faults) -> list[CalendarForm]:
    """Every calendar that could be read. All that is wrong, in all of them, goes to ``faults``."""
    if not isinstance(raw, Mapping):
        faults.add((), "The calendars are not a mapping.", "Give each one a name: {office: {zone: …, weekly: …}}.")
        return []
    forms = []
    for name, value in raw.items():
        before = len(faults.found)
        form = _read_calendar(str(name), value, faults)
        if form is not None and len(faults.found) == before:
            forms.append(form)
    return forms


def _read_calendar(name: str, value: Any, faults: Faults) -> CalendarForm | None:
    path: Path = (name,)
    if not isinstance(value, Mapping):
        faults.add(path, "A calendar is a mapping.", "Write {open: always}, or give zone and weekly.")
        return None
    faults.add_unknown_keys(value, list(CALENDAR_KEYS), path)
    if "open" in value:
        return _read_always(name, value, faults)
    zone = ""
    with faults.caught():
        zone = read_zone(value.get("zone"), (*path, "zone") if "zone" in value else path)
    if "weekly" not in value:
        faults.add(path, "The calendar has no week.", 'Give weekly: {mon-fri: "08:00-18:00"}, or write open: always.')
        week: Week = ((),) * 7
    else:
        week = read_week(value["weekly"], (*path, "weekly"), faults)
    holidays = read_holidays(value.get("holidays", []), (*path, "holidays"), faults)
    dates = _read_dates(value.get("dates", {}), (*path, "dates"), faults)
    return CalendarForm(name, zone, False, week, holidays, dates)


def _read_always(name: str, value: Mapping[str, Any], faults: Faults) -> CalendarForm:
    if value["open"] != "always":
        faults.add(
            (name, "open"), f"'{value['open']}' is not known here.", "Write open: always, or give zone and weekly."
        )
    for key in ("weekly", "holidays", "dates"):
        if key in value:
            faults.add((name, key), f"A calendar that is always open has no '{key}'.", f"Take out open or {key}.")
    zone = None
    if "zone" in value:
        with faults.caught():
            zone = read_zone(value["zone"], (name, "zone"))
    return CalendarForm(name, zone, True)


def _read_dates(value: Any, path: Path, faults: Faults) -> dict[date, Spans]:
    if value is None or not isinstance(value, Mapping):
        faults.add(path, "The dates are not a mapping.", 'Write one a line: 2026-12-24: "08:00-12:00", or closed.')
        return {}
    dates: dict[date, Spans] = {}
    for key, hours in value.items():
        here = (*path, str(key))
        with faults.caught():
            day = _read_date(key, here)
            if day in dates:
                raise CalendarError(here, f"{day} is given twice.", "Name each day once.")
            dates[day] = read_spans(hours, here)
    return dates


def _read_date(key: Any, path: Path) -> date:
    if isinstance(key, datetime) or not isinstance(key, date | str):
        raise CalendarError(path, f"'{key}' is not a date.", "Write it as 2026-12-24.")
    try:
        day = date.fromisoformat(key.strip()) if isinstance(key, str) else key
    except ValueError:
        raise CalendarError(path, f"'{key}' is not a date.", "Write a day that exists as 2026-12-24.") from None
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise CalendarError(path, f"'{key}' is out of reach.", f"Calendars reach from {FIRST_YEAR} to {LAST_YEAR}.")
    return day
