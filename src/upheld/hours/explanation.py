"""What a deadline's explanation needs of a calendar: open stretches and days that differ from the week."""

from datetime import date
from typing import NamedTuple

from upheld.hours.days import Days, day_date
from upheld.hours.spans import Spans, written
from upheld.hours.zones import segments
from upheld.kernel.durations import DAY, MINUTE
from upheld.kernel.instants import Instant

ALWAYS = "always"


class Stretch(NamedTuple):
    """Open from start to end, exclusive, because of ``weekly``, ``holiday: Labor Day``, ``date`` or ``always``."""

    start_us: Instant
    end_us: Instant
    reason: str


class Closure(NamedTuple):
    """A day whose hours are not those of the usual week. ``hours`` is ``closed`` or ``08:00-12:00``."""

    date: date
    reason: str
    hours: str


def stretches(days: Days | None, start: Instant, end: Instant) -> list[Stretch]:
    """In order, disjoint; neighbours that touch are one if they have the same reason."""
    if days is None:
        return [Stretch(start, end, ALWAYS)] if start < end else []
    found: list[Stretch] = []
    for piece in days.pieces(start, end):
        opens = max(piece.start, found[-1].end_us) if found else piece.start
        if opens >= piece.end:
            continue
        if found and found[-1].end_us == opens and found[-1].reason == piece.reason:
            found[-1] = found[-1]._replace(end_us=piece.end)
        else:
            found.append(Stretch(opens, piece.end, piece.reason))
    return found


def closures(days: Days | None, start: Instant, end: Instant) -> list[Closure]:
    """Days in order whose usual or actual hours touch [start, end) and differ from each other."""
    if days is None:
        return []
    found: dict[int, Closure] = {}
    for segment in segments(days.zone, start, end):
        wall_start, wall_end = segment.start + segment.offset, segment.end + segment.offset
        for day in range(wall_start // DAY - 1, (wall_end - 1) // DAY + 1):
            usual, actual = days.usual(day), days.hours(day)
            if usual.spans == actual.spans:
                continue
            if _touches(usual.spans + actual.spans, day, wall_start, wall_end):
                found[day] = Closure(day_date(day), actual.reason, written(actual.spans))
    return [found[day] for day in sorted(found)]


def _touches(spans: Spans, day: int, wall_start: int, wall_end: int) -> bool:
    return any(
        day * DAY + span.start * MINUTE < wall_end and day * DAY + span.end * MINUTE > wall_start for span in spans
    )
