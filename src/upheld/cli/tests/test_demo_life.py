"""A life lived in memory is the life that the actions give: the same steps, both ways, row by row."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
import time_machine
from django.forms.models import model_to_dict

from upheld.cli.demo.life import NOTICED, Life
from upheld.cli.demo.writing import write
from upheld.commitments.models import Clock, Commitment, PolicyVersion
from upheld.commitments.policies import policy_of, promises_of
from upheld.commitments.ticker import tick
from upheld.commitments.verifying import verify
from upheld.conftest import Cast
from upheld.events.models import Event
from upheld.tickets import handlers
from upheld.tickets.actions import (
    assignment,
    changing,
    conversation,
    escalation,
    merging,
    milestones,
    resolution,
    spam,
    waiting,
)
from upheld.tickets.actions.opening import open_ticket
from upheld.tickets.models import Escalation, Merge, Message, Resolution, Ticket

MONDAY = datetime(2026, 3, 2, 14, tzinfo=UTC)  # nine in the morning in New York
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
RECORD = {"resolution": "The file was cleaned.", "cause": "use"}
Step = Callable[[Any], None]


class InMemory:
    """The steps, as the demo takes them."""

    def __init__(self, cast: Cast, version: PolicyVersion, ids: Iterator[int]) -> None:
        self.cast = cast
        self.version = version
        self.policy = policy_of(version.pk)
        self.ids = ids
        self.lives: list[Life] = []

    def open(self, number: int, *, at: datetime, priority: str) -> Any:
        contact = self.cast.customer
        ticket = Ticket(
            id=number, title="A list cannot be imported", account=self.cast.account, requester=contact, plan="enterprise",
            priority=priority, category="question", department="support", channel="email", team=self.cast.team,
            opened_at=at, changed_at=at,
        )  # fmt: skip
        life = Life(ticket, policy=self.policy, promises=promises_of(self.version.pk, "ticket"), message_ids=self.ids)
        self.lives.append(life)
        life.open("It stops at row 17.", by=contact, at=at)
        return life

    def reply(self, life: Life, text: str, *, at: datetime, then: str = "") -> None:
        life.reply(text, by=self.cast.agent, at=at, then=then)

    def customer_reply(self, life: Life, text: str, *, at: datetime) -> None:
        life.customer_reply(text, by=self.cast.customer, at=at, channel="email")

    def note(self, life: Life, text: str, *, at: datetime) -> None:
        life.note(text, by=self.cast.agent, at=at)

    def assign(self, life: Life, *, at: datetime) -> None:
        life.assign(self.cast.agent, by=self.cast.lead.actor, at=at)

    def change(self, life: Life, *, at: datetime, **fields: Any) -> None:
        life.change(by=self.cast.agent.actor, at=at, **fields)

    def hold(self, life: Life, *, at: datetime) -> None:
        life.hold(by=self.cast.agent.actor, at=at, reason="A release")

    def raise_ticket(self, life: Life, *, at: datetime) -> None:
        life.raise_ticket(ladder="support", by=self.cast.agent.actor, at=at, reason="It is in the code")

    def resolve(self, life: Life, *, at: datetime) -> None:
        life.resolve(by=self.cast.agent.actor, at=at, note="", record=RECORD)

    def close(self, life: Life, *, at: datetime) -> None:
        life.close(by=self.cast.customer.actor, at=at)

    def reach(self, life: Life, milestone: str, *, at: datetime) -> None:
        life.reach(milestone, by=self.cast.agent, at=at, note="Done.")

    def merge(self, life: Life, into: Life, *, at: datetime) -> None:
        life.merge(into, by=self.cast.agent.actor, at=at)

    def mark_spam(self, life: Life, *, at: datetime) -> None:
        life.mark_spam(by=self.cast.agent.actor, at=at)

    def pass_time(self, life: Life, *, at: datetime) -> None:
        life.pass_time(at)

    def end(self, at: datetime) -> None:
        write(self.lives, self.version, at=at)


class ByActions:
    """The same steps, by the actions and the ticker."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast

    def open(self, number: int, *, at: datetime, priority: str) -> Any:
        return open_ticket(
            requester=self.cast.customer, title="A list cannot be imported", text="It stops at row 17.", channel="email",
            by=self.cast.customer.actor, at=at, priority=priority, category="question",
        )  # fmt: skip

    def reply(self, ticket: Ticket, text: str, *, at: datetime, then: str = "") -> None:
        person = self.cast.agent.person
        conversation.reply(ticket, text=text, by=self.cast.agent.actor, at=at, author=person, then=then, send=False)

    def customer_reply(self, ticket: Ticket, text: str, *, at: datetime) -> None:
        by, person = self.cast.customer.actor, self.cast.customer.person
        conversation.customer_reply(ticket, text=text, by=by, at=at, author=person, channel="email")

    def note(self, ticket: Ticket, text: str, *, at: datetime) -> None:
        conversation.note(ticket, text=text, by=self.cast.agent.actor, at=at, author=self.cast.agent.person)

    def assign(self, ticket: Ticket, *, at: datetime) -> None:
        assignment.assign(ticket, to=self.cast.agent, by=self.cast.lead.actor, at=at)

    def change(self, ticket: Ticket, *, at: datetime, **fields: Any) -> None:
        changing.change(ticket, by=self.cast.agent.actor, at=at, **fields)

    def hold(self, ticket: Ticket, *, at: datetime) -> None:
        waiting.hold(ticket, by=self.cast.agent.actor, at=at, reason="A release")

    def raise_ticket(self, ticket: Ticket, *, at: datetime) -> None:
        escalation.raise_ticket(ticket, ladder="support", by=self.cast.agent.actor, at=at, reason="It is in the code")

    def resolve(self, ticket: Ticket, *, at: datetime) -> None:
        resolution.resolve(ticket, by=self.cast.agent.actor, at=at, record=RECORD)

    def close(self, ticket: Ticket, *, at: datetime) -> None:
        resolution.close(ticket, by=self.cast.customer.actor, at=at)

    def reach(self, ticket: Ticket, milestone: str, *, at: datetime) -> None:
        milestones.reach(
            ticket, milestone, by=self.cast.agent.actor, at=at, note="Done.", author=self.cast.agent.person
        )

    def merge(self, ticket: Ticket, into: Ticket, *, at: datetime) -> None:
        merging.merge(ticket, into=into, by=self.cast.agent.actor, at=at)

    def mark_spam(self, ticket: Ticket, *, at: datetime) -> None:
        spam.mark_spam(ticket, by=self.cast.agent.actor, at=at)

    def pass_time(self, ticket: Ticket, *, at: datetime) -> None:
        """The ticker and a worker, both as quick as can be."""
        while (clock := Clock.objects.get(pk=ticket.key)).next_wake_at is not None and clock.next_wake_at < at:
            known = set(Event.objects.values_list("pk", flat=True))
            tick(clock.next_wake_at + timedelta(microseconds=1))
            for event in Event.objects.exclude(pk__in=known).filter(kind__startswith="commitment.").order_by("at"):
                with time_machine.travel(event.at + NOTICED, tick=False):
                    handlers.act_on_commitment(event)

    def end(self, at: datetime) -> None:
        pass


def solved_in_time(way: Any) -> None:
    one = way.open(9001, at=MONDAY, priority="P3")
    way.assign(one, at=MONDAY + 5 * MINUTE)
    way.note(one, "Looks like the encoding.", at=MONDAY + 9 * MINUTE)
    way.reply(one, "Please send the file.", at=MONDAY + 12 * MINUTE, then=Ticket.Status.WAITING)
    way.customer_reply(one, "Here it is.", at=MONDAY + 3 * HOUR)
    way.change(one, at=MONDAY + 3 * HOUR + MINUTE, priority="P2")
    way.reply(one, "It is clean now.", at=MONDAY + 3 * HOUR + 20 * MINUTE)
    way.resolve(one, at=MONDAY + 3 * HOUR + 21 * MINUTE)


def comes_back_and_ends(way: Any) -> None:
    one = way.open(9001, at=MONDAY, priority="P4")
    way.reply(one, "Like this.", at=MONDAY + 10 * MINUTE)
    way.resolve(one, at=MONDAY + 11 * MINUTE)
    way.customer_reply(one, "It happens again.", at=MONDAY + DAY)
    way.hold(one, at=MONDAY + DAY + MINUTE)
    way.reply(one, "Mended.", at=MONDAY + DAY + 30 * MINUTE)
    way.close(one, at=MONDAY + DAY + HOUR)


def late_and_raised(way: Any) -> None:
    one = way.open(9001, at=MONDAY, priority="P1")
    way.pass_time(one, at=MONDAY + 2 * HOUR + 30 * MINUTE)
    way.assign(one, at=MONDAY + 2 * HOUR + 30 * MINUTE)
    way.reply(one, "We are on it.", at=MONDAY + 2 * HOUR + 40 * MINUTE)
    way.pass_time(one, at=MONDAY + 5 * HOUR)
    way.raise_ticket(one, at=MONDAY + 5 * HOUR)
    way.resolve(one, at=MONDAY + 5 * HOUR + MINUTE)
    way.reach(one, "root_cause_recorded", at=MONDAY + DAY)


def written_twice(way: Any) -> None:
    first = way.open(9001, at=MONDAY, priority="P3")
    second = way.open(9002, at=MONDAY + HOUR, priority="P3")
    way.merge(second, first, at=MONDAY + HOUR + 5 * MINUTE)


def no_matter_of_a_customer(way: Any) -> None:
    way.mark_spam(way.open(9001, at=MONDAY, priority="P3"), at=MONDAY + 5 * MINUTE)


@pytest.mark.parametrize(
    "story", [solved_in_time, comes_back_and_ends, late_and_raised, written_twice, no_matter_of_a_customer]
)
def test_a_life_in_memory_is_what_the_actions_give(cast: Cast, techflow: PolicyVersion, story: Step) -> None:
    acting = ByActions(cast)
    story(acting)
    acted = rows()
    assert acted["events"]
    assert acted["commitments"]
    assert bool(acted["escalations"]) == (story is late_and_raised)
    Ticket.objects.all().delete()
    Clock.objects.all().delete()
    Commitment.objects.all().delete()
    before = set(Event.objects.values_list("pk", flat=True))

    living = InMemory(cast, techflow, count(50_001))
    story(living)
    living.end(max(life.now for life in living.lives))
    assert rows(before) == acted
    assert list(verify()) == []


def rows(but: set[int] = frozenset()) -> dict[str, list[Any]]:  # type: ignore[assignment]
    """Everything there is of the tickets, with numbers counted from one in place of keys."""
    tickets = {ticket.pk: place for place, ticket in enumerate(Ticket.objects.order_by("pk"), 1)}
    said = {message.pk: place for place, message in enumerate(Message.objects.order_by("ticket", "at", "pk"), 1)}

    def plain(value: Any) -> Any:
        if isinstance(value, str):
            for pk, place in tickets.items():
                value = value.replace(f"ticket:{pk}", f"ticket:{place}")
        return value

    def event(one: Event) -> tuple[Any, ...]:
        data = {name: said[value] if name == "message" else plain(value) for name, value in one.data.items()}
        return one.kind, plain(one.subject), one.actor, one.at, data, plain(one.key)

    def row(one: Any, *without: str) -> dict[str, Any]:
        values = model_to_dict(one, exclude=["id", "version", "watchers", *without])
        numbers = {name: tickets[values[name]] for name in ("ticket", "into") if name in values}
        return {name: plain(value) for name, value in (values | numbers).items()}

    events = Event.objects.filter(subject__startswith="ticket:").exclude(pk__in=but)
    return {
        "tickets": [row(one) for one in Ticket.objects.order_by("pk")],
        "messages": [row(one, "outgoing") for one in Message.objects.order_by("ticket", "at", "pk")],
        "resolutions": [row(one) for one in Resolution.objects.order_by("pk")],
        "escalations": [row(one) for one in Escalation.objects.order_by("raised_at", "pk")],
        "merges": [row(one) for one in Merge.objects.order_by("pk")],
        "events": sorted((event(one) for one in events.order_by("pk")), key=lambda one: (one[1], one[3])),
        "commitments": [row(one) for one in Commitment.objects.order_by("subject", "clause", "cycle")],
        "clocks": [(plain(one.subject), one.next_wake_at) for one in Clock.objects.order_by("subject")],
    }
