"""What the page of a ticket shows, read in a fixed number of queries.

Some are written as SQL: they join much, are asked all day, and Django's compiler takes longer over them than PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import F, OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject

from upheld.commitments.models import Commitment
from upheld.events.models import Event
from upheld.people.models import Agent, Person
from upheld.tickets.models import Draft, Escalation, Reading, Resolution, Ticket

OTHERS = 6
QUIET = ("ticket.replied", "ticket.customer_replied", "ticket.noted")  # the message itself stands in the thread


def on_page(person: Person) -> QuerySet[Any]:
    """Tickets that the person may see, with all that the page of one wants, also what this person read and drafted."""
    mine = {"ticket": OuterRef("pk"), "person": person}
    drafts = Draft.objects.filter(**mine).values(json=JSONObject(is_internal="is_internal", text="text"))
    watchers = Person.objects.filter(watched_tickets=OuterRef("pk")).values(
        json=JSONObject(id="pk", name="name", email="email")
    )
    steps = Escalation.objects.filter(ticket=OuterRef("pk")).values(json=JSONObject(ladder="ladder", rung="rung"))
    settled = Resolution.objects.filter(ticket=OuterRef("pk"), reopened_at=None).values(
        json=JSONObject(note="note", record="record", by="resolved_by", at="resolved_at")
    )
    return (
        Ticket.objects.visible_to(person)
        .select_related("requester__person", "account__manager__person", "assignee__person", "team")
        .annotate(
            read_at=Subquery(Reading.objects.filter(**mine).values("read_at")[:1]),
            drafts_of_mine=ArraySubquery(drafts),
            watched_by=ArraySubquery(watchers),
            steps_up=ArraySubquery(steps.order_by("pk")),
            settled_as=Subquery(settled[:1]),
        )
    )


@dataclass(frozen=True, slots=True)
class Tie:
    """Another ticket that this one is tied to. `pk` is the tie's own number."""

    pk: int
    ticket: int
    title: str
    kind: str = ""

    @property
    def reference(self) -> str:
        return f"#{self.ticket}"


@dataclass(frozen=True, slots=True)
class Ties:
    """How a ticket is tied to others. `into` is the ticket that it is read in; `parts` are those read in it."""

    into: Tie | None
    parts: list[Tie]
    links: list[Tie]


TIES = """
SELECT 'into', merge.id, other.id, other.title, ''
  FROM tickets_merge merge JOIN tickets_ticket other ON other.id = merge.into_id
 WHERE merge.ticket_id = %(ticket)s AND merge.undone_at IS NULL
UNION ALL
SELECT 'part', merge.id, other.id, other.title, ''
  FROM tickets_merge merge JOIN tickets_ticket other ON other.id = merge.ticket_id
 WHERE merge.into_id = %(ticket)s AND merge.undone_at IS NULL
UNION ALL
SELECT 'link', link.id, other.id, other.title, link.kind
  FROM tickets_link link JOIN tickets_ticket other ON other.id = link.other_id
 WHERE link.ticket_id = %(ticket)s
UNION ALL
SELECT 'link', link.id, other.id, other.title, link.kind
  FROM tickets_link link JOIN tickets_ticket other ON other.id = link.ticket_id
 WHERE link.other_id = %(ticket)s
ORDER BY 2
"""


def ties(ticket: Ticket) -> Ties:
    """Merges and links in both directions. One query."""
    rows = [(how, Tie(*rest)) for how, *rest in _rows(TIES, {"ticket": ticket.pk})]
    into = [tie for how, tie in rows if how == "into"]
    return Ties(
        into=into[0] if into else None,
        parts=[tie for how, tie in rows if how == "part"],
        links=[tie for how, tie in rows if how == "link"],
    )


@dataclass(frozen=True, slots=True)
class Spoken:
    """A message with all that the thread shows of it. `files` are `{pk, name, size}`; `mail_*` is the fate of its mail."""

    pk: int
    ticket: int
    is_internal: bool
    by: str
    text: str
    html: str
    channel: str
    cc: list[str]
    at: datetime
    author_name: str | None
    author_email: str | None
    mail_state: str | None
    mail_error: str | None
    mail_attempts: int | None
    mail_sent_at: datetime | None
    files: list[dict[str, Any]] | None


THREAD = """
SELECT message.id, message.ticket_id, message.is_internal, message.by, message.text, message.html, message.channel,
       message.cc::json, message.at, author.name, author.email, mail.state, mail.error, mail.attempts, mail.sent_at,
       (SELECT json_agg(json_build_object('pk', one.id, 'name', one.name, 'size', file.size) ORDER BY one.id)
          FROM tickets_attachment one JOIN channels_storedfile file ON file.id = one.file_id
         WHERE one.message_id = message.id)
  FROM tickets_message message
  LEFT JOIN people_person author ON author.id = message.author_id
  LEFT JOIN channels_outgoingmail mail ON mail.id = message.outgoing_id
 WHERE message.ticket_id = ANY(%(tickets)s)
 ORDER BY message.at, message.id
"""


def thread(ticket: Ticket, parts: Sequence[Tie] = ()) -> list[Spoken]:
    """Every message of the ticket and of those merged into it, oldest first; for agents, notes included. One query."""
    return [Spoken(*row) for row in _rows(THREAD, {"tickets": [ticket.pk, *(part.ticket for part in parts)]})]


def happenings(ticket: Ticket) -> list[Event]:
    """The events of the ticket that the thread does not show as messages, in the order in which they count. One query."""
    return list(Event.objects.about(ticket.key).exclude(kind__in=QUIET))


def commitments(ticket: Ticket) -> tuple[list[Commitment], list[Commitment]]:
    """Those that are awaited, tightest first, and those that are over, newest first. One query."""
    rows = list(Commitment.objects.of(ticket.key).order_by(F("due_at").asc(nulls_last=True), "id"))
    awaited = [row for row in rows if row.ended_at is None and row.state != Commitment.State.VOID]
    over = [row for row in rows if row not in awaited]
    return awaited, sorted(over, key=lambda row: row.ended_at or row.began_at, reverse=True)


def people_here() -> tuple[list[tuple[int, int, str]], tuple[tuple[int, str], ...]]:
    """Everybody who works here as `(agent, person, name)`, and all teams as `(team, name)`, both by name. One query."""
    rows = _rows(
        "SELECT agent.id, person.id, coalesce(nullif(person.name, ''), person.email) AS name FROM people_agent agent"
        " JOIN people_person person ON person.id = agent.person_id WHERE person.is_active"
        " UNION ALL SELECT team.id, NULL, team.name FROM people_team team ORDER BY name",
        {},
    )
    agents = [(pk, person, name) for pk, person, name in rows if person is not None]
    return agents, tuple((pk, name) for pk, person, name in rows if person is None)


def others_of(ticket: Ticket, person: Person) -> list[Ticket]:
    """The requester's other tickets that the person may see, newest first. One query."""
    seen = Ticket.objects.visible_to(person).filter(requester=ticket.requester_id).exclude(pk=ticket.pk)
    return list(seen.only("title", "status", "opened_at").order_by("-id")[:OTHERS])


def agents_by_name() -> list[tuple[int, str]]:
    """`(agent, name)` of everybody who works here. One query."""
    rows = Agent.objects.working().order_by("person__name").values_list("pk", "person__name", "person__email")
    return [(pk, name or email) for pk, name, email in rows]


def _rows(sql: str, values: dict[str, Any]) -> Iterable[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
