"""Events as one grey line each: who did what, in the order in which it counts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from upheld.accounts.models import Contact
from upheld.events.models import Event
from upheld.kernel.keys import numbers_of
from upheld.people.models import Agent, Person
from upheld.policy import Policy
from upheld.policy.model import NAMED_ATTRIBUTES
from upheld.web import names

ICONS = {
    "ticket.opened": "circle-plus",
    "ticket.assigned": "user-round",
    "ticket.changed": "pencil-line",
    "ticket.raised": "chevrons-up",
    "ticket.resolved": "circle-check",
    "ticket.reopened": "rotate-ccw",
    "ticket.closed": "lock",
    "ticket.waiting": "hourglass",
    "ticket.held": "hand",
    "ticket.resumed": "circle-play",
    "ticket.merged": "merge",
    "ticket.absorbed": "merge",
    "ticket.linked": "link",
    "ticket.escalation_requested": "flag",
    "account.activated": "circle-plus",
    "account.changed": "pencil-line",
    "account.manager_assigned": "user-round",
    "account.closed": "lock",
    "agent.joined": "circle-plus",
    "agent.left": "lock",
    "commitment.warned": "clock-alert",
    "commitment.breached": "circle-alert",
    "commitment.waived": "circle-slash",
    "commitment.moved": "scroll-text",
}
LOOKS = {"commitment.breached": "late", "commitment.warned": "soon", "commitment.waived": "waived"}


@dataclass(frozen=True, slots=True)
class Line:
    at: datetime
    text: str
    icon: str
    look: str = ""


class Names:
    """Who stands behind the keys in some events. One query for each kind of people that is not known already.

    Known are agents as `(agent, person, name)`, others as `(key, person, name)`, teams as `(team, name)`.
    """

    def __init__(
        self,
        events: Iterable[Event],
        *,
        agents: Iterable[tuple[int, int, str]] = (),
        others: Iterable[tuple[str, int, str]] = (),
        teams: Iterable[tuple[int, str]] = (),
    ) -> None:
        self._names: dict[str, str] = {f"team:{pk}": name for pk, name in teams}
        for agent, person, name in agents:
            self._names[f"agent:{agent}"] = self._names[f"person:{person}"] = name
        for key, person, name in others:
            self._names[key] = self._names[f"person:{person}"] = name
        missing = {key for event in events for key in _keys(event)} - self._names.keys()
        if numbers := numbers_of(missing, "agent"):
            self._learn(Agent.objects.filter(pk__in=numbers).select_related("person"))
        if numbers := numbers_of(missing, "contact"):
            self._learn(Contact.objects.filter(pk__in=numbers).select_related("person"))
        if numbers := [number for number in numbers_of(missing, "person") if f"person:{number}" not in self._names]:
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
    for name in ("assignee", "assignee_before", "manager"):
        if event.data.get(name):
            yield str(event.data[name])
    if event.data.get("person"):
        yield f"person:{event.data['person']}"


def lines(events: Iterable[Event], known: Names, policy: Policy) -> list[Line]:
    """A line for each event."""
    return [
        Line(event.at, sentence(event, known, policy), ICONS.get(event.kind, "circle-small"), LOOKS.get(event.kind, ""))
        for event in events
    ]


@dataclass(frozen=True, slots=True)
class Fact:
    """An event, ready to be said."""

    who: str
    data: Mapping[str, Any]
    known: Names
    policy: Policy

    @property
    def because(self) -> str:
        reason = str(self.data.get("reason") or "").strip()
        return f": {reason}" if reason else ""

    @property
    def clause(self) -> str:
        clause = self.policy.clauses.get(str(self.data.get("clause")))
        return str(clause.label) if clause else str(self.data.get("clause"))


def sentence(event: Event, known: Names, policy: Policy) -> str:
    """`Maya Lindqvist changed priority from P3 to P1`. Kinds without a sentence here are said by their name."""
    fact = Fact(known.of(event.actor), event.data, known, policy)
    say = SENTENCES.get(event.kind)
    return say(fact) if say else f"{fact.who}: {event.kind.partition('.')[2].replace('_', ' ')}"


Say = Callable[[Fact], str]


def _plain(text: str) -> Say:
    return lambda fact: text.format(who=fact.who, clause=fact.clause) + fact.because


def _with_other(text: str, name: str) -> Say:
    """With the number of another ticket, whose key stands in the data under `name`."""
    return lambda fact: text.format(who=fact.who, other="#" + str(fact.data.get(name, "")).partition(":")[2])


def _opened(fact: Fact) -> str:
    channel = names.label("channels", fact.data.get("channel")).lower()
    return f"{fact.who} opened it by {channel}" if channel else f"{fact.who} opened it"


def _assigned(fact: Fact) -> str:
    if "team" in fact.data:
        team = fact.data["team"]
        return (
            f"{fact.who} handed it to {fact.known.of(f'team:{team}')}"
            if team
            else f"{fact.who} took it out of its team"
        )
    if not fact.data.get("assignee"):
        return f"{fact.who} took it off {fact.known.of(str(fact.data.get('assignee_before')))}"
    to = fact.known.of(str(fact.data["assignee"]))
    return f"{fact.who} took it" if to == fact.who else f"{fact.who} assigned it to {to}"


def _changed(fact: Fact) -> str:
    parts = ["the subject"] if fact.data.get("renamed") else []
    for name, value in fact.data.items():
        if f"{name}_before" not in fact.data:
            continue
        before, after = _value(name, fact.data[f"{name}_before"]), _value(name, value)
        parts.append(
            f"{name.replace('_', ' ')} from {before} to {after}" if before else f"{name.replace('_', ' ')} to {after}"
        )
    return f"{fact.who} changed {', '.join(parts)}"


def _value(name: str, value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return names.label(NAMED_ATTRIBUTES[name], value) if name in NAMED_ATTRIBUTES and name != "priority" else str(value)


def _raised(fact: Fact) -> str:
    ladder = fact.policy.ladders.get(str(fact.data.get("ladder")))
    rung = next((one for one in ladder.rungs if one.number == fact.data.get("rung")), None) if ladder else None
    why = f": {fact.clause} was missed" if fact.data.get("clause") else fact.because
    return f"{fact.who} raised it to {rung.label if rung else fact.data.get('ladder')}{why}"


def _warned(fact: Fact) -> str:
    mark = str(fact.data.get("mark", ""))
    return f"{fact.clause}: {mark} of the time is used" if mark.endswith("%") else f"{fact.clause}: {mark} are left"


def _watched(verb: str) -> Say:
    def say(fact: Fact) -> str:
        person = fact.known.of(f"person:{fact.data.get('person')}")
        return f"{person} {verb}" if person == fact.who else f"{person} {verb}, {fact.who} saw to it"

    return say


def _account_changed(fact: Fact) -> str:
    domain = fact.data.get("domain_added")
    return f"{fact.who} added the mail domain {domain}" if domain else _changed(fact)


def _manager_assigned(fact: Fact) -> str:
    return f"{fact.known.of(str(fact.data.get('manager')))} looks after it, {fact.who} saw to it"


SENTENCES: dict[str, Say] = {
    "ticket.opened": _opened,
    "ticket.replied": _plain("{who} replied"),
    "ticket.customer_replied": _plain("{who} wrote"),
    "message.failed": _plain("A mail could not be delivered"),
    "message.delayed": _plain("A mail has been waiting for an hour"),
    "message.bounced": _plain("A mail came back"),
    "message.complained": _plain("A mail was reported as unwanted"),
    "message.tried_again": _plain("{who} had a mail tried again"),
    "message.readdressed": _plain("{who} had a mail sent to another address"),
    "message.set_aside": _plain("{who} set a mail aside that could not be delivered"),
    "ticket.noted": _plain("{who} left a note"),
    "ticket.reply_scheduled": _plain("{who} wrote a reply for later"),
    "ticket.reply_cancelled": _plain("{who} took a waiting reply back"),
    "ticket.reply_refused": _plain("A waiting reply could not be sent"),
    "ticket.assigned": _assigned,
    "ticket.changed": _changed,
    "ticket.waiting": _plain("{who} set it to wait on the customer"),
    "ticket.held": _plain("{who} put it on hold"),
    "ticket.resumed": _plain("{who} took it up again"),
    "ticket.resolved": _plain("{who} resolved it"),
    "ticket.reopened": _plain("{who} reopened it"),
    "ticket.closed": _plain("{who} closed it"),
    "ticket.merged": _with_other("{who} merged it into {other}", "into"),
    "ticket.unmerged": _with_other("{who} took it out of {other} again", "into"),
    "ticket.absorbed": _with_other("{who} merged {other} into it", "ticket"),
    "ticket.released": _with_other("{who} took {other} out of it again", "ticket"),
    "ticket.marked_spam": _plain("{who} marked it as spam"),
    "ticket.unmarked_spam": _plain("{who} took back the mark as spam"),
    "ticket.raised": _raised,
    "ticket.escalation_requested": _plain("{who} asked for an escalation"),
    "ticket.linked": _with_other("{who} linked it to {other}", "other"),
    "ticket.unlinked": _with_other("{who} took back the link to {other}", "other"),
    "ticket.watched": _watched("watches it"),
    "ticket.unwatched": _watched("watches it no longer"),
    "ticket.reviewed_by_manager": _plain("{who} reviewed it as a manager"),
    "ticket.plan_proposed": _plain("{who} told the customer how and by when it will be resolved"),
    "ticket.scheduled": _plain("{who} agreed an appointment"),
    "ticket.followed_up": _plain("{who} asked the customer after the resolution"),
    "ticket.root_cause_recorded": _plain("{who} recorded the root cause"),
    "ticket.reviewed": _plain("{who} recorded the review"),
    "ticket.surveyed": _plain("{who} asked the customer how it went"),
    "ticket.rated": lambda fact: f"{fact.who} rated it {fact.data.get('score')} of 5",
    "account.activated": lambda fact: f"The contract began, {fact.who} recorded it",
    "account.changed": _account_changed,
    "account.welcomed": _plain("{who} gave the welcome"),
    "account.trained": _plain("{who} held a training"),
    "account.onboarded": _plain("{who} completed the implementation"),
    "account.checked_in": _plain("{who} spoke with the customer"),
    "account.reviewed": _plain("{who} held a business review"),
    "account.health_checked": _plain("{who} looked at the account's health"),
    "account.manager_assigned": _manager_assigned,
    "account.renewed": _plain("The contract was renewed, {who} recorded it"),
    "account.closed": _plain("The contract ended, {who} recorded it"),
    "agent.joined": _plain("They joined"),
    "agent.certified": _plain("They passed the certification, {who} recorded it"),
    "agent.trained": _plain("They took part in a training, {who} recorded it"),
    "agent.met": _plain("They took part in the team meeting, {who} recorded it"),
    "agent.workshop_held": _plain("They took part in a workshop, {who} recorded it"),
    "agent.conference_attended": _plain("They went to a conference, {who} recorded it"),
    "agent.left": _plain("They left, {who} recorded it"),
    "commitment.warned": _warned,
    "commitment.breached": _plain("{clause} was missed"),
    "commitment.came_due": _plain("{clause} came due"),
    "commitment.waived": _plain("{who} waived {clause}"),
    "commitment.moved": _plain(
        "{who} moved this request to a newer version of the policy; times already used still count"
    ),
}
