"""Fills an empty desk with any number of tickets by COPY: deterministic, true to the fold, five messages a ticket on average."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, models

from upheld.accounts.models import Account, Contact, Identity
from upheld.commitments.folding import fold_subject, new_row
from upheld.commitments.following import first_wake
from upheld.commitments.models import Clock, Commitment, PolicyVersion
from upheld.commitments.policies import policy_of
from upheld.events.models import Event
from upheld.people.models import Agent, Person, Team
from upheld.policy import Policy
from upheld.tickets.models import Message, Ticket
from upheld.tickets.recording import tightest

SEED = 20260101
AGENTS, TEAMS = 24, 3
WORDS = [
    "report",
    "import",
    "login",
    "invoice",
    "export",
    "calendar",
    "sync",
    "mobile",
    "dashboard",
    "filter",
    "contact",
    "template",
    "rule",
    "webhook",
    "field",
    "archive",
    "search",
    "slow",
    "missing",
    "wrong",
    "twice",
    "empty",
    "after",
    "update",
    "since",
    "morning",
    "cannot",
    "shows",
    "error",
    "waits",
    "again",
    "please",
    "every",
    "user",
    "team",
    "page",
    "saves",
]


def fill(version: PolicyVersion, *, tickets: int, now: datetime, seed: int = SEED) -> None:
    """Write everything in a few COPY statements; one ticket in twenty is still open. 100,000 take about a minute."""
    dice = random.Random(seed)
    policy = policy_of(version.pk)
    accounts = max(10, tickets // 100)
    _people(dice, policy, accounts, now)
    rows = _Rows()
    for number in range(1, tickets + 1):
        _ticket(rows, dice, version, number, accounts, now)
        if number % 5000 == 0:
            rows.write()
    rows.write()
    with connection.cursor() as cursor:
        for model in (Person, Agent, Team, Account, Contact, Identity, Ticket, Message, Event, Commitment):
            table = model._meta.db_table
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")
        cursor.execute("ANALYZE")


class _Rows:
    """What waits to be copied, in the order in which tables need each other."""

    def __init__(self) -> None:
        self.event_id = Event.objects.order_by("-id").values_list("id", flat=True).first() or 0
        self.message_id = 0
        self.clear()

    def clear(self) -> None:
        self.tickets: list[Ticket] = []
        self.messages: list[Message] = []
        self.events: list[Event] = []
        self.clocks: list[Clock] = []
        self.commitments: list[Commitment] = []

    def write(self) -> None:
        for rows in (self.tickets, self.messages, self.events, self.clocks, self.commitments):
            copy(rows)
        self.clear()

    def event(self, kind: str, subject: str, actor: str, at: datetime, **data: Any) -> Event:
        self.event_id += 1
        event = Event(id=self.event_id, kind=kind, subject=subject, actor=actor, at=at, recorded_at=at, data=data)
        self.events.append(event)
        return event


def copy(rows: Iterable[models.Model]) -> None:
    """COPY model instances as they are; an id that is None is left to the sequence."""
    rows = list(rows)
    if not rows:
        return
    meta = rows[0]._meta
    fields = [field for field in meta.concrete_fields if not (field.primary_key and rows[0].pk is None)]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    with connection.cursor() as cursor, cursor.cursor.copy(f'COPY "{meta.db_table}" ({columns}) FROM STDIN') as out:
        for row in rows:
            out.write_row([_plain(field, row) for field in fields])


def _plain(field: models.Field[Any, Any], row: models.Model) -> Any:
    value = getattr(row, field.attname)
    return json.dumps(value) if isinstance(field, models.JSONField) else value


def _people(dice: random.Random, policy: Any, accounts: int, now: datetime) -> None:
    plans, departments = list(policy.plans), list(policy.departments)
    contacts = accounts * 3
    people = [
        Person(id=i, email=f"p{i}@bench.example", name=_name(dice), password="!", joined_at=now, zone="Europe/Berlin")
        for i in range(1, AGENTS + contacts + 1)
    ]
    copy(people)
    copy(Team(id=i, name=f"Team {i}", department=departments[i % len(departments)]) for i in range(1, TEAMS + 1))
    copy(Agent(id=i, person_id=i, team_id=i % TEAMS + 1, level=1 + i % 3) for i in range(1, AGENTS + 1))
    copy(
        Account(
            id=i,
            name=f"{dice.choice(WORDS).title()} {dice.choice(WORDS).title()} {i}",
            plan=plans[i % len(plans)],
            created_at=now,
        )
        for i in range(1, accounts + 1)
    )
    copy(
        Contact(id=i, person_id=AGENTS + i, account_id=(i - 1) % accounts + 1, is_administrator=i <= accounts)
        for i in range(1, contacts + 1)
    )
    copy(
        Identity(id=i, contact_id=i, kind="mail", value=f"p{AGENTS + i}@bench.example") for i in range(1, contacts + 1)
    )


def _ticket(
    rows: _Rows, dice: random.Random, version: PolicyVersion, number: int, accounts: int, now: datetime
) -> None:
    """One ticket with all that was said on it, and what is promised about it by now."""
    is_open = dice.random() < 0.05
    age = timedelta(hours=dice.uniform(0.05, 72) if is_open else dice.uniform(72, 24 * 700))
    contact, agent = dice.randrange(1, accounts * 3 + 1), dice.randrange(1, AGENTS + 1)
    ticket = _opened(dice, policy_of(version.pk), number, (contact - 1) % accounts + 1, agent, now - age)
    ticket.requester_id = contact
    given = {name: value for name, value in ticket.attributes().items() if value not in ("", [])} | {"status": "new"}
    events = [rows.event("ticket.opened", ticket.key, f"contact:{contact}", ticket.opened_at, **given)]
    events += _talk(rows, dice, ticket, contact, agent, now)
    if not is_open:
        ticket.status, ticket.is_settled = "resolved", True
        ticket.changed_at += timedelta(minutes=5)
        events.append(rows.event("ticket.resolved", ticket.key, f"agent:{agent}", ticket.changed_at, status="resolved"))
    _promise(rows, ticket, version, events, now)
    rows.tickets.append(ticket)


def _opened(dice: random.Random, policy: Policy, number: int, account: int, agent: int, at: datetime) -> Ticket:
    return Ticket(
        id=number,
        title=_sentence(dice, 6),
        account_id=account,
        plan=list(policy.plans)[account % len(policy.plans)],
        priority=dice.choices(list(policy.priorities), weights=[1, 3, 8, 8][: len(policy.priorities)])[0],
        category=dice.choice(list(policy.categories)),
        department=dice.choice(list(policy.departments)),
        channel="email",
        status="open",
        assignee_id=agent if dice.random() < 0.8 else None,
        team_id=agent % TEAMS + 1,
        opened_at=at,
        changed_at=at,
    )


def _talk(rows: _Rows, dice: random.Random, ticket: Ticket, contact: int, agent: int, now: datetime) -> Iterator[Event]:
    """Customer and agent in turns, ever sooner the nearer it comes to now."""
    for turn in range(dice.randrange(3, 8)):
        by_customer = turn % 2 == 0
        ticket.changed_at += min(timedelta(minutes=dice.expovariate(1 / 90)), (now - ticket.changed_at) * 0.4)
        _message(rows, dice, ticket, contact, agent, ticket.changed_at, by_customer=by_customer)
        if turn:
            kind, actor = ("customer_replied", f"contact:{contact}") if by_customer else ("replied", f"agent:{agent}")
            yield rows.event(f"ticket.{kind}", ticket.key, actor, ticket.changed_at, status="open")


def _promise(rows: _Rows, ticket: Ticket, version: PolicyVersion, events: list[Event], now: datetime) -> None:
    """What the fold makes of the events, as the rows that the desk keeps of it."""
    commitments = [
        new_row(ticket.key, version.pk, state) for state in fold_subject(ticket.key, version.pk, events, at=now)
    ]
    rows.commitments += commitments
    rows.clocks.append(Clock(subject=ticket.key, version_id=version.pk, next_wake_at=first_wake(commitments)))
    ticket.due_at = tightest(commitments)


def _message(
    rows: _Rows, dice: random.Random, ticket: Ticket, contact: int, agent: int, at: datetime, *, by_customer: bool
) -> None:
    rows.message_id += 1
    text = "\n\n".join(_sentence(dice, dice.randrange(12, 40)) for _ in range(dice.randrange(1, 4)))
    rows.messages.append(
        Message(
            id=rows.message_id,
            ticket_id=ticket.pk,
            by="customer" if by_customer else "staff",
            text=text,
            channel="email",
            at=at,
            author_id=AGENTS + contact if by_customer else agent,
            actor=f"contact:{contact}" if by_customer else f"agent:{agent}",
        )
    )
    ticket.preview, ticket.last_message_at, ticket.last_message_by = (
        text[:120].replace("\n", " "),
        at,
        rows.messages[-1].by,
    )


def _sentence(dice: random.Random, words: int) -> str:
    return " ".join(dice.choices(WORDS, k=words)).capitalize() + "."


def _name(dice: random.Random) -> str:
    first, last = (
        dice.choice(["Ana", "Bo", "Chen", "Dara", "Eli", "Fay", "Gus", "Hana", "Ivo", "Jo"]),
        dice.choice(["Okafor", "Silva", "Weber", "Tanaka", "Nowak", "Haddad"]),
    )
    return f"{first} {last}"
