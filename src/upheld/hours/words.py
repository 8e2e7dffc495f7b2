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
    return [*_week(form.week, form.zone or "UTC"), *map(_holidays, form.holidays), *_dates(form)]


def _week(week: Week, zone: str) -> Iterator[str]:
    opened = [(names, spans) for names, spans in _runs(week) if spans]
    closed = [names for names, spans in _runs(week) if not spans]
    if not opened:
        yield f"Closed on every day of the week ({zone} time)."
        return
    yield f"{'; '.join(f'{names} {_hours(spans)}' for names, spans in opened)} ({zone} time)."
    if closed:
        yield f"Closed on {listed(closed)}."


def _runs(week: Week) -> Iterator[tuple[str, Spans]]:
    for spans, run in groupby(range(7), key=lambda day: week[day]):
        names = [DAY_NAMES[day] for day in run]
        if len(names) == 7:
            yield "Every day", spans
        elif len(names) > 2:
            yield f"{names[0]} to {names[-1]}", spans
        else:
            yield listed(names), spans


def _hours(spans: Spans) -> str:
    if spans == (Span(0, MIDNIGHT),):
        return "all day"
    return listed([_span(span) for span in spans]) or "closed"


def _span(span: Span) -> str:
    if span.end > MIDNIGHT:
        return f"{clock(span.start)}–{clock(span.end - MIDNIGHT)} on the next day"
    return f"{clock(span.start)}–{clock(span.end)}"


def _holidays(rule: HolidayRule) -> str:
    what = f"{listed(rule.only)} ({rule.place})" if rule.only else f"public holidays of {rule.place}"
    if rule.excepted:
        what += f" except {listed(rule.excepted)}"
    return f"Closed on {what}." if not rule.hours else f"On {what} open {_hours(rule.hours)}."


def _dates(form: CalendarForm) -> Iterator[str]:
    for day, spans in sorted(form.dates.items()):
        written = f"{day.day} {day:%B %Y}"
        yield f"Open {_hours(spans)} on {written}." if spans else f"Closed on {written}."
