"""A clause, a calendar and a table in plain words, for explanations and pages. English; names come in the language asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice, product
from typing import Any

from upheld.kernel.durations import format_duration
from upheld.kernel.text import listed
from upheld.policy.matching import Choice
from upheld.policy.model import Clause, Mark, Policy
from upheld.policy.wording import OTHER, any_condition, effects, events, who

MOST_CASES = 400
Case = dict[str, list[Any]]


def clause_sentences(
    policy: Policy, clause: Clause, language: str = "en", *, attributes: Mapping[str, Any] | None = None
) -> list[str]:
    """What is promised, first; then when it begins and ends, what pauses it, its warnings and what follows a breach.

    With attributes only the promise to a subject that has them is said, else that to everybody.
    """
    promise = (
        _series(policy, clause, language) if clause.within is None else _promises(policy, clause, language, attributes)
    )
    return [*promise, *_course(policy, clause, language), *_consequences(policy, clause, language)]


def calendar_words(name: str | None) -> str:
    """How time counts: `around the clock`, or `on the calendar office`."""
    if name is None:
        return "on no calendar"
    return "around the clock" if name == "always" else f"on the calendar {name}"


def hours_called(policy: Policy, name: str | None, language: str = "en") -> str:
    """The same by what the policy calls these hours, where it says so: `in office hours`."""
    called = policy.calendar_names.get(name) if name is not None else None
    return f"in {called.text(language)}" if called is not None else calendar_words(name)


def calendar_sentences(policy: Policy, name: str) -> list[str]:
    """The week, holidays and single days of a calendar; empty when there is none of that name."""
    calendar = policy.calendars.get(name)
    return calendar.sentences() if calendar else []


def choice_rows(choice: Choice[Any]) -> list[tuple[tuple[str, ...], Any]]:
    """A table as rows of attribute values and what stands there; the values beyond the table come last, as `other`."""
    rows = [(key, value) for key, value in (choice.table or {}).items()]
    if choice.otherwise is not None:
        rows.append((("other",) * len(choice.by), choice.otherwise))
    return rows


def _promises(policy: Policy, clause: Clause, language: str, attributes: Mapping[str, Any] | None) -> Iterator[str]:
    assert clause.within is not None
    if attributes is None:
        cases = _cases(clause)
    else:
        cases = [{name: [attributes[name]] for name in _deciding(clause) if name in attributes}]
    nothing: list[str] = []
    for case in cases:
        picked = _first(case)
        within = clause.within.pick(picked)
        about = who(policy, clause.on, case, clause.when, language)
        if within is None:
            nothing.append(about)
            continue
        calendar = hours_called(policy, clause.calendar.pick(picked), language)
        yield f"For {about}: {title_in_a_sentence(clause, language)} within {format_duration(within)}, {calendar}."
    if nothing:
        yield f"Nothing is promised for {listed(nothing, last='or')}."


def _cases(clause: Clause) -> list[Case]:
    """Every case that the tables tell apart; neighbours with the same answer are one case."""
    names = _deciding(clause)
    columns = [_column(name, clause) for name in names]
    cases: list[Case] = []
    for values in islice(product(*columns), MOST_CASES):
        case: Case = {name: [value] for name, value in zip(names, values, strict=True)}
        if cases and names and _is_neighbour(cases[-1], case, names, clause):
            cases[-1][names[-1]].append(values[-1])
        else:
            cases.append(case)
    return cases


def _deciding(clause: Clause) -> list[str]:
    """The attributes on which the time and the calendar depend."""
    return list(dict.fromkeys((*(clause.within.by if clause.within else ()), *clause.calendar.by)))


def _column(name: str, clause: Clause) -> list[Any]:
    values: dict[str, None] = {}
    is_open = False
    for choice in (clause.within, clause.calendar):
        if choice is not None and choice.table is not None and name in choice.by:
            values.update(dict.fromkeys(key[choice.by.index(name)] for key in choice.table))
            is_open |= choice.otherwise is not None
    allowed = [
        value for value in values if all(test.holds(value) for other, test in clause.when.tests if other == name)
    ]
    return [*allowed, OTHER] if is_open and name not in clause.when.attributes else allowed


def _is_neighbour(one: Case, other: Case, names: list[str], clause: Clause) -> bool:
    same = all(one[name] == other[name] for name in names[:-1])
    return same and _answer(one, clause) == _answer(other, clause)


def _answer(case: Case, clause: Clause) -> tuple[Any, Any]:
    assert clause.within is not None
    return clause.within.pick(_first(case)), clause.calendar.pick(_first(case))


def _first(case: Case) -> dict[str, Any]:
    return {name: values[0] for name, values in case.items()}


def _series(policy: Policy, clause: Clause, language: str) -> Iterator[str]:
    about = who(policy, clause.on, {}, clause.when, language)
    parts = []
    if clause.at:
        parts.append(f"{listed([format_duration(point) for point in clause.at])} after the beginning")
    if clause.then_every:
        every = f"every {format_duration(clause.then_every)}"
        parts.append(f"then {every}" if clause.at else every)
    calendars = sorted(set(clause.calendar.values())) or ["always"]
    counted = " or ".join(hours_called(policy, name, language) for name in calendars)
    yield f"For {about}: {title_in_a_sentence(clause, language)} {', '.join(parts)}, {counted}."


def _course(policy: Policy, clause: Clause, language: str) -> Iterator[str]:
    yield f"It begins with {events(clause.begins)}" + (
        f" and is kept by {events(clause.kept_by)}." if clause.kept_by else "."
    )
    if clause.renews:
        until = f", until {events(clause.until)}" if clause.until else ""
        yield f"What keeps it begins it anew{until}."
    elif clause.until:
        yield f"It ends with {events(clause.until)}."
    if clause.void_by:
        yield f"It no longer counts after {events(clause.void_by)}."
    if clause.unless:
        yield f"It does not hold while {any_condition(policy, clause.unless, language)}."
    if clause.pauses_while:
        yield f"Time stands still while {any_condition(policy, clause.pauses_while, language)}."


def _consequences(policy: Policy, clause: Clause, language: str) -> Iterator[str]:
    if clause.do:
        yield f"When the time has come the desk does it by itself: {clause.do}."
    if clause.warn:
        told = effects(policy, clause.on_warn, clause.on, language)
        yield f"A warning comes {_marks(clause.warn)}{': ' + told if told else ''}."
    if clause.on_breach:
        yield f"On a breach {effects(policy, clause.on_breach, clause.on, language)}."


def _marks(marks: tuple[Mark, ...]) -> str:
    """`at 50% and 90% of the time and 30 min before it is due`."""
    shares = listed([f"{mark.share * 100:g}%" for mark in marks if not mark.before])
    before = listed([format_duration(mark.before) for mark in marks if mark.before])
    parts = [f"at {shares} of the time" if shares else "", f"{before} before it is due" if before else ""]
    return listed([part for part in parts if part])


def title_in_a_sentence(clause: Clause, language: str) -> str:
    """The clause's name inside a sentence: English ones begin small unless they are written in capitals."""
    text = clause.label.text(language)
    english = language in clause.label.texts and language.startswith("en")
    return text[:1].lower() + text[1:] if english and not text[1:2].isupper() else text
