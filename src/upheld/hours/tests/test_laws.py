"""Laws that hold for any calendar, any instant of 1970-2100, to the microsecond."""

from datetime import date
from typing import Any

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from upheld.hours import Calendar, NeverOpen, compile_calendars
from upheld.hours.tests.shapes import desks
from upheld.kernel.durations import DAY
from upheld.kernel.instants import parse_instant

ZONES = (
    "America/New_York",
    "Europe/London",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "Asia/Kathmandu",
    "Pacific/Apia",
)
FIRST, LAST = parse_instant("1970-01-01T00:00:00Z"), parse_instant("2100-01-01T00:00:00Z")

instants = st.integers(FIRST, LAST)
durations = st.integers(0, 400 * DAY)


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    raw: dict[str, Any] = draw(desks(draw(st.sampled_from(ZONES)), [date(2026, 7, 3), date(2050, 1, 1)])).raw()
    if draw(st.booleans()):
        raw["holidays"] = [{"country": "US", "hours": draw(st.sampled_from(["closed", "10:00-14:00"]))}]
    return compile_calendars({"desk": raw})["desk"]


def added(calendar: Calendar, start: int, open_us: int) -> int:
    try:
        return calendar.add(start, open_us)
    except NeverOpen:
        assume(False)
        raise


@settings(max_examples=150, deadline=None)
@given(calendars(), instants, durations)
def test_what_was_added_is_measured(calendar: Calendar, start: int, open_us: int) -> None:
    end = added(calendar, start, open_us)
    assert end >= start
    assert calendar.between(start, end) == open_us
    if open_us:
        assert calendar.between(start, end - 1) == open_us - 1


@settings(max_examples=150, deadline=None)
@given(calendars(), instants, durations)
def test_what_was_measured_is_added_without_the_closed_end(calendar: Calendar, start: int, length: int) -> None:
    open_us = calendar.between(start, start + length)
    assert 0 <= open_us <= length
    end = calendar.add(start, open_us)
    assert end <= start + length
    assert calendar.between(end, start + length) == 0


@settings(max_examples=100, deadline=None)
@given(calendars(), instants, durations, durations)
def test_measures_add_up_and_additions_follow_each_other(calendar: Calendar, start: int, one: int, other: int) -> None:
    middle, end = start + one, start + one + other
    assert calendar.between(start, middle) + calendar.between(middle, end) == calendar.between(start, end)
    assert added(calendar, added(calendar, start, one), other) == added(calendar, start, one + other)


@settings(max_examples=100, deadline=None)
@given(calendars(), instants, st.integers(0, 30 * DAY), durations, durations)
def test_later_starts_and_longer_times_never_end_earlier(
    calendar: Calendar, start: int, later: int, one: int, other: int
) -> None:
    assert added(calendar, start, one) <= added(calendar, start + later, one)
    assert added(calendar, start, min(one, other)) <= added(calendar, start, max(one, other))


@settings(max_examples=50, deadline=None)
@given(calendars(), st.lists(st.tuples(instants, durations), min_size=1, max_size=20))
def test_arrays_give_what_single_calls_give(calendar: Calendar, questions: list[tuple[int, int]]) -> None:
    expected = [added(calendar, start, open_us) for start, open_us in questions]
    starts, durations = np.array(questions).T
    fresh = Calendar(calendar.form)
    assert fresh.add_many(starts, durations).tolist() == expected
    assert fresh.between_many(starts, starts + durations).tolist() == [
        calendar.between(start, start + length) for start, length in questions
    ]


@settings(max_examples=100, deadline=None)
@given(calendars(), instants, st.integers(0, 40 * DAY))
def test_stretches_are_disjoint_open_and_add_up(calendar: Calendar, start: int, length: int) -> None:
    stretches = calendar.stretches(start, start + length)
    assert sum(end - begin for begin, end, _ in stretches) == calendar.between(start, start + length)
    reached = start
    for begin, end, _ in stretches:
        assert reached <= begin < end <= start + length
        assert calendar.is_open(begin)
        assert calendar.is_open(end - 1)
        assert calendar.between(reached, begin) == 0
        reached = end


@settings(max_examples=100, deadline=None)
@given(calendars(), instants)
def test_openings_and_closings_are_edges(calendar: Calendar, at: int) -> None:
    opening, closing = calendar.next_opening(at), calendar.next_closing(at)
    assert (opening == at) is calendar.is_open(at)
    assert (closing == at) is not calendar.is_open(at)
    if opening is not None:
        assert calendar.is_open(opening)
        assert calendar.between(at, opening) == 0
    if closing is not None:
        assert not calendar.is_open(closing)
        assert calendar.between(at, closing) == closing - at


@settings(max_examples=60, deadline=None)
@given(calendars(), st.lists(st.tuples(instants, durations), min_size=2, max_size=6))
def test_the_order_of_questions_does_not_matter(calendar: Calendar, questions: list[tuple[int, int]]) -> None:
    fresh = [Calendar(calendar.form).between(start, start + length) for start, length in questions]
    assert [calendar.between(start, start + length) for start, length in reversed(questions)] == fresh[::-1]
