"""Instants as people say them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from upheld.web import times

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)  # a Wednesday


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "1 m"),
        (59, "1 m"),
        (119, "1 m"),
        (120, "2 m"),
        (3599, "59 m"),
        (3600, "1 h"),
        (5400, "1 h 30 m"),
        (35999, "9 h 59 m"),
        (36000, "10 h"),
        (39599, "10 h"),
        (172799, "47 h"),
        (172800, "2 d"),
        (864000, "10 d"),
    ],
)
def test_spans_say_what_matters(seconds: int, said: str) -> None:
    assert times.span(seconds) == said


@pytest.mark.parametrize(
    ("moment", "form", "said"),
    [
        (NOW, "short", "12:00"),
        (NOW - timedelta(days=1), "short", "yesterday 12:00"),
        (NOW + timedelta(days=1), "short", "tomorrow 12:00"),
        (NOW - timedelta(days=3), "short", "Sun 12:00"),
        (NOW - timedelta(days=20), "short", "12 Feb 12:00"),
        (NOW - timedelta(days=400), "short", "28 Jan 2025"),
        (NOW, "full", "today 12:00"),
        (NOW, "day", "today"),
        (NOW, "clock", "12:00"),
        (NOW - timedelta(days=400), "day", "28 Jan 2025"),
        (NOW, "zoned", "Wed 4 Mar, 12:00 UTC"),
    ],
)
def test_a_moment_is_said_by_how_near_it_is(moment: datetime, form: str, said: str) -> None:
    assert times.said(moment, NOW, form) == said


def test_zones_without_a_name_say_their_offset() -> None:
    assert times.zone_name(NOW.astimezone(ZoneInfo("America/Sao_Paulo"))) == "UTC-03"
    assert times.zone_name(NOW.astimezone(ZoneInfo("America/New_York"))) == "EST"


@pytest.mark.parametrize(
    ("seconds", "said"), [(5, "just now"), (300, "5 m ago"), (-300, "in 5 m"), (90000, "25 h ago")]
)
def test_ago(seconds: int, said: str) -> None:
    assert times.ago(NOW - timedelta(seconds=seconds), NOW) == said
