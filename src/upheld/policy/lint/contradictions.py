"""Clauses held against each other: different times for the same thing, updates that come after the end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from upheld.kernel.durations import format_duration
from upheld.policy.lint.domains import Domains, exclude_each_other, in_words, may_hold
from upheld.policy.lint.findings import Findings
from upheld.policy.model import Clause, Policy

FILE = "commitments.yaml"


def look_for_contradictions(policy: Policy, domains: Domains, findings: Findings) -> None:
    timed = [clause for clause in policy.clauses.values() if clause.within is not None]
    for one, other in combinations(timed, 2):
        if one.on != other.on or not one.begins & other.begins or exclude_each_other(one.when, other.when):
            continue
        if is_step(one) or is_step(other):
            continue
        if one.kept_by == other.kept_by and one.kept_by and one.renews == other.renews:
            _tell_different_times(one, other, domains, findings)
        for update, end in ((one, other), (other, one)):
            if update.renews and not end.renews and end.kept_by and end.kept_by <= update.until:
                _tell_late_update(update, end, domains, findings)


def is_step(clause: Clause) -> bool:
    """Whether it is the timer of a ladder rather than a promise: it says when a ticket reaches a certain rung."""
    return any(effect.kind == "raise" and "to" in effect.options for effect in clause.on_breach)


@dataclass(frozen=True)
class Case:
    """What two clauses say of one combination of attributes."""

    attributes: dict[str, Any]
    first: int
    second: int
    same_calendar: bool


def cases(one: Clause, other: Clause, domains: Domains) -> Iterator[Case]:
    """Every combination of attributes for which both clauses hold and promise a time."""
    assert one.within is not None
    assert other.within is not None
    names = list(dict.fromkeys((*one.within.by, *other.within.by, *one.calendar.by, *other.calendar.by)))
    names += sorted((one.when.attributes | other.when.attributes) - set(names))
    for attributes in domains.combinations(one.on, names):
        if not (may_hold(one, attributes) and may_hold(other, attributes)):
            continue
        first, second = one.within.pick(attributes), other.within.pick(attributes)
        if first is not None and second is not None:
            same = one.calendar.pick(attributes) == other.calendar.pick(attributes)
            yield Case(attributes, first, second, same)


def _tell_different_times(one: Clause, other: Clause, domains: Domains, findings: Findings) -> None:
    differing = [case for case in cases(one, other, domains) if case.first != case.second]
    if not differing:
        return
    case = max(differing, key=lambda each: max(each.first, each.second) / min(each.first, each.second))
    deciding = {*(one.within.by if one.within else ()), *(other.within.by if other.within else ())}
    named = {name: value for name, value in case.attributes.items() if name in deciding}
    about = f"For {in_words(named)} this" if named else "This"
    problem = f"{about} demands {format_duration(case.second)}, but '{one.name}' {format_duration(case.first)}"
    calendars = "" if case.same_calendar else " (on different calendars)"
    findings.add(
        "warning",
        FILE,
        (other.name, "within"),
        f"{problem}{calendars}, for the same beginning and the same answer.",
        "Both are kept and the tighter one decides, so a part of the other table never does.",
        f"If both were promised, leave both; else narrow one of them with 'when', or make one of the two clauses ('{one.name}').",
    )


def _tell_late_update(update: Clause, end: Clause, domains: Domains, findings: Findings) -> None:
    late = [case for case in cases(update, end, domains) if case.first >= case.second and case.same_calendar]
    if not late:
        return
    case = late[0]
    findings.add(
        "warning",
        FILE,
        (update.name, "within"),
        f"The first update is due after {format_duration(case.first)}, but '{end.name}' demands the end after "
        f"{format_duration(case.second)}{' (' + in_words(case.attributes) + ')' if case.attributes else ''}.",
        "No update is ever due before it should be over.",
        "Shorten the interval, or say with 'when' for whom it is meant.",
    )
