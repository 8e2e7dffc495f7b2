"""What an explanation is made of: stretches, closures, steps of the clock, sentences."""

from datetime import date
from typing import Any

import pytest

from upheld.hours import Calendar, Closure, Step, Stretch, compile_calendars
from upheld.kernel.instants import iso, parse_instant


def desk(**changed: Any) -> Calendar:
    raw = {"zone": "America/New_York", "weekly": {"mon-fri": "08:00-20:00", "sat": "08:00-18:00"}} | changed
    return compile_calendars({"desk": raw})["desk"]


ALWAYS = compile_calendars({"always": {"open": "always"}})["always"]


def shown(stretches: list[Stretch]) -> list[str]:
    return [f"{iso(start)[5:16]} {iso(end)[5:16]} {reason}" for start, end, reason in stretches]


def during(start: str, end: str) -> tuple[int, int]:
    return parse_instant(start + ":00Z"), parse_instant(end + ":00Z")


def test_stretches_say_what_opens_them() -> None:
    calendar = desk(holidays=[{"country": "US", "hours": "10:00-14:00"}], dates={"2026-12-24": "08:00-12:00"})
    assert shown(calendar.stretches(*during("2026-12-23T20:00", "2026-12-27T00:00"))) == [
        "12-23T20:00 12-24T01:00 weekly",
        "12-24T13:00 12-24T17:00 date",
        "12-25T15:00 12-25T19:00 holiday: Christmas Day",
        "12-26T13:00 12-26T23:00 weekly",
    ]


def test_stretches_run_on_over_midnight_and_the_repeated_hour() -> None:
    whole = desk(weekly={"mon-sun": "00:00-24:00"})
    assert shown(whole.stretches(*during("2026-10-31T12:00", "2026-11-02T12:00"))) == ["10-31T12:00 11-02T12:00 weekly"]
    twice = desk(weekly={"sun": "01:15-01:45"})
    assert shown(twice.stretches(*during("2026-11-01T00:00", "2026-11-02T00:00"))) == [
        "11-01T05:15 11-01T05:45 weekly",
        "11-01T06:15 11-01T06:45 weekly",
    ]


def test_nights_that_overlap_the_next_morning_count_once() -> None:
    calendar = desk(weekly={"mon": "22:00-08:00", "tue": "06:00-10:00"}, dates={"2026-03-03": "06:00-10:00"})
    assert shown(calendar.stretches(*during("2026-03-02T00:00", "2026-03-04T00:00"))) == [
        "03-03T03:00 03-03T13:00 weekly",
        "03-03T13:00 03-03T15:00 date",
    ]


def test_closures_are_the_days_that_differ_within_the_time() -> None:
    calendar = desk(holidays=[{"country": "US"}], dates={"2026-07-05": "closed", "2026-07-06": "08:00-20:00"})
    assert calendar.closures(*during("2026-07-02T12:00", "2026-07-08T12:00")) == [
        Closure(date(2026, 7, 3), "holiday: Independence Day (observed)", "closed"),
        Closure(date(2026, 7, 4), "holiday: Independence Day", "closed"),
    ]
    assert calendar.closures(*during("2026-07-03T00:00", "2026-07-03T12:00")) == []
    assert calendar.closures(*during("2026-07-03T13:00", "2026-07-03T13:00")) == []


def test_a_closed_night_counts_as_closure_after_midnight() -> None:
    calendar = desk(weekly={"mon-fri": "22:00-06:00"}, dates={"2026-03-03": "closed"})
    assert calendar.closures(*during("2026-03-04T10:00", "2026-03-04T11:00")) == [
        Closure(date(2026, 3, 3), "date", "closed")
    ]
    assert calendar.closures(*during("2026-03-04T11:00", "2026-03-04T12:00")) == []


def test_steps_of_the_clock() -> None:
    assert desk().steps(*during("2026-03-01T00:00", "2026-11-30T00:00")) == [
        Step(parse_instant("2026-03-08T07:00:00Z"), -5 * 3600, -4 * 3600),
        Step(parse_instant("2026-11-01T06:00:00Z"), -4 * 3600, -5 * 3600),
    ]
    assert desk(zone="Asia/Tokyo").steps(*during("2026-01-01T00:00", "2027-01-01T00:00")) == []


def test_what_is_always_open_explains_itself() -> None:
    start, end = during("2026-01-01T00:00", "2026-02-01T00:00")
    assert ALWAYS.stretches(start, end) == [Stretch(start, end, "always")]
    assert ALWAYS.stretches(start, start) == []
    assert ALWAYS.closures(start, end) == []
    assert ALWAYS.steps(start, end) == []
    assert ALWAYS.sentences() == ["Open at all times, every day of the year."]


@pytest.mark.parametrize(
    ("changed", "sentences"),
    [
        (
            {
                "holidays": [
                    {"country": "US", "only": ["Labor Day"], "hours": ["09:00-10:00", "14:00-15:00"]},
                    {"country": "DE", "region": "BY", "except": ["Epiphany"]},
                ],
                "dates": {"2026-12-27": "closed", "2026-12-24": "08:00-12:00"},
            },
            [
                "Monday to Friday 08:00–20:00; Saturday 08:00–18:00 (America/New_York time).",
                "Closed on Sunday.",
                "On Labor Day (US) open 09:00–10:00 and 14:00–15:00.",
                "Closed on public holidays of DE-BY except Epiphany.",
                "Open 08:00–12:00 on 24 December 2026.",
                "Closed on 27 December 2026.",
            ],
        ),
        (
            {"weekly": {"mon,wed": "22:00-06:00", "sat,sun": "00:00-24:00"}},
            [
                "Monday and Wednesday 22:00–06:00 on the next day; Saturday and Sunday all day (America/New_York time).",
                "Closed on Tuesday, Thursday and Friday.",
            ],
        ),
        ({"weekly": {"mon-sun": "closed"}}, ["Closed on every day of the week (America/New_York time)."]),
        ({"weekly": {"mon-sun": "09:00-17:00"}}, ["Every day 09:00–17:00 (America/New_York time)."]),
    ],
)
def test_sentences(changed: dict[str, Any], sentences: list[str]) -> None:
    assert desk(**changed).sentences() == sentences
