"""Which days are holidays, and which rule counts."""

from datetime import date
from typing import Any

import pytest

from upheld.hours import Calendar, compile_calendars
from upheld.kernel.durations import HOUR
from upheld.kernel.instants import parse_instant


def desk(*rules: dict[str, Any], zone: str = "America/New_York") -> Calendar:
    raw = {"zone": zone, "weekly": {"mon-sun": "08:00-20:00"}, "holidays": list(rules)}
    return compile_calendars({"desk": raw})["desk"]


def changed(calendar: Calendar, year: int) -> dict[str, str]:
    closures = calendar.closures(parse_instant(f"{year}-01-01T12:00:00Z"), parse_instant(f"{year}-12-31T12:00:00Z"))
    return {f"{closure.date:%m-%d}": f"{closure.reason}: {closure.hours}" for closure in closures}


def test_every_holiday_of_the_country_with_its_substitute() -> None:
    days = changed(desk({"country": "US"}), 2026)
    assert days["07-03"] == "holiday: Independence Day (observed): closed"
    assert days["07-04"] == "holiday: Independence Day: closed"
    assert days["09-07"] == "holiday: Labor Day: closed"
    assert "07-03" not in changed(desk({"country": "US", "observed": "false"}), 2026)


def test_a_region_adds_its_own() -> None:
    assert "01-06" not in changed(desk({"country": "DE"}, zone="Europe/Berlin"), 2026)
    assert "Epiphany" in changed(desk({"country": "DE", "region": "BY"}, zone="Europe/Berlin"), 2026)["01-06"]


@pytest.mark.parametrize("name", ["Christmas Day", "christmas day", "Erster Weihnachtstag"])
def test_holidays_may_be_named_in_english_or_natively(name: str) -> None:
    rule = {"country": "DE", "only": [name], "hours": "10:00-14:00"}
    assert changed(desk(rule, zone="Europe/Berlin"), 2026) == {"12-25": "holiday: Christmas Day: 10:00-14:00"}


def test_a_name_covers_the_substitute_as_well() -> None:
    assert changed(desk({"country": "US", "only": "Independence Day"}), 2026).keys() == {"07-03", "07-04"}


def test_the_first_rule_that_fits_counts() -> None:
    narrow = {"country": "US", "only": ["Labor Day"], "hours": ["09:00-10:00", "14:00-15:00"]}
    days = changed(desk(narrow, {"country": "US", "except": ["Columbus Day"], "hours": "10:00-14:00"}), 2026)
    assert days["09-07"] == "holiday: Labor Day: 09:00-10:00, 14:00-15:00"
    assert days["12-25"] == "holiday: Christmas Day: 10:00-14:00"
    assert "10-12" not in days
    both = changed(desk({"country": "US"}, {"country": "CA", "hours": "10:00-14:00"}), 2026)
    assert both["12-25"] == "holiday: Christmas Day: closed"
    assert both["07-01"] == "holiday: Canada Day: 10:00-14:00"


def test_single_dates_win_over_holidays() -> None:
    raw = {
        "zone": "America/New_York",
        "weekly": {"mon-fri": "08:00-20:00"},
        "holidays": [{"country": "US"}],
        "dates": {"2026-12-25": "09:00-11:00", "2026-07-04": "08:00-09:00", date(2026, 12, 26): "closed"},
    }
    calendar = compile_calendars({"desk": raw})["desk"]
    assert calendar.between(parse_instant("2026-12-25T00:00:00Z"), parse_instant("2026-12-27T00:00:00Z")) == 3 * HOUR
    days = changed(calendar, 2026)
    assert days["12-25"] == "date: 09:00-11:00"
    assert days["07-04"] == "date: 08:00-09:00"
    assert "12-26" not in days, "a Saturday is closed as usual"


def test_names_do_not_follow_the_language_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGUAGE", "th")
    assert changed(desk({"country": "US"}), 2031)["12-25"] == "holiday: Christmas Day: closed"


def test_years_without_known_holidays_are_ordinary() -> None:
    assert changed(desk({"country": "KR"}, zone="Asia/Seoul"), 2150) == {}
