"""Events as one grey line each: who did what, in the order in which it counts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from upheld.accounts.models import Contact
from upheld.events.models import Event
from upheld.people.models import Agent, Person, Team
from upheld.policy import Policy
from upheld.tickets.models import Ticket
from upheld.web import names

SECTIONS = {
    "priority": "priorities",
    "plan": "plans",
    "category": "categories",
    "department": "departments",
    "product_area": "product_areas",
}
STATUSES = dict(Ticket.Status.choices)
ICONS = {
    "ticket.opened": "circle-plus", "ticket.assigned": "user-round", "ticket.changed": "pencil-line", "ticket.raised": "chevrons-up",
    "ticket.resolved": "circle-check", "ticket.reopened": "rotate-ccw", "ticket.closed": "lock", "ticket.waiting": "hourglass",
    "ticket.held": "hand", "ticket.resumed": "circle-play", "ticket.merged": "merge", "ticket.absorbed": "merge", "ticket.linked": "link",
    "ticket.escalation_requested": "flag", "commitment.warned": "clock-alert", "commitment.breached": "circle-alert",
    "commitment.waived": "circle-slash",
}  # fmt: skip
LOOKS = {"commitment.breached": "late", "commitment.warned": "soon", "commitment.waived": "waived"}


@dataclass(frozen=True, slots=True)
class Line:
    at: datetime
    text: str
    icon: str
    look: str = ""


class Names:
    """Who stands behind the keys in some events. One query for each kind of people that is not known already."""

    def __init__(
        self,
        events: Iterable[Event],
        *,
        agents: Iterable[Agent] = (),
        contacts: Iterable[Contact] = (),
        teams: Iterable[Team] = (),
    ) -> None:
        self._names: dict[str, str] = {f"team:{team.pk}": team.name for team in teams}
        self._learn(agents)
        self._learn(contacts)
        missing = {key for event in events for key in _keys(event)} - self._names.keys()
        if numbers := _numbers(missing, "agent"):
            self._learn(Agent.objects.filter(pk__in=numbers).select_related("person"))
        if numbers := _numbers(missing, "contact"):
            self._learn(Contact.objects.filter(pk__in=numbers).select_related("person"))
        if numbers := [number for number in _numbers(missing, "person") if f"person:{number}" not in self._names]:
            self._names |= {f"person:{person.pk}": str(person) for person in Person.objects.filter(pk__in=numbers)}

    def _learn(self, people: Iterable[Agent] | Iterable[Contact]) -> None:
        for one in people:
            self._names[one.key] = self._names[f"person:{one.person_id}"] = str(one.person)

    def of(self, key: str) -> str:
        if key in self._names:
            return self._names[key]
        kind, _, rest = key.partition(":")
        if kind == "policy":
            return "The policy"
        if kind == "system":
            return rest.capitalize() or "Upheld"
        return "Another team" if kind == "team" else "Somebody"


def _keys(event: Event) -> Iterator[str]:
    yield event.actor
    for name in ("assignee", "assignee_before"):
        if event.data.get(name):
            yield str(event.data[name])
    if event.data.get("person"):
        yield f"person:{event.data['person']}"


def _numbers(keys: Iterable[str], kind: str) -> list[int]:
    return [
        int(number) for head, _, number in (key.partition(":") for key in keys) if head == kind and number.isdecimal()
    ]


def lines(events: Iterable[Event], known: Names, policy: Policy) -> list[Line]:
    """A line for each event that says something to a reader."""
    told = []
    for event in events:
        text = sentence(event, known, policy)
        if text:
            told.append(Line(event.at, text, ICONS.get(event.kind, "circle-small"), LOOKS.get(event.kind, "")))
    return told


def sentence(event: Event, known: Names, policy: Policy) -> str:
    """`Maya Lindqvist set the priority from P3 to P1.` Kinds without a sentence here are said by their name."""
    who = known.of(event.actor)
    say = SENTENCES.get(event.kind)
    if say is None:
        return f"{who}: {event.kind.partition('.')[2].replace('_', ' ')}"
    return say(who, event.data, known, policy)


Say = Callable[[str, Mapping[str, Any], Names, Policy], str]


def _fixed(text: str) -> Say:
    return lambda who, data, known, policy: text.format(who=who) + _because(data)


def _because(data: Mapping[str, Any]) -> str:
    reason = str(data.get("reason") or "").strip()
    return f": {reason}" if reason else ""


def _assigned(who: str, data: Mapping[str, Any], known: Names, policy: Policy) -> str:
    if "team" in data:
        return (
            f"{who} handed it to {known.of('team:' + str(data['team']))}"
            if data["team"]
            else f"{who} took it out of its team"
        )
    if not data.get("assignee"):
        return f"{who} took it off {known.of(str(data.get('assignee_before')))}"
    to = known.of(str(data["assignee"]))
    return f"{who} took it" if to == who else f"{who} assigned it to {to}"


def _changed(who: str, data: Mapping[str, Any], known: Names, policy: Policy) -> str:
    parts = ["the subject"] if data.get("renamed") else []
    for name, value in data.items():
        if f"{name}_before" not in data:
            continue
        before, after = (_value(name, one, policy) for one in (data[f"{name}_before"], value))
        parts.append(
            f"{name.replace('_', ' ')} from {before} to {after}" if before else f"{name.replace('_', ' ')} to {after}"
        )
    return f"{who} changed {', '.join(parts)}"


def _value(name: str, value: Any, policy: Policy) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    if name == "priority":
        return str(value)
    return names.label(SECTIONS[name], value) if name in SECTIONS else str(value)


def _raised(who: str, data: Mapping[str, Any], known: Names, policy: Policy) -> str:
    ladder = policy.ladders.get(str(data.get("ladder")))
    rung = next((one for one in ladder.rungs if one.number == data.get("rung")), None) if ladder else None
    clause = policy.clauses.get(str(data.get("clause")))
    why = f": {clause.label} was missed" if clause else _because(data)
    return f"{who} raised it to {rung.label if rung else data.get('ladder')}{why}"


def _commitment(text: str) -> Say:
    def say(who: str, data: Mapping[str, Any], known: Names, policy: Policy) -> str:
        clause = policy.clauses.get(str(data.get("clause")))
        return text.format(who=who, clause=clause.label if clause else data.get("clause")) + _because(data)

    return say


def _warned(who: str, data: Mapping[str, Any], known: Names, policy: Policy) -> str:
    clause = policy.clauses.get(str(data.get("clause")))
    mark = str(data.get("mark", ""))
    how = f"{mark} of the time is used" if mark.endswith("%") else f"{mark} are left"
    return f"{clause.label if clause else data.get('clause')}: {how}"


def _watched(verb: str) -> Say:
    def say(who: str, data: Mapping[str, Any], known: Names, policy: Policy) -> str:
        person = known.of(f"person:{data.get('person')}")
        return f"{person} {verb}" if person == who else f"{person} {verb}, {who} saw to it"

    return say


def _other(text: str, name: str) -> Say:
    return lambda who, data, known, policy: text.format(who=who, other="#" + str(data.get(name, "")).partition(":")[2])


SENTENCES: dict[str, Say] = {
    "ticket.opened": lambda who, data, known, policy: (
        f"{who} opened it by {names.label('channels', data.get('channel')).lower() or 'hand'}"
    ),
    "ticket.replied": _fixed("{who} replied"),
    "ticket.customer_replied": _fixed("{who} wrote"),
    "ticket.noted": _fixed("{who} left a note"),
    "ticket.assigned": _assigned,
    "ticket.changed": _changed,
    "ticket.waiting": _fixed("{who} set it to wait on the customer"),
    "ticket.held": _fixed("{who} put it on hold"),
    "ticket.resumed": _fixed("{who} took it up again"),
    "ticket.resolved": _fixed("{who} resolved it"),
    "ticket.reopened": _fixed("{who} reopened it"),
    "ticket.closed": _fixed("{who} closed it"),
    "ticket.merged": _other("{who} merged it into {other}", "into"),
    "ticket.unmerged": _other("{who} took it out of {other} again", "into"),
    "ticket.absorbed": _other("{who} merged {other} into it", "ticket"),
    "ticket.released": _other("{who} took {other} out of it again", "ticket"),
    "ticket.marked_spam": _fixed("{who} marked it as spam"),
    "ticket.unmarked_spam": _fixed("{who} took back the mark as spam"),
    "ticket.raised": _raised,
    "ticket.escalation_requested": _fixed("{who} asked for an escalation"),
    "ticket.linked": _other("{who} linked it to {other}", "other"),
    "ticket.unlinked": _other("{who} took back the link to {other}", "other"),
    "ticket.watched": _watched("watches it"),
    "ticket.unwatched": _watched("watches it no longer"),
    "ticket.reviewed_by_manager": _fixed("{who} reviewed it as a manager"),
    "ticket.plan_proposed": _fixed("{who} told the customer how and by when it will be resolved"),
    "ticket.scheduled": _fixed("{who} agreed an appointment"),
    "ticket.followed_up": _fixed("{who} asked the customer after the resolution"),
    "ticket.root_cause_recorded": _fixed("{who} recorded the root cause"),
    "ticket.reviewed": _fixed("{who} recorded the review"),
    "ticket.surveyed": _fixed("The customer was asked how it went"),
    "commitment.warned": _warned,
    "commitment.breached": _commitment("{clause} was missed"),
    "commitment.came_due": _commitment("{clause} came due"),
    "commitment.waived": _commitment("{who} waived {clause}"),
}
