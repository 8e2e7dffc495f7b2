"""What a policy may write, and what it hears when it writes something else."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from upheld.hours import (
    CALENDAR_KEYS,
    HOLIDAY_KEYS,
    CalendarError,
    calendars_schema,
    check_calendars,
    compile_calendars,
)

NINE_TO_FIVE = {"mon-fri": "09:00-17:00"}


def office(**changed: Any) -> dict[str, Any]:
    return {"zone": "Europe/Berlin", "weekly": NINE_TO_FIVE} | changed


@pytest.mark.parametrize(
    ("weekly", "spans"),
    [
        ({"mon-fri": "09:00-17:00", "sat": "closed"}, "09:00-17:00|" * 5 + "|"),
        (
            {"mon,wed": "9:00-17:00", "tue": ["08:00-12:00", "13:00 - 17:00"]},
            "09:00-17:00|08:00-12:00 13:00-17:00|09:00-17:00||||",
        ),
        ({"fri-mon": "22:00-06:00"}, "22:00-06:00||||22:00-06:00|22:00-06:00|22:00-06:00"),
        ({"mon-tue, sun": "00:00-24:00"}, "00:00-24:00|00:00-24:00|||||00:00-24:00"),
        ({"mon": "22:00-00:00"}, "22:00-24:00||||||"),
        ({"mon": ["13:00-17:00", "08:00-12:00", "12:00-13:00"]}, "08:00-12:00 12:00-13:00 13:00-17:00||||||"),
    ],
)
def test_weeks(weekly: dict[str, Any], spans: str) -> None:
    form = compile_calendars({"desk": office(weekly=weekly)})["desk"].form
    assert "|".join(" ".join(map(str, day)) for day in form.week) == spans


def test_dates_may_be_text_or_dates() -> None:
    form = compile_calendars({"desk": office(dates={"2026-12-24": "closed", date(2026, 12, 31): ["08:00-12:00"]})})[
        "desk"
    ].form
    assert {str(day): list(map(str, spans)) for day, spans in form.dates.items()} == {
        "2026-12-24": [],
        "2026-12-31": ["08:00-12:00"],
    }


def test_always_open_may_name_a_zone_for_people() -> None:
    calendars = compile_calendars({"always": {"open": "always"}, "here": {"open": "always", "zone": "Asia/Tokyo"}})
    assert [(one.name, one.zone, one.is_always) for one in calendars.values()] == [
        ("always", None, True),
        ("here", "Asia/Tokyo", True),
    ]


WRONG: list[tuple[Any, tuple[str | int, ...], str, str]] = [
    ([], (), "not a mapping", "Give each one a name"),
    ({"desk": "always"}, ("desk",), "is a mapping", "{open: always}"),
    ({"desk": {"open": "allways"}}, ("desk", "open"), "'allways' is not known", "open: always"),
    ({"desk": office(open="always")}, ("desk", "weekly"), "always open has no 'weekly'", "Take out"),
    ({"desk": {"weekly": NINE_TO_FIVE}}, ("desk",), "zone is missing", "America/New_York"),
    ({"desk": office(zone="America/NewYork")}, ("desk", "zone"), "'America/NewYork' is not", "'America/New_York'"),
    ({"desk": office(zone="Berlin")}, ("desk", "zone"), "'Berlin' is not", "'Europe/Berlin'"),
    ({"desk": office(zone="new york")}, ("desk", "zone"), "'new york' is not", "'America/New_York'"),
    ({"desk": office(zone="right/Europe/Berlin")}, ("desk", "zone"), "is not a time zone", "'Europe/Berlin'"),
    ({"desk": office(zone="../etc/passwd")}, ("desk", "zone"), "is not a time zone", "Europe/Berlin"),
    ({"desk": office(zone="America")}, ("desk", "zone"), "is not a time zone", ""),
    ({"desk": office(zone=5)}, ("desk", "zone"), "zone is missing", ""),
    ({"desk": {"zone": "Asia/Tokyo"}}, ("desk",), "has no week", "weekly:"),
    ({"desk": office(weekly={})}, ("desk", "weekly"), "has no days", "mon-sun: closed"),
    ({"desk": office(weekley={})}, ("desk", "weekley"), "'weekley' is not known", "'weekly'"),
    (
        {"desk": office(colour="red")},
        ("desk", "colour"),
        "'colour' is not known",
        "open, zone, weekly, holidays and dates",
    ),
    ({"desk": office(weekly={"monday": "09:00-17:00"})}, ("desk", "weekly", "monday"), "not a day", "'mon'"),
    ({"desk": office(weekly={"Mon-Fri": "09:00-17:00"})}, ("desk", "weekly", "Mon-Fri"), "'Mon'", "'mon'"),
    ({"desk": office(weekly={"mon-fri-sat": "09:00-17:00"})}, ("desk", "weekly", "mon-fri-sat"), "not a day", "fri"),
    ({"desk": office(weekly={"": "09:00-17:00"})}, ("desk", "weekly", ""), "not a day", "The days are"),
    (
        {"desk": office(weekly=NINE_TO_FIVE | {"wed": "closed"})},
        ("desk", "weekly", "wed"),
        "from 'mon-fri' already",
        "once",
    ),
    (
        {"desk": office(weekly={"mon": "25:00-26:00"})},
        ("desk", "weekly", "mon"),
        "'25:00' is not a time",
        "00:00 to 24:00",
    ),
    ({"desk": office(weekly={"mon": "09:60-10:00"})}, ("desk", "weekly", "mon"), "'09:60' is not a time", ""),
    ({"desk": office(weekly={"mon": "08:00-24:30"})}, ("desk", "weekly", "mon"), "'24:30' is not a time", ""),
    ({"desk": office(weekly={"mon": "24:00-06:00"})}, ("desk", "weekly", "mon"), "cannot begin at 24:00", "00:00"),
    ({"desk": office(weekly={"mon": "09:00-09:00"})}, ("desk", "weekly", "mon"), "is empty", '"00:00-24:00"'),
    ({"desk": office(weekly={"mon": "9-17"})}, ("desk", "weekly", "mon"), "'9-17' is not a span", '"08:00-20:00"'),
    ({"desk": office(weekly={"mon": "9am to 5pm"})}, ("desk", "weekly", "mon"), "not a span", ""),
    ({"desk": office(weekly={"mon": "08:00–20:00"})}, ("desk", "weekly", "mon"), "not a span", '"08:00-20:00"'),
    ({"desk": office(weekly={"mon": []})}, ("desk", "weekly", "mon"), "No hours", "closed"),
    ({"desk": office(weekly={"mon": None})}, ("desk", "weekly", "mon"), "No hours", "closed"),
    ({"desk": office(weekly={"mon": 540})}, ("desk", "weekly", "mon"), "'540' is not a span", ""),
    ({"desk": office(weekly={"mon": ["09:00-12:00", "closed"]})}, ("desk", "weekly", "mon", 1), "'closed' is not", ""),
    (
        {"desk": office(weekly={"mon": ["13:00-17:00", "09:00-14:00"]})},
        ("desk", "weekly", "mon"),
        "'09:00-14:00' and '13:00-17:00' overlap",
        '"09:00-17:00"',
    ),
    (
        {"desk": office(weekly={"mon": ["17:00-13:00", "18:00-19:00"]})},
        ("desk", "weekly", "mon"),
        "'17:00-13:00' and '18:00-19:00' overlap",
        '"17:00-13:00"',
    ),
    ({"desk": office(dates=["2026-12-24"])}, ("desk", "dates"), "not a mapping", ""),
    ({"desk": office(dates={"24.12.2026": "closed"})}, ("desk", "dates", "24.12.2026"), "is not a date", "2026-12-24"),
    ({"desk": office(dates={"2026-02-29": "closed"})}, ("desk", "dates", "2026-02-29"), "is not a date", "exists"),
    (
        {"desk": office(dates={datetime(2026, 1, 1, tzinfo=UTC): "closed"})},
        ("desk", "dates", "2026-01-01 00:00:00+00:00"),
        "not a date",
        "",
    ),
    ({"desk": office(dates={"1026-12-24": "closed"})}, ("desk", "dates", "1026-12-24"), "out of reach", "1900 to 2200"),
    ({"desk": office(dates={"2026-12-24": "never"})}, ("desk", "dates", "2026-12-24"), "'never' is not", "closed"),
    (
        {"desk": office(dates={"2026-12-24": "closed", date(2026, 12, 24): "closed"})},
        ("desk", "dates", "2026-12-24"),
        "given twice",
        "once",
    ),
    ({"desk": office(holidays={"country": "US"})}, ("desk", "holidays"), "not a list", "- {country"),
    ({"desk": office(holidays=["US"])}, ("desk", "holidays", 0), "is a mapping", "{country: US"),
    ({"desk": office(holidays=[{"hours": "closed"}])}, ("desk", "holidays", 0), "country is missing", "{country: US"),
    ({"desk": office(holidays=[{"country": "us"}])}, ("desk", "holidays", 0, "country"), "'us'", "'US'"),
    ({"desk": office(holidays=[{"country": "Germany"}])}, ("desk", "holidays", 0, "country"), "'Germany'", "ISO 3166"),
    ({"desk": office(holidays=[{"country": False}])}, ("desk", "holidays", 0, "country"), "the word no", '"NO"'),
    (
        {"desk": office(holidays=[{"country": "DE", "region": "Bavaria"}])},
        ("desk", "holidays", 0, "region"),
        "'Bavaria' is not a region of DE",
        "",
    ),
    (
        {"desk": office(holidays=[{"country": "US", "hour": "closed"}])},
        ("desk", "holidays", 0, "hour"),
        "'hour' is not known",
        "'hours'",
    ),
    (
        {"desk": office(holidays=[{"country": "US", "hours": "10:00"}])},
        ("desk", "holidays", 0, "hours"),
        "'10:00' is not a span",
        "",
    ),
    (
        {"desk": office(holidays=[{"country": "US", "only": ["Labour Day"]}])},
        ("desk", "holidays", 0, "only", 0),
        "'Labour Day' is not a holiday of US",
        "'Labor Day'",
    ),
    ({"desk": office(holidays=[{"country": "US", "only": []}])}, ("desk", "holidays", 0, "only"), "no names", "list"),
    (
        {"desk": office(holidays=[{"country": "US", "observed": "maybe"}])},
        ("desk", "holidays", 0, "observed"),
        "neither true nor false",
        "",
    ),
    (
        {
            "desk": office(
                holidays=[{"country": "US"}, {"country": "US", "only": ["Labor Day"], "hours": "10:00-14:00"}]
            )
        },
        ("desk", "holidays", 1),
        "never counts: entry 1",
        "narrower entry first",
    ),
]


@pytest.mark.parametrize(("raw", "path", "problem", "remedy"), WRONG, ids=lambda value: str(value)[:40])
def test_wrong_calendars_are_refused_with_place_and_remedy(
    raw: Any, path: tuple[str | int, ...], problem: str, remedy: str
) -> None:
    with pytest.raises(CalendarError) as caught:
        compile_calendars(raw)
    assert caught.value.path == path
    assert problem in caught.value.problem
    assert remedy in caught.value.remedy
    assert caught.value.problem.endswith((".", "?"))
    assert caught.value.remedy.endswith((".", "?"))
    assert str(caught.value).startswith(".".join(["calendars", *map(str, path)]))


def test_everything_wrong_is_reported_at_once() -> None:
    raw = {
        "one": office(zone="Europe/Berlinn", weekly={"mon": "25:00-26:00", "tuesday": "09:00-10:00"}),
        "fine": office(),
        "two": office(holidays=[{"country": "XX"}, {"country": "US", "hours": []}], dates={"x": "closed"}),
    }
    assert [error.path for error in check_calendars(raw)] == [
        ("one", "zone"),
        ("one", "weekly", "mon"),
        ("one", "weekly", "tuesday"),
        ("two", "holidays", 0, "country"),
        ("two", "holidays", 1, "hours"),
        ("two", "dates", "x"),
    ]
    with pytest.raises(CalendarError) as caught:
        compile_calendars(raw)
    assert len(caught.value.others) == 5
    assert check_calendars({"fine": office()}) == []


def test_the_schema_says_every_key() -> None:
    schema = calendars_schema()["additionalProperties"]
    assert schema["properties"].keys() == CALENDAR_KEYS.keys()
    assert schema["properties"]["holidays"]["items"]["properties"].keys() == HOLIDAY_KEYS.keys()
    assert schema["additionalProperties"] is False
