"""Open time by hand-worked cases."""

from typing import Any

import pytest

from upheld.hours import BeyondCalendar, Calendar, NeverOpen, compile_calendars
from upheld.kernel.durations import DAY, HOUR, MINUTE, SECOND, parse_duration
from upheld.kernel.instants import iso, parse_instant

CALENDARS: dict[str, dict[str, Any]] = {
    "always": {"open": "always"},
    "office": {
        "zone": "America/New_York",
        "weekly": {"mon-fri": "08:00-20:00", "sat": "08:00-18:00"},
        "holidays": [{"country": "US", "hours": "closed"}],
        "dates": {"2026-12-24": "08:00-12:00", "2026-12-28": "closed"},
    },
    "split": {"zone": "Europe/Berlin", "weekly": {"mon-fri": ["13:00-17:00", "08:00-12:00"]}},
    "night": {
        "zone": "America/New_York",
        "weekly": {"mon-fri": "22:00-06:00"},
        "holidays": [{"country": "US"}],
        "dates": {"2026-03-10": "22:00-24:00"},
    },
    "small hours": {"zone": "America/New_York", "weekly": {"sun": "01:00-04:00"}},
    "whole days": {"zone": "Europe/Berlin", "weekly": {"mon-sun": "00:00-24:00"}},
    "island": {"zone": "Australia/Lord_Howe", "weekly": {"sun": "01:00-03:00"}},
    "samoa": {"zone": "Pacific/Apia", "weekly": {"mon-sun": ["08:00-10:00", "22:00-02:00"]}},
    "leap": {"zone": "Asia/Kolkata", "weekly": {"mon-sun": "closed"}, "dates": {"2028-02-29": "09:00-10:00"}},
    "august off": {
        "zone": "Europe/Berlin",
        "weekly": {"mon-fri": "09:00-17:00"},
        "dates": {f"2026-08-{day:02d}": "closed" for day in range(1, 32)},
    },
    "never": {"zone": "Asia/Tokyo", "weekly": {"mon-sun": "closed"}},
}


@pytest.fixture(scope="module")
def calendars() -> dict[str, Calendar]:
    return compile_calendars(CALENDARS)


ADDITIONS = [
    # within a day, over the evening, over the weekend
    ("office", "2026-03-02T14:00:00Z", "4h", "2026-03-02T18:00:00Z"),
    ("office", "2026-03-02T23:00:00Z", "4h", "2026-03-03T15:00:00Z"),
    ("office", "2026-03-07T22:00:00Z", "4h", "2026-03-09T15:00:00Z"),
    # before opening and after closing count from the opening
    ("office", "2026-03-02T03:00:00Z", "1h", "2026-03-02T14:00:00Z"),
    ("office", "2026-03-03T02:00:00Z", "1h", "2026-03-03T14:00:00Z"),
    # a day's last minute ends at closing, the next second on the next day
    ("office", "2026-03-02T13:00:00Z", "12h", "2026-03-03T01:00:00Z"),
    ("office", "2026-03-02T13:00:00Z", "12h1s", "2026-03-03T13:00:01Z"),
    # nothing to add: the start itself, open or not
    ("office", "2026-03-01T00:00:00Z", "0s", "2026-03-01T00:00:00Z"),
    # Independence Day 2026 is a Saturday and observed on Friday
    ("office", "2026-07-02T23:00:00Z", "1h", "2026-07-03T00:00:00Z"),
    ("office", "2026-07-02T23:00:00Z", "2h", "2026-07-06T13:00:00Z"),
    # short on the 24th, Christmas, Saturday, a Sunday, and a Monday closed by date
    ("office", "2026-12-24T16:00:00Z", "12h", "2026-12-29T14:00:00Z"),
    # two spans a day
    ("split", "2026-03-02T10:00:00Z", "2h", "2026-03-02T13:00:00Z"),
    ("split", "2026-03-02T11:30:00Z", "1m", "2026-03-02T12:01:00Z"),
    # nights: Friday's runs into Saturday, Saturday has none
    ("night", "2026-03-07T10:00:00Z", "1h", "2026-03-07T11:00:00Z"),
    ("night", "2026-03-07T10:00:00Z", "1h1m", "2026-03-10T02:01:00Z"),
    # Labor Day (Monday) closes its night; the night before it belongs to Sunday, which has none
    ("night", "2026-09-05T09:00:00Z", "2h", "2026-09-09T03:00:00Z"),
    # Thanksgiving (Thursday): Wednesday's night runs into it, its own is closed
    ("night", "2026-11-26T10:00:00Z", "1h", "2026-11-26T11:00:00Z"),
    ("night", "2026-11-26T10:00:00Z", "2h", "2026-11-28T04:00:00Z"),
    # a date that ends at midnight
    ("night", "2026-03-11T03:00:00Z", "2h", "2026-03-12T03:00:00Z"),
    # the clock skips 02:00-03:00 on 8 March and repeats 01:00-02:00 on 1 November
    ("small hours", "2026-03-08T06:00:00Z", "2h", "2026-03-08T08:00:00Z"),
    ("small hours", "2026-03-08T06:00:00Z", "2h1s", "2026-03-15T05:00:01Z"),
    ("small hours", "2026-11-01T05:00:00Z", "4h", "2026-11-01T09:00:00Z"),
    ("small hours", "2026-11-01T05:30:00Z", "1h", "2026-11-01T06:30:00Z"),
    # Lord Howe shifts by 30 minutes: 02:00 to 02:30 in October, 02:00 to 01:30 in April
    ("island", "2026-10-03T14:30:00Z", "1h30m", "2026-10-03T16:00:00Z"),
    ("island", "2026-10-03T14:30:00Z", "1h31m", "2026-10-10T14:01:00Z"),
    ("island", "2026-04-04T14:00:00Z", "2h30m", "2026-04-04T16:30:00Z"),
    # Samoa had no 30 December 2011: after 24:00 on the 29th the clock shows the small hours of the 31st,
    # which lie in the span of the 30th
    ("samoa", "2011-12-30T08:00:00Z", "2h", "2011-12-30T10:00:00Z"),
    ("samoa", "2011-12-30T08:00:00Z", "4h1m", "2011-12-30T18:01:00Z"),
    # a leap day, found years ahead
    ("leap", "2026-01-01T00:00:00Z", "1h", "2028-02-29T04:30:00Z"),
    # closed for a month
    ("august off", "2026-07-31T14:00:00Z", "2h", "2026-09-01T08:00:00Z"),
    ("whole days", "2026-03-28T00:00:00Z", "2d", "2026-03-30T00:00:00Z"),
    ("always", "2026-03-28T00:00:00Z", "1y", "2027-03-28T00:00:00Z"),
]


@pytest.mark.parametrize(("name", "start", "duration", "end"), ADDITIONS)
def test_adding(calendars: dict[str, Calendar], name: str, start: str, duration: str, end: str) -> None:
    added = calendars[name].add(parse_instant(start), parse_duration(duration))
    assert iso(added) == end
    if added != parse_instant(start):
        assert calendars[name].between(parse_instant(start), added) == parse_duration(duration)


@pytest.mark.parametrize(
    ("name", "start", "end", "open_us"),
    [
        ("office", "2026-03-02T14:00:00Z", "2026-03-02T14:00:00Z", 0),
        ("office", "2026-03-02T12:00:00Z", "2026-03-09T12:00:00Z", 70 * HOUR),
        ("office", "2026-12-24T00:00:00Z", "2026-12-29T12:00:00Z", 15 * HOUR),
        ("split", "2026-03-02T00:00:00Z", "2026-03-03T00:00:00Z", 8 * HOUR),
        ("night", "2026-03-09T00:00:00Z", "2026-03-16T00:00:00Z", 34 * HOUR),
        ("small hours", "2026-03-08T00:00:00Z", "2026-03-09T00:00:00Z", 2 * HOUR),
        ("small hours", "2026-11-01T00:00:00Z", "2026-11-02T00:00:00Z", 4 * HOUR),
        ("island", "2026-10-03T00:00:00Z", "2026-10-05T00:00:00Z", 90 * MINUTE),
        ("island", "2026-04-04T00:00:00Z", "2026-04-06T00:00:00Z", 150 * MINUTE),
        ("samoa", "2011-12-29T10:00:00Z", "2011-12-31T10:00:00Z", 12 * HOUR),
        ("leap", "2020-01-01T00:00:00Z", "2040-01-01T00:00:00Z", HOUR),
        ("august off", "2026-08-01T00:00:00Z", "2026-09-01T00:00:00Z", 0),
        ("whole days", "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z", 365 * DAY),
        ("always", "1800-01-01T00:00:00Z", "1800-01-02T00:00:00Z", DAY),
        ("never", "1970-01-01T00:00:00Z", "2100-01-01T00:00:00Z", 0),
    ],
)
def test_measuring(calendars: dict[str, Calendar], name: str, start: str, end: str, open_us: int) -> None:
    assert calendars[name].between(parse_instant(start), parse_instant(end)) == open_us


@pytest.mark.parametrize(
    ("name", "at", "opening", "closing"),
    [
        ("office", "2026-03-02T12:59:59Z", "2026-03-02T13:00:00Z", "2026-03-02T12:59:59Z"),
        ("office", "2026-03-02T13:00:00Z", "2026-03-02T13:00:00Z", "2026-03-03T01:00:00Z"),
        ("office", "2026-03-03T01:00:00Z", "2026-03-03T13:00:00Z", "2026-03-03T01:00:00Z"),
        ("night", "2027-01-01T03:00:00Z", "2027-01-01T03:00:00Z", "2027-01-01T11:00:00Z"),
        ("whole days", "2026-12-31T23:00:00Z", "2026-12-31T23:00:00Z", None),
        ("always", "2026-12-31T23:00:00Z", "2026-12-31T23:00:00Z", None),
        ("never", "2026-12-31T23:00:00Z", None, "2026-12-31T23:00:00Z"),
        ("leap", "2028-03-01T00:00:00Z", None, "2028-03-01T00:00:00Z"),
    ],
)
def test_opening_and_closing(
    calendars: dict[str, Calendar], name: str, at: str, opening: str | None, closing: str | None
) -> None:
    calendar, us = calendars[name], parse_instant(at)
    assert calendar.is_open(us) is (opening == at)
    assert calendar.next_opening(us) == (opening and parse_instant(opening))
    assert calendar.next_closing(us) == (closing and parse_instant(closing))


def test_a_calendar_that_never_opens_says_so(calendars: dict[str, Calendar]) -> None:
    with pytest.raises(NeverOpen, match="never has 1 h of open time after 2026-01-01T00:00:00Z"):
        calendars["never"].add(parse_instant("2026-01-01T00:00:00Z"), HOUR)
    with pytest.raises(NeverOpen):
        calendars["leap"].add(parse_instant("2026-01-01T00:00:00Z"), HOUR + 1)
    with pytest.raises(NeverOpen):
        calendars["always"].add(parse_instant("9990-01-01T00:00:00Z"), 10_000 * DAY)
    with pytest.raises(NeverOpen):
        calendars["office"].add(parse_instant("2026-01-01T00:00:00Z"), 10**19)


def test_wrong_questions_are_refused(calendars: dict[str, Calendar]) -> None:
    office, always = calendars["office"], calendars["always"]
    with pytest.raises(ValueError, match="not before"):
        office.between(SECOND, 0)
    with pytest.raises(ValueError, match="negative"):
        office.add(0, -1)
    for ask in (
        lambda: office.add(parse_instant("1899-12-31T00:00:00Z"), 1),
        lambda: office.between(0, parse_instant("2201-01-02T00:00:00Z")),
        lambda: office.is_open(10**20),
        lambda: office.stretches(-(10**17), 0),
        lambda: always.add(10**20, 0),
        lambda: always.between(0, 10**20),
    ):
        with pytest.raises(BeyondCalendar, match="outside the years"):
            ask()


def test_years_are_worked_out_when_asked_for_and_agree(calendars: dict[str, Calendar]) -> None:
    later_first, earlier_first = Calendar(calendars["office"].form), Calendar(calendars["office"].form)
    year = [parse_instant(f"{year}-06-01T00:00:00Z") for year in (1972, 2026, 2099)]
    later = later_first.between(year[1], year[2]), later_first.between(year[0], year[1])
    earlier = earlier_first.between(year[0], year[1]), earlier_first.between(year[1], year[2])
    assert later == earlier[::-1]
    assert later_first.between(year[0], year[2]) == sum(later)
