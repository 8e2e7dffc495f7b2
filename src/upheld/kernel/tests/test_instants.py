from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from upheld.kernel.instants import from_us, iso, parse_instant, to_us


def test_the_repeated_hour_is_two_hours() -> None:
    first = datetime(2026, 11, 1, 1, 30, tzinfo=ZoneInfo("America/New_York"))
    second = first.replace(fold=1)
    assert to_us(second) - to_us(first) == 3_600_000_000


def test_a_datetime_without_zone_names_no_instant() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        to_us(datetime(2026, 3, 2, 14))  # noqa: DTZ001


@given(st.datetimes(timezones=st.just(UTC)))
def test_there_and_back(moment: datetime) -> None:
    assert from_us(to_us(moment)) == moment
    assert parse_instant(iso(to_us(moment))) == to_us(moment)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("2026-03-02T14:00:00Z", "2026-03-02T14:00:00Z"),
        (" 2026-03-02T14:00:00+01:00 ", "2026-03-02T13:00:00Z"),
        ("2026-03-02 14:00-05:30", "2026-03-02T19:30:00Z"),
        ("2026-03-02T14:00:00.25Z", "2026-03-02T14:00:00.250000Z"),
    ],
)
def test_iso_in_and_out(text: str, written: str) -> None:
    assert iso(parse_instant(text)) == written


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tomorrow",
        "2026-03-02",
        "2026-03-02T14:00:00",
        "2026-02-30T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
    ],
)
def test_what_is_no_instant_is_refused_kindly(text: str) -> None:
    with pytest.raises(ValueError, match="“"):
        parse_instant(text)


def test_instants_outside_the_calendar_are_refused() -> None:
    with pytest.raises(ValueError, match="1 to 9999"):
        from_us(10**18)
    assert to_us(datetime(1969, 12, 31, 23, tzinfo=timezone(timedelta(hours=-1)))) == 0
