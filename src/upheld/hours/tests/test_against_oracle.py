"""21,000 made-up questions against the second-by-second oracle, and whole years minute by minute."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import holidays
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from upheld.hours import Calendar, compile_calendars
from upheld.hours.tests.oracle import Desk, Window, changes, window
from upheld.hours.tests.shapes import desks

ZONES = (
    "America/New_York",
    "Europe/Berlin",
    "Asia/Tokyo",
    "America/Sao_Paulo",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
)
EXAMPLES, QUESTIONS = 1_000, 21
LENGTH = 36 * 3_600
SECOND = 1_000_000


def _around(second: int) -> int:
    return second - 60_000 - second % 7_919


# every change of 2024-2030; the last ones of São Paulo, whose clock skipped midnight; leap days and New Year
WINDOWS = [
    *((zone, _around(second)) for zone in ZONES for second in changes(zone, 2024, 2030)),
    *(("America/Sao_Paulo", _around(second)) for second in changes("America/Sao_Paulo", 2017, 2019)),
    *(
        (zone, _around(int(moment.timestamp())))
        for zone in ZONES
        for moment in (datetime(2028, 2, 29, 12, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
    ),
]


def test_the_windows_hold_every_change() -> None:
    assert [len(changes(zone, 2024, 2030)) for zone in ZONES] == [14, 14, 0, 0, 0, 14]
    assert EXAMPLES * QUESTIONS >= 20_000


@st.composite
def cases(draw: st.DrawFn) -> tuple[Desk, Window, list[tuple[int, int]]]:
    zone, first = draw(st.sampled_from(WINDOWS))
    about = datetime.fromtimestamp(first, UTC).date()
    desk = draw(desks(zone, [about + timedelta(days=step) for step in range(-1, 4)]))
    tick = st.integers(0, LENGTH)
    pairs = draw(st.lists(st.tuples(tick, tick), min_size=QUESTIONS, max_size=QUESTIONS))
    return desk, window(zone, first, LENGTH), [(min(pair), max(pair)) for pair in pairs]


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(cases())
def test_every_second_around_every_change(case: tuple[Desk, Window, list[tuple[int, int]]]) -> None:
    desk, seconds, pairs = case
    calendar = compile_calendars({"desk": desk.raw()})["desk"]
    count = seconds.open_ticks(desk)
    for start, end in pairs:
        _hold_between(calendar, seconds, count, start, end)
        _hold_add(calendar, seconds, count, start, end)
        _hold_now(calendar, seconds, count, start)
    starts, ends = (np.array([seconds.at(pair[side]) for pair in pairs]) for side in (0, 1))
    measured = calendar.between_many(starts, ends)
    assert measured.tolist() == [int(count[end] - count[start]) * SECOND for start, end in pairs]
    assert calendar.add_many(starts, measured).tolist() == [
        calendar.add(int(start), int(open_us)) for start, open_us in zip(starts, measured, strict=True)
    ]


def _hold_between(calendar: Calendar, ticks: Window, count: Any, start: int, end: int) -> None:
    expected = int(count[end] - count[start]) * ticks.tick * SECOND
    assert calendar.between(ticks.at(start), ticks.at(end)) == expected


def _hold_add(calendar: Calendar, ticks: Window, count: Any, start: int, end: int) -> None:
    wanted = int(count[end] - count[start])
    reached = start if wanted == 0 else int(np.searchsorted(count, count[start] + wanted, "left"))
    assert calendar.add(ticks.at(start), wanted * ticks.tick * SECOND) == ticks.at(reached)


def _hold_now(calendar: Calendar, ticks: Window, count: Any, at: int) -> None:
    if at == ticks.ticks:
        return
    is_open = bool(count[at + 1] > count[at])
    assert calendar.is_open(ticks.at(at)) is is_open
    opening = at if is_open else int(np.searchsorted(count, count[at] + 1, "left")) - 1
    if opening < ticks.ticks:
        assert calendar.next_opening(ticks.at(at)) == ticks.at(opening)


PLACES = [
    ("America/New_York", "US", None),
    ("Europe/Berlin", "DE", "BY"),
    ("Asia/Tokyo", "JP", None),
    ("America/Sao_Paulo", "BR", "SP"),
    ("Asia/Kolkata", "IN", None),
    ("Australia/Lord_Howe", "AU", "NSW"),
]


@pytest.mark.parametrize(("zone", "country", "region"), PLACES)
def test_every_minute_of_a_year_with_holidays(zone: str, country: str, region: str | None) -> None:
    feasts = holidays.country_holidays(country, subdiv=region, years=[2025, 2026, 2027])
    dates: dict[date, tuple[tuple[int, int], ...]] = dict.fromkeys(feasts, ((600, 840),))
    dates[date(2026, 12, 25)] = ((1320, 1560),)
    week = (((0, 420), (480, 1200)), *(((480, 1200),),) * 3, ((480, 720), (1320, 1800)), ((540, 1440),), ())
    desk = Desk(zone, week, dates)
    rules = [{"country": country, "hours": "10:00-14:00"} | ({"region": region} if region else {})]
    raw = desk.raw() | {"holidays": rules, "dates": {"2026-12-25": "22:00-02:00"}}
    calendar = compile_calendars({"desk": raw})["desk"]
    first = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp())
    minutes = window(zone, first, 365 * 1440, 60)
    count = minutes.open_ticks(desk)
    random = np.random.default_rng(7)
    starts, ends = np.sort(random.integers(0, minutes.ticks, (2, 20_000)), axis=0)
    expected = (count[ends] - count[starts]) * 60 * SECOND
    instants = [(first + ticks * 60) * SECOND for ticks in (starts, ends)]
    assert (calendar.between_many(*instants) == expected).all()
    for start, end in zip(starts[:500].tolist(), ends[:500].tolist(), strict=True):
        _hold_between(calendar, minutes, count, start, end)
        _hold_add(calendar, minutes, count, start, end)
        _hold_now(calendar, minutes, count, start)
