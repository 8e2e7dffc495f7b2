"""Durations as policies write them (``15m``, ``1h30m``, ``2d``, ``1mo``) and as people read them.

Units are fixed lengths: a day is 24 hours, a month 30 days, a quarter 90, a year 365. On a
calendar of hours they are amounts of open time, so ``48h`` and ``2d`` are the same amount.
"""

import re

Micros = int

MICROSECOND: Micros = 1
MILLISECOND: Micros = 1_000
SECOND: Micros = 1_000_000
MINUTE: Micros = 60 * SECOND
HOUR: Micros = 60 * MINUTE
DAY: Micros = 24 * HOUR

UNITS: dict[str, Micros] = {
    "s": SECOND,
    "m": MINUTE,
    "h": HOUR,
    "d": DAY,
    "w": 7 * DAY,
    "mo": 30 * DAY,
    "q": 90 * DAY,
    "y": 365 * DAY,
}
DURATION_PATTERN = r"^(\d{1,9}(mo|[smhdwqy]) ?)+$"

_PART = re.compile(r"(\d{1,9})(mo|[smhdwqy]) ?")
_EXAMPLES = "write it as 15m, 4h, 1h30m, 2d, 1w, 1mo, 1q or 1y"
_HOURS_UP_TO = 72 * HOUR


def parse_duration(text: str) -> Micros:
    """Read a duration of the policy language. Each unit at most once, in any order.

    Anything else raises ValueError with a sentence that says how to write it.
    """
    total, at, seen = 0, 0, set[str]()
    stripped = text.strip()
    while at < len(stripped):
        part = _PART.match(stripped, at)
        if part is None:
            raise ValueError(f"“{text}” is not a duration; {_EXAMPLES}")
        if part[2] in seen:
            raise ValueError(f"“{text}” says “{part[2]}” twice; add the two up")
        seen.add(part[2])
        total += int(part[1]) * UNITS[part[2]]
        at = part.end()
    if not seen:
        raise ValueError(f"An empty text is not a duration; {_EXAMPLES}")
    return total


def format_duration(us: Micros) -> str:
    """``1 h 30 min``, exact, biggest unit first.

    Up to 72 hours it speaks of hours (``48 h``), since that is how such promises are made and
    because a day of office hours is no 24 hours; beyond that of days and hours.
    """
    if us < 0:
        return "-" + format_duration(-us)
    units = [(HOUR, "h"), (MINUTE, "min")]
    if us > _HOURS_UP_TO:
        units.insert(0, (DAY, "d"))
    words, rest = [], us
    for size, name in units:
        count, rest = divmod(rest, size)
        if count:
            words.append(f"{count} {name}")
    if rest or not words:
        words.append(f"{_decimal(rest, SECOND)} s")
    return " ".join(words)


def _decimal(amount: int, unit: int) -> str:
    whole, fraction = divmod(amount, unit)
    return f"{whole}.{fraction:06d}".rstrip("0") if fraction else str(whole)
