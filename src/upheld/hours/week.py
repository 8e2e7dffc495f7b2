"""The usual week: ``mon-fri``, ``sat``, ``mon,wed`` and their hours. A day not named is closed."""

from collections.abc import Iterator, Mapping
from typing import Any

from upheld.hours.errors import Faults, Path
from upheld.hours.spans import Spans, read_spans
from upheld.kernel.text import nearest

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
DAYS_PATTERN = r"^(mon|tue|wed|thu|fri|sat|sun)([-,]\s*(mon|tue|wed|thu|fri|sat|sun))*$"

Week = tuple[Spans, ...]
"""Seven days, Monday first."""

_NO_HOURS: Week = ((),) * 7


def read_week(value: Any, path: Path, faults: Faults) -> Week:
    """The week, with everything wrong in it added to ``faults``."""
    if not isinstance(value, Mapping) or not value:
        faults.add(
            path, "The week has no days.", 'Give at least one, such as mon-fri: "08:00-18:00" or mon-sun: closed.'
        )
        return _NO_HOURS
    week: list[Spans] = list(_NO_HOURS)
    named_by: dict[int, str] = {}
    for key, hours in value.items():
        here = (*path, str(key))
        with faults.caught():
            spans = read_spans(hours, here)
            for day in _days(str(key), here, faults):
                if day in named_by:
                    problem = f"'{DAYS[day]}' has its hours from '{named_by[day]}' already."
                    faults.add(here, problem, "Name each day once.")
                    continue
                named_by[day] = str(key)
                week[day] = spans
    return tuple(week)


def _days(key: str, path: Path, faults: Faults) -> Iterator[int]:
    for part in key.split(","):
        first, dash, last = (name.strip() for name in part.partition("-"))
        ends = [first, last] if dash else [first]
        unknown = [name for name in ends if name not in DAYS]
        if unknown:
            faults.add(path, f"'{unknown[0]}' is not a day of the week.", _remedy(unknown[0]))
            continue
        start = DAYS.index(first)
        length = (DAYS.index(ends[-1]) - start) % 7 + 1
        yield from ((start + step) % 7 for step in range(length))


def _remedy(name: str) -> str:
    full = nearest(name, [*DAYS, *DAY_NAMES])
    if full is None:
        return f'The days are {", ".join(DAYS)}; several are mon-fri or "mon,wed".'
    return f"Did you mean '{full[:3].lower()}'?"
