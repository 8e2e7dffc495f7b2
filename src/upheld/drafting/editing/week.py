"""A calendar's week, day by day, and its single days. Pure.

Days that do not change keep their line: `mon-fri` becomes `mon-thu` and a line for Friday when only Friday changes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from upheld.drafting.editing.source import Source
from upheld.hours.week import DAYS

FILE = "hours.yaml"
CLOSED = "closed"


def week_texts(source: Source, calendar: str) -> dict[str, str]:
    """`08:00-12:00, 13:00-17:00` or `closed` for each day."""
    week = dict.fromkeys(DAYS, CLOSED)
    for key in source.keys(_weekly(calendar)):
        for day in _days(key):
            week[day] = _hours_text(source.plain([*_weekly(calendar), key]))
    return week


def set_week(source: Source, calendar: str, typed: Mapping[str, str]) -> list[str]:
    """Write the days that differ. Returns which."""
    here, was = _weekly(calendar), week_texts(source, calendar)
    now = {day: _tidy(typed.get(day, was[day])) for day in DAYS}
    changed = [day for day in DAYS if now[day] != was[day]]
    left = set(changed)
    stays = 0
    gone = []
    for key in source.keys(here):
        mine = _days(key)
        moved = [day for day in mine if day in left]
        kept = [day for day in mine if day not in left]
        if not moved:
            stays += 1
        elif kept:
            source.rename([*here, key], _key(kept))
            stays += 1
        elif len({now[day] for day in moved}) == 1:
            source.set([*here, key], _value(now[moved[0]]))
            left -= set(moved)
            stays += 1
        else:
            gone.append(key)
    for hours, days in groupby([day for day in DAYS if day in left], key=lambda day: now[day]):
        if gone:
            key = gone.pop(0)
            source.rename([*here, key], _key([*days]))
            source.set([*here, key], _value(hours))
        elif hours != CLOSED or not stays:
            source.add(here, _key([*days]), _value(hours))
    for key in gone:
        source.remove([*here, key])
    return changed


def date_texts(source: Source, calendar: str) -> dict[str, str]:
    """The single days, by date as it is written."""
    here = ["calendars", calendar, "dates"]
    return {key: _hours_text(source.plain([*here, key])) for key in source.keys(here)}


def set_dates(source: Source, calendar: str, typed: Sequence[tuple[str, str]]) -> bool:
    """Write the single days that differ, add the new ones, take out those that are not named. Returns whether any did."""
    here = ["calendars", calendar, "dates"]
    was, now = date_texts(source, calendar), {day.strip(): _tidy(hours) for day, hours in typed if day.strip()}
    if was == now:
        return False
    if not now:
        source.remove(here)
        return True
    if not was:
        values = {day: _value(hours) for day, hours in now.items()}
        source.set(here, values)
        return True
    spare = [day for day in was if day not in now]
    for day, hours in now.items():
        if day in was:
            source.set([*here, day], _value(hours))
        elif spare:
            old = spare.pop(0)
            source.rename([*here, old], day)
            source.set([*here, old], _value(hours))
        else:
            source.add(here, day, _value(hours))
    for day in spare:
        source.remove([*here, day])
    return True


def _weekly(calendar: str) -> list[str]:
    return ["calendars", calendar, "weekly"]


def _days(key: str) -> list[str]:
    """The days of `mon-fri` or `mon,wed`; none of a key that is no days."""
    days = []
    for part in key.split(","):
        first, _, last = (name.strip() for name in part.partition("-"))
        if first not in DAYS or (last and last not in DAYS):
            return []
        start = DAYS.index(first)
        length = (DAYS.index(last or first) - start) % 7 + 1
        days += [DAYS[(start + step) % 7] for step in range(length)]
    return days


def _key(days: Sequence[str]) -> str:
    """`mon-thu`, `sat`, `mon,wed`: runs of days as a range."""
    numbers = [DAYS.index(day) for day in days]
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ",".join(DAYS[run[0]] if len(run) == 1 else f"{DAYS[run[0]]}-{DAYS[run[-1]]}" for run in runs)


def _tidy(text: str) -> str:
    """Blanks and semicolons do not matter; nothing at all is closed."""
    spans = [re.sub(r"\s*[-–]\s*", "-", span.strip()) for span in re.split(r"[,;\n]", text)]
    return ", ".join(span for span in spans if span) or CLOSED


def _value(text: str) -> Any:
    spans = text.split(", ")
    return spans if len(spans) > 1 else text


def _hours_text(plain: Any) -> str:
    return ", ".join(map(str, plain)) if isinstance(plain, list) else str(plain or CLOSED)
