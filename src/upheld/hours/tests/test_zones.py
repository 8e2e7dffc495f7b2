"""Steps of the zones' clocks, held against a walk hour by hour."""

from itertools import pairwise

import pytest

from upheld.hours.tests.oracle import changes
from upheld.hours.zones import segments, steps, year_start
from upheld.kernel.durations import SECOND


@pytest.mark.parametrize(
    "zone",
    [
        "America/New_York",
        "Australia/Lord_Howe",
        "Africa/Casablanca",
        "Asia/Gaza",
        "America/Asuncion",
        "America/Noronha",
        "Antarctica/Troll",
        "Asia/Kolkata",
    ],
)
@pytest.mark.parametrize("years", [(1999, 2003), (2024, 2030), (2095, 2099)])
def test_every_step_is_found(zone: str, years: tuple[int, int]) -> None:
    found = steps(zone, year_start(years[0]), year_start(years[1] + 1))
    assert [step.us // SECOND for step in found] == list(changes(zone, *years))
    for earlier, later in pairwise(found):
        assert earlier.after_offset_s == later.before_offset_s


def test_a_step_near_new_year_is_found_once_and_a_skipped_day_is_a_step() -> None:
    # Dhaka left daylight saving at midnight before 2010, Kwajalein skipped 21 August 1993
    assert len(steps("Asia/Dhaka", year_start(2009), year_start(2011))) == 2
    skipped = steps("Pacific/Kwajalein", year_start(1993), year_start(1994))
    assert [step.after_offset_s - step.before_offset_s for step in skipped] == [86_400]


def test_segments_cover_the_time_without_gaps() -> None:
    cut = segments("Europe/Berlin", year_start(2026), year_start(2028))
    assert len(cut) == 5
    assert cut[0].start == year_start(2026)
    assert cut[-1].end == year_start(2028)
    assert all(one.end == other.start for one, other in pairwise(cut))
    assert segments("Europe/Berlin", 5, 5) == []
