"""The numpy forms at their edges; that they equal the single calls is among the laws."""

import numpy as np
import pytest

from upheld.hours import BeyondCalendar, Calendar, NeverOpen, compile_calendars
from upheld.kernel.durations import DAY, HOUR, MINUTE
from upheld.kernel.instants import parse_instant

NOON = parse_instant("2026-03-02T12:00:00Z")


@pytest.fixture
def calendar() -> Calendar:
    weekly = {"mon-fri": "08:00-20:00"}
    return compile_calendars({"office": {"zone": "Asia/Kolkata", "weekly": weekly}})["office"]


def test_shapes_broadcast(calendar: Calendar) -> None:
    grid = calendar.add_many(np.array([[NOON], [NOON + DAY]]), np.array([0, HOUR, 20 * HOUR]))
    assert grid.shape == (2, 3)
    assert grid.dtype == np.int64
    assert grid[1, 2] == calendar.add(NOON + DAY, 20 * HOUR)
    assert calendar.add_many([NOON], HOUR).tolist() == [calendar.add(NOON, HOUR)]
    assert calendar.between_many(NOON, NOON + DAY).shape == ()
    assert calendar.add_many([], []).tolist() == []
    assert calendar.between_many([], []).tolist() == []


def test_nothing_to_add_gives_the_start(calendar: Calendar) -> None:
    starts = np.array([NOON, NOON + 10 * HOUR, NOON + 5 * DAY])
    assert calendar.add_many(starts, 0).tolist() == starts.tolist()


def test_what_is_given_is_left_as_it_was(calendar: Calendar) -> None:
    starts = np.array([NOON, NOON + DAY])
    kept = starts.copy()
    calendar.add_many(starts, HOUR)[0] = 0
    calendar.add_many(starts, 0)[0] = 0
    assert (starts == kept).all()


def test_wrong_questions_are_refused(calendar: Calendar) -> None:
    with pytest.raises(TypeError, match="whole microseconds"):
        calendar.add_many(np.array([1.5]), 1)
    with pytest.raises(ValueError, match="negative"):
        calendar.add_many([NOON], [-1])
    with pytest.raises(ValueError, match="not before"):
        calendar.between_many([NOON], [NOON - 1])
    with pytest.raises(BeyondCalendar):
        calendar.between_many([0], [10**18])
    with pytest.raises(NeverOpen):
        calendar.add_many([NOON, NOON], [HOUR, 4 * 10**18])


def test_long_ways_let_the_table_grow(calendar: Calendar) -> None:
    years = np.arange(1, 60) * 365 * DAY
    expected = [calendar.add(NOON, int(open_us)) for open_us in years]
    assert Calendar(calendar.form).add_many(NOON, years).tolist() == expected


def test_many_short_spans_far_from_each_other() -> None:
    """Entries that crowd into few buckets are found by plain bisection."""
    weekly = {
        "mon": [
            f"{hour:02d}:{minute:02d}-{hour:02d}:{minute + 1:02d}" for hour in (9, 10) for minute in range(0, 58, 2)
        ]
    }
    crowded = compile_calendars({"desk": {"zone": "UTC", "weekly": weekly}})["desk"]
    random = np.random.default_rng(3)
    starts = NOON + random.integers(0, 300 * DAY, 2_000)
    durations = random.integers(0, 500 * MINUTE, 2_000)
    questions = list(zip(starts.tolist(), durations.tolist(), strict=True))
    assert crowded.add_many(starts, durations).tolist() == [crowded.add(*question) for question in questions]
    assert crowded.between_many(starts, starts + durations).tolist() == [
        crowded.between(start, start + length) for start, length in questions
    ]
