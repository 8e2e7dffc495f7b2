"""Calendars held against each other: the week by days that change alike, holidays, single days."""

from __future__ import annotations

from datetime import date

from upheld.hours import Calendar
from upheld.hours.forms import CalendarForm
from upheld.hours.public_holidays import HolidayRule
from upheld.hours.spans import Spans
from upheld.hours.words import days_in_words, holidays_in_words, hours_in_words
from upheld.policy.differences.difference import NOTHING, Spot
from upheld.policy.differences.equality import same
from upheld.policy.differences.parts import tell_items

CLOSED = "closed"


def tell_calendar(spot: Spot, before: Calendar, after: Calendar) -> None:
    """Zone, week, holidays and single days. A difference that none of these tells is told all the same, in its raw form."""
    old, new = before.form, after.form
    found = spot.comparing.count
    if old.is_always != new.is_always:
        words = [" ".join(one.sentences()) for one in (before, after)]
        spot.tell_change(
            "",
            *(
                "around the clock" if one.form.is_always else text
                for one, text in zip((before, after), words, strict=True)
            ),
        )
        return
    if old.zone != new.zone:
        spot.below("zone").tell_change("time zone:", old.zone or NOTHING, new.zone or NOTHING)
    _tell_week(spot, old, new)
    _tell_holidays(spot, old, new)
    _tell_dates(spot, old, new)
    if spot.comparing.count == found:
        spot.tell(f"{spot.about}: changed in a way that has no words", repr(old), repr(new))


def _tell_week(spot: Spot, old: CalendarForm, new: CalendarForm) -> None:
    days: dict[tuple[str, str], list[int]] = {}
    for day, (before, after) in enumerate(zip(old.week, new.week, strict=True)):
        if before != after:
            days.setdefault((_hours(before), _hours(after)), []).append(day)
    for (was, now), changed in days.items():
        spot.below("weekly").tell(f"{spot.about}: {days_in_words(changed)} {was} → {now}", was, now)


def _hours(spans: Spans) -> str:
    return hours_in_words(spans) if spans else CLOSED


def _tell_holidays(spot: Spot, old: CalendarForm, new: CalendarForm) -> None:
    if same(old.holidays, new.holidays):
        return
    told = [[_holiday(rule) for rule in form.holidays] for form in (old, new)]
    here = spot.below("holidays")
    if sorted(told[0]) == sorted(told[1]) and told[0] == told[1]:
        observed = [
            "; ".join("counted" if rule.observed else "not counted" for rule in form.holidays) for form in (old, new)
        ]
        here.tell_change("substitute days of holidays on a weekend", *observed)
    else:
        tell_items(here, "holidays", told[0], told[1], str)


def _holiday(rule: HolidayRule) -> str:
    told = holidays_in_words(rule).rstrip(".")
    return told[:1].lower() + told[1:]


def _tell_dates(spot: Spot, old: CalendarForm, new: CalendarForm) -> None:
    for day in sorted({*old.dates, *new.dates}):
        before, after = (_on(day, form) for form in (old, new))
        if before != after:
            spot.below(f"dates.{day}").tell(f"{spot.about}: {day.day} {day:%B %Y} {before} → {after}", before, after)


def _on(day: date, form: CalendarForm) -> str:
    return _hours(form.dates[day]) if day in form.dates else "as usual"
