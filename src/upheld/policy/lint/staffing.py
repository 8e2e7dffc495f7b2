"""Promises whose clock runs while nobody of the desk is there, for so long that they are missed before anybody has seen them.

Somebody is there on the calendars of the departments that take such tickets and of the channels on which people answer at once
(telephone, chat), and wherever a warning or a notification wakes whoever is on call.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from itertools import islice, pairwise, product
from typing import Any
from zoneinfo import ZoneInfo

from upheld.hours import BeyondCalendar, Calendar
from upheld.kernel.durations import format_duration
from upheld.kernel.instants import to_us
from upheld.policy.lint.contradictions import is_step
from upheld.policy.lint.domains import Domains, in_words, may_hold
from upheld.policy.lint.findings import Findings
from upheld.policy.matching import Matcher, OneOf
from upheld.policy.model import Clause, Policy

FILE = "commitments.yaml"
AT_ONCE = ("phone", "chat")
AT_ANY_TIME = frozenset(
    {
        "ticket.opened",
        "ticket.customer_replied",
        "ticket.reopened",
        "ticket.raised",
        "ticket.escalation_requested",
        "mention.received",
        "topic.posted",
    }
)
BY_ITSELF = frozenset({"ticket.surveyed", "ticket.closed", "ticket.reminded"})
_FROM, _TO = (to_us(datetime(2027, 1, 4, tzinfo=UTC)), to_us(datetime(2028, 1, 3, tzinfo=UTC)))
MOST_CASES = 2_000
MOST_REMEMBERED = 128
Gap = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Missed:
    """A case that cannot be kept: what is due in it, and the first stretch without anybody in which it is missed."""

    attributes: dict[str, Any]
    time: int
    gap: Gap
    zone: str


def look_at_staffing(policy: Policy, domains: Domains, findings: Findings) -> None:
    for clause in policy.clauses.values():
        if (
            clause.within is None
            or is_step(clause)
            or not clause.begins & AT_ANY_TIME
            or not clause.kept_by - BY_ITSELF
        ):
            continue
        missed = next(_missed(policy, clause, domains), None)
        if missed is not None:
            _tell(clause, missed, findings)


def _tell(clause: Clause, missed: _Missed, findings: Findings) -> None:
    since, until = (_moment(instant, missed.zone) for instant in missed.gap)
    about = f"For {in_words(missed.attributes)}, " if missed.attributes else ""
    findings.add(
        "warning",
        FILE,
        (clause.name, "within"),
        f"{about}{format_duration(missed.time)} can run out while nobody is there: from {since} to {until}.",
        "What comes in then is missed before anybody has seen it, however hard they work.",
        "Count on the calendar of the desk, promise more time, or wake somebody ({notify: on-call}, in time).",
    )


def _moment(instant: int, zone: str) -> str:
    return f"{datetime.fromtimestamp(instant / 1_000_000, ZoneInfo(zone)):%A %H:%M}"


def _missed(policy: Policy, clause: Clause, domains: Domains) -> Iterator[_Missed]:
    """Every case that cannot be kept, the first ones first."""
    assert clause.within is not None
    for attributes in _cases(policy, clause, domains):
        time, name = clause.within.pick(attributes), clause.calendar.pick(attributes)
        if time is None or name is None or not may_hold(clause, attributes) or _is_woken(policy, clause, attributes):
            continue
        for staffed in _desks(policy, clause, attributes):
            gap = _first_gap(policy.calendars[name], time, tuple(policy.calendars[one] for one in staffed))
            if gap is not None:
                zone = next((zone for one in staffed if (zone := policy.calendars[one].zone)), "UTC")
                named = {
                    name: value
                    for name, value in attributes.items()
                    if name in (*clause.within.by, *clause.calendar.by)
                }
                yield _Missed(named, time, gap, zone)
                break


def _cases(policy: Policy, clause: Clause, domains: Domains) -> Iterator[dict[str, Any]]:
    """Every combination of what decides about time, hours and channels."""
    deciding = (*(clause.within.by if clause.within else ()), *clause.calendar.by, *sorted(clause.when.attributes))
    names = list(dict.fromkeys((*deciding, *(["plan"] if policy.plans else []))))
    columns = [_values(policy, clause, domains, name) for name in names]
    for values in islice(product(*columns), MOST_CASES):
        yield {name: value for name, value in zip(names, values, strict=True) if value is not None}


def _values(policy: Policy, clause: Clause, domains: Domains, attribute: str) -> Sequence[Any]:
    """What the attribute can be; where nobody declares it, what tables and conditions name, and None for anything else."""
    known = domains.values(clause.on, attribute)
    if known:
        return known
    tables = [clause.within, clause.calendar, *(channel.open_to for channel in policy.channels.values())]
    named = dict.fromkeys(_tested(clause.when, attribute))
    is_open = not named
    for choice in tables:
        if choice is not None and choice.table is not None and attribute in choice.by:
            named.update(dict.fromkeys(key[choice.by.index(attribute)] for key in choice.table))
    return [*named, None] if is_open else [*named]


def _tested(matcher: Matcher, attribute: str) -> list[Any]:
    tests = [test for name, test in matcher.tests if name == attribute and isinstance(test, OneOf)]
    return sorted((value for test in tests for value in test.values), key=str)


def _is_woken(policy: Policy, clause: Clause, attributes: dict[str, Any]) -> bool:
    """Whether somebody on call hears of it while there is time: by a warning, or as soon as it begins."""
    if any(effect.value == "on-call" for effect in clause.on_warn):
        return True
    return any(
        "on-call" in one.notify and one.on in clause.begins and one.when.holds(attributes)
        for one in policy.notifications.values()
    )


def _desks(policy: Policy, clause: Clause, attributes: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    """For each department that may have to keep it: the calendars on which somebody is there. None where no hours are known."""
    channels = {
        name
        for channel in policy.channels.values()
        if channel.kind in AT_ONCE and (name := channel.open_to.pick(attributes)) is not None and not channel.only
    }
    lines = {
        name
        for channel in policy.channels.values()
        if channel.kind in AT_ONCE and channel.only and (name := channel.open_to.pick(attributes)) is not None
        if _covers(channel.only, clause.when, attributes)
    }
    for department in _departments(policy, clause, attributes):
        calendar = policy.departments[department].calendar if department in policy.departments else ""
        if calendar:
            yield tuple(sorted({calendar, *channels, *lines}))


def _covers(only: Matcher, when: Matcher, attributes: dict[str, Any]) -> bool:
    """Whether a line that is limited to `only` serves everything that the clause is about, as far as this case says."""
    for name, test in only.tests:
        values = [attributes[name]] if name in attributes else _tested(when, name)
        if not values or not all(test.holds(value) for value in values):
            return False
    return True


def _departments(policy: Policy, clause: Clause, attributes: dict[str, Any]) -> list[str]:
    """Who takes such tickets: those that the condition names, else every department to which tickets go by themselves."""
    if clause.on != "ticket":
        return [
            one.value.removeprefix("department:") for one in clause.on_warn if one.value.startswith("department:")
        ] or [policy.defaults.get("department", "")]
    named = [str(attributes["department"])] if "department" in attributes else _tested(clause.when, "department")
    if named:
        return [str(one) for one in named]
    categories = [attributes["category"]] if "category" in attributes else _tested(clause.when, "category")
    if categories:
        return [policy.categories[one].department for one in categories if one in policy.categories]
    default = policy.defaults.get("department", "")
    return list(dict.fromkeys((default, *(category.department for category in policy.categories.values()))))


@lru_cache(maxsize=MOST_REMEMBERED)
def _first_gap(calendar: Calendar, time: int, staffed: tuple[Calendar, ...]) -> Gap | None:
    """The first stretch without anybody that holds all the time there is."""
    if any(one.is_always for one in staffed):
        return None
    try:
        return next((gap for gap in _gaps(staffed) if calendar.between(*gap) > time), None)
    except BeyondCalendar:
        return None


@lru_cache(maxsize=MOST_REMEMBERED)
def _gaps(staffed: tuple[Calendar, ...]) -> list[Gap]:
    """The stretches of a year in which none of these is open."""
    stretches = sorted((one.start_us, one.end_us) for calendar in staffed for one in calendar.stretches(_FROM, _TO))
    joined = _joined(stretches)
    return [(end, start) for (_, end), (start, _) in pairwise(joined)] if joined else [(_FROM, _TO)]


def _joined(stretches: Iterable[Gap]) -> list[Gap]:
    joined: list[Gap] = []
    for start, end in stretches:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined
