"""Hours as a language says them: weeks, days, and the closed and short days of a year."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import chain, groupby
from typing import Any

from upheld.documents.scope import Scope
from upheld.documents.speech import Speech
from upheld.hours import Calendar
from upheld.hours.spans import MIDNIGHT, Span, Spans, read_spans
from upheld.policy.model import Policy


def used_calendars(policy: Policy) -> list[str]:
    """Calendars that a department, channel, clause or default names, in the policy's order; `always` last."""
    used = {policy.defaults.get("calendar", "")} | {one.calendar for one in policy.departments.values()}
    choices = chain(
        (one.calendar for one in policy.clauses.values()), (one.open_to for one in policy.channels.values())
    )
    for choice in choices:
        used |= set(choice.values())
    found = [name for name in policy.calendars if name in used and name != "always"]
    return [*found, "always"] if "always" in used else found


def week_lines(speech: Speech, calendar: Calendar) -> list[tuple[str, str]]:
    """(days, hours) of the usual week, without the days on which it is closed: [("Monday to Friday", "8:00–20:00")]."""
    if calendar.is_always:
        return [(speech.say("value.every_day"), speech.say("value.all_day"))]
    by_hours: dict[Spans, list[int]] = {}
    for day, spans in enumerate(calendar.form.week):
        if spans:
            by_hours.setdefault(spans, []).append(day)
    return [(days_said(speech, days), hours_said(speech, spans)) for spans, days in by_hours.items()]


def week_said(speech: Speech, calendar: Calendar) -> str:
    """The week in words: `Monday to Friday 8:00 AM–8:00 PM (New York time)`."""
    if calendar.is_always:
        return speech.say("value.always")
    lines = week_lines(speech, calendar)
    said = speech.parted(speech.say("value.week", days=days, hours=hours) for days, hours in lines)
    zone = speech.zone(calendar.zone or "UTC")
    return speech.say("value.in_zone", hours=said, zone=zone) if lines else speech.say("value.closed")


def days_said(speech: Speech, days: list[int]) -> str:
    """`Monday to Friday`, `Saturday and Sunday`; days are numbers, Monday being 0, in their order."""
    if len(days) == 7:
        return speech.say("value.every_day")
    names: list[str] = []
    for _, run in groupby(enumerate(days), key=lambda place: place[1] - place[0]):
        following = [speech.weekday(day) for _, day in run]
        if len(following) > 2:
            names.append(speech.say("value.days", first=following[0], last=following[-1]))
        else:
            names += following
    return speech.listed(names)


def hours_said(speech: Speech, spans: Spans) -> str:
    if spans == (Span(0, MIDNIGHT),):
        return speech.say("value.all_day")
    return speech.listed([_span(speech, span) for span in spans]) or speech.say("value.closed")


def _span(speech: Speech, span: Span) -> str:
    late = span.end > MIDNIGHT
    times = {"from": speech.time(span.start), "to": speech.time(span.end - MIDNIGHT if late else span.end)}
    return speech.say("value.next_day" if late else "value.span", **times)


def special_days(scope: Scope, first: date, last: date) -> list[tuple[date, str, str, str]]:
    """(day, why, whose hours, hours) of all days of used calendars that are not as the usual week, by date."""
    found: dict[tuple[date, str, str], list[str]] = {}
    since, until = (
        int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1_000_000 for day in (first, last)
    )
    for name in used_calendars(scope.policy):
        calendar = scope.policy.calendars[name]
        for closure in calendar.closures(since, until):
            hours = closure.hours if closure.hours == "closed" else closure.hours.split(", ")
            said = hours_said(scope.speech, read_spans(hours, ()))
            found.setdefault((closure.date, _why(scope.speech, calendar, closure), said), []).append(name)
    rows = sorted(found.items(), key=lambda row: row[0])
    return [(day, why, scope.speech.enumerated(map(scope.calendar, names)), said) for (day, why, said), names in rows]


def year_from(today: date) -> tuple[date, date]:
    """Twelve months: from this day to before the same day a year on."""
    try:
        return today, today.replace(year=today.year + 1)
    except ValueError:  # 29 February
        return today, today + timedelta(days=366)


def _why(speech: Speech, calendar: Calendar, closure: Any) -> str:
    kind, _, english = closure.reason.partition(": ")
    if kind != "holiday":
        return ""
    for rule in calendar.form.holidays:
        name = _named(rule.country, rule.region, rule.observed, closure.date.year, speech.language).get(closure.date)
        if name and closure.date in rule.days(closure.date.year):
            return name
    return str(english)


@lru_cache(maxsize=512)
def _named(country: str, region: str | None, observed: bool, year: int, language: str) -> dict[date, str]:
    """The holidays' names in the language, where the list of holidays knows them in it; else nothing."""
    import holidays

    known: tuple[str, ...] = getattr(holidays, country).supported_languages
    wanted = next(_spoken(known, language), None)
    if wanted is None or language.startswith("en"):
        return {}
    found = holidays.country_holidays(country, subdiv=region, years=year, observed=observed, language=wanted)
    return {day: "; ".join(found.get_list(day)) for day in found}


def _spoken(known: tuple[str, ...], language: str) -> Iterator[str]:
    main = language.partition("-")[0]
    yield from (one for one in known if one == language.replace("-", "_"))
    yield from (one for one in known if one.partition("_")[0] == main)
