"""A calendar in plain words, for documents and for ``explain``."""

from collections.abc import Iterator
from itertools import groupby

from upheld.hours.forms import CalendarForm
from upheld.hours.public_holidays import HolidayRule
from upheld.hours.spans import MIDNIGHT, Span, Spans, clock
from upheld.hours.week import DAY_NAMES, Week
from upheld.kernel.text import listed


def sentences(form: CalendarForm) -> list[str]:
    """The week first, then holidays, then single dates."""
    if form.is_always:
        return ["Open at all times, every day of the year."]
    return [*_week(form.week, form.zone or "UTC"), *map(holidays_in_words, form.holidays), *_dates(form)]


def _week(week: Week, zone: str) -> Iterator[str]:
    days_by_hours: dict[Spans, list[int]] = {}
    for day, spans in enumerate(week):
        days_by_hours.setdefault(spans, []).append(day)
    closed = days_by_hours.pop((), [])
    if not days_by_hours:
        yield f"Closed on every day of the week ({zone} time)."
        return
    opened = [f"{days_in_words(days)} {hours_in_words(spans)}" for spans, days in days_by_hours.items()]
    yield f"{'; '.join(opened)} ({zone} time)."
    if closed:
        yield f"Closed on {days_in_words(closed)}."


def days_in_words(days: list[int]) -> str:
    """``Monday to Friday``, ``Monday, Wednesday and Friday``, ``Every day``."""
    if len(days) == len(DAY_NAMES):
        return "Every day"
    names: list[str] = []
    for _, run in groupby(enumerate(days), key=lambda place: place[1] - place[0]):
        following = [DAY_NAMES[day] for _, day in run]
        names += [f"{following[0]} to {following[-1]}"] if len(following) > 2 else following
    return listed(names)


def hours_in_words(spans: Spans) -> str:
    """`09:00 to 12:00 and 13:00 to 17:00`, `all day` or `closed`."""
    if spans == (Span(0, MIDNIGHT),):
        return "all day"
    return listed([_span(span) for span in spans]) or "closed"


def _span(span: Span) -> str:
    if span.end > MIDNIGHT:
        return f"{clock(span.start)}–{clock(span.end - MIDNIGHT)} on the next day"
    return f"{clock(span.start)}–{clock(span.end)}"


def holidays_in_words(rule: HolidayRule) -> str:
    what = f"{listed(rule.only)} ({rule.place})" if rule.only else f"public holidays of {rule.place}"
    if rule.excepted:
        what += f" except {listed(rule.excepted)}"
    return f"Closed on {what}." if not rule.hours else f"On {what} open {hours_in_words(rule.hours)}."


def _dates(form: CalendarForm) -> Iterator[str]:
    for day, spans in sorted(form.dates.items()):
        written = f"{day.day} {day:%B %Y}"
        yield f"Open {hours_in_words(spans)} on {written}." if spans else f"Closed on {written}."
