"""Hours of one day: ``closed``, ``"08:00-20:00"``, or a list of spans.

A span is kept in minutes since midnight of the day it belongs to. ``"22:00-06:00"`` ends on the
next day and still belongs wholly to the day it began on, so its end is 30:00.
"""

import re
from itertools import pairwise
from typing import Any, NamedTuple

from upheld.hours.errors import CalendarError, Path

MIDNIGHT = 24 * 60
CLOSED = "closed"
SPAN_PATTERN = r"^([01]?\d|2[0-3]):[0-5]\d\s*-\s*(([01]?\d|2[0-3]):[0-5]\d|24:00)$"

_SHAPE = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})")
_EXAMPLE = 'Write it as "08:00-20:00", as a list of such spans, or as closed.'


class Span(NamedTuple):
    """From ``start`` to ``end``, exclusive; minutes since midnight of its day, ``end`` up to 48 h."""

    start: int
    end: int

    def __str__(self) -> str:
        end = self.end if self.end <= MIDNIGHT else self.end - MIDNIGHT
        return f"{clock(self.start)}-{clock(end)}"


Spans = tuple[Span, ...]


def clock(minutes: int) -> str:
    """``08:00``; midnight at the end of a day is ``24:00``."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def written(spans: Spans) -> str:
    """As a policy writes them: ``closed`` or ``08:00-12:00, 13:00-17:00``."""
    return ", ".join(map(str, spans)) or CLOSED


def read_spans(value: Any, path: Path) -> Spans:
    """In order of time. Raises CalendarError for anything but hours that make sense."""
    if value == CLOSED:
        return ()
    if isinstance(value, str):
        return (_read_span(value, path),)
    if not isinstance(value, list | tuple) or not value:
        said = "No hours are given." if value in (None, [], "") else f"'{value}' is not a span of hours."
        raise CalendarError(path, said, _EXAMPLE)
    spans = []
    for index, item in enumerate(value):
        if not isinstance(item, str) or item == CLOSED:
            raise CalendarError((*path, index), f"'{item}' is not a span of hours.", _EXAMPLE)
        spans.append(_read_span(item, (*path, index)))
    spans.sort()
    _refuse_overlap(spans, path)
    return tuple(spans)


def _read_span(text: str, path: Path) -> Span:
    shape = _SHAPE.fullmatch(text.strip())
    if shape is None:
        raise CalendarError(path, f"'{text}' is not a span of hours.", _EXAMPLE)
    start = _minutes(shape[1], shape[2], path)
    end = _minutes(shape[3], shape[4], path)
    if start == MIDNIGHT:
        raise CalendarError(path, "A span cannot begin at 24:00.", "Begin it at 00:00 of the next day.")
    if start == end:
        raise CalendarError(path, f"The span '{text}' is empty.", 'Write closed, or "00:00-24:00" for the whole day.')
    return Span(start, end if end > start else end + MIDNIGHT)


def _minutes(hours: str, minutes: str, path: Path) -> int:
    total = int(hours) * 60 + int(minutes)
    if int(minutes) > 59 or total > MIDNIGHT:
        raise CalendarError(
            path,
            f"'{hours}:{minutes}' is not a time of day.",
            'Times go from 00:00 to 24:00; a span such as "22:00-06:00" runs into the next day.',
        )
    return total


def _refuse_overlap(spans: list[Span], path: Path) -> None:
    for one, other in pairwise(spans):
        if other.start < one.end:
            joined = Span(one.start, max(one.end, other.end))
            raise CalendarError(path, f"'{one}' and '{other}' overlap.", f'Join them to "{joined}", or part them.')
