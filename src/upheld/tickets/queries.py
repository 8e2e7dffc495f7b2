"""What the page of a ticket shows, read in a fixed number of queries.

Some are written as SQL: they join much, are asked all day, and Django's compiler takes longer over them than PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from upheld.commitments.models import Commitment
from upheld.events.models import Event
from upheld.people.models import Agent, Person
from upheld.statements import Asked, Given
from upheld.tickets.models import Ticket
from upheld.tickets.models.ticket import sees_all

OTHERS = 6
QUIET = (
    "ticket.replied",
    "ticket.customer_replied",
    "ticket.noted",
    "ticket.reply_scheduled",
    "ticket.reply_cancelled",
)  # the message itself stands in the thread


@dataclass(frozen=True, slots=True)
class Opened:
    """A ticket as its page shows it to an agent, with what this agent read, drafted and was told of it."""

    pk: int
    title: str
    status: str
    is_settled: bool
    is_spam: bool
    priority: str
    plan: str
    category: str
    product_area: str
    department: str
    channel: str
    brand: str
    level: int
    tags: list[str]
    essentials: dict[str, Any]
    opened_at: datetime
    changed_at: datetime
    last_message_at: datetime | None
    account: int | None
    account_name: str | None
    account_manager: str | None
    contact: int
    requester: int
    requester_name: str
    requester_email: str
    requester_zone: str
    requester_phone: str
    requester_title: str
    assignee: int | None
    team: int | None
    read_at: datetime | None
    has_notices: bool
    drafts: dict[str, str] | None
    watched_by: list[dict[str, Any]] | None
    resolution: dict[str, Any] | None
    others: list[dict[str, Any]] | None
    bounced_at: datetime | None
    scheduled: list[dict[str, Any]] | None

    @property
    def key(self) -> str:
        return f"ticket:{self.pk}"

    @property
    def reference(self) -> str:
        return f"#{self.pk}"

    @property
    def requester_first_name(self) -> str:
        return self.requester_name.split()[0]

    @property
    def is_unread(self) -> bool:
        return self.last_message_at is not None and (self.read_at is None or self.read_at < self.last_message_at)


OPENED = """
SELECT ticket.id, ticket.title, ticket.status, ticket.is_settled, ticket.is_spam, ticket.priority, ticket.plan, ticket.category,
       ticket.product_area, ticket.department, ticket.channel, ticket.brand, ticket.level, ticket.tags::json,
       ticket.essentials::json, ticket.opened_at, ticket.changed_at, ticket.last_message_at, account.id, account.name,
       (SELECT coalesce(nullif(person.name, ''), person.email)
          FROM people_agent agent JOIN people_person person ON person.id = agent.person_id
         WHERE agent.id = account.manager_id),
       contact.id, requester.id, coalesce(nullif(requester.name, ''), requester.email), requester.email, requester.zone,
       contact.phone, contact.title, ticket.assignee_id, ticket.team_id,
       (SELECT read_at FROM tickets_reading WHERE ticket_id = ticket.id AND person_id = %(person)s),
       EXISTS (SELECT FROM people_notification
                WHERE person_id = %(person)s AND read_at IS NULL AND subject = 'ticket:' || ticket.id),
       (SELECT json_object_agg(CASE WHEN is_internal THEN 'note' ELSE 'reply' END, text) FROM tickets_draft
         WHERE ticket_id = ticket.id AND person_id = %(person)s),
       (SELECT json_agg(json_build_object(
                  'id', person.id, 'name', coalesce(nullif(person.name, ''), person.email), 'email', person.email))
          FROM tickets_ticket_watchers watching JOIN people_person person ON person.id = watching.person_id
         WHERE watching.ticket_id = ticket.id),
       (SELECT record::json FROM tickets_resolution WHERE ticket_id = ticket.id AND reopened_at IS NULL),
       (SELECT json_agg(json_build_object('pk', id, 'title', title, 'status', status, 'opened_at', opened_at) ORDER BY id DESC)
          FROM (SELECT id, title, status, opened_at FROM tickets_ticket
                 WHERE requester_id = ticket.requester_id AND id <> ticket.id AND %(is_agent)s
                 ORDER BY id DESC LIMIT %(others)s) other),
       contact.bounced_at,
       (SELECT json_agg(json_build_object(
                  'pk', waiting.id, 'state', waiting.state, 'reason', waiting.reason, 'text', waiting.text,
                  'cc', waiting.cc, 'bcc', waiting.bcc, 'without', waiting.without,
                  'send_at', waiting.send_at, 'written_at', waiting.written_at,
                  'author', author.id, 'author_name', coalesce(nullif(author.name, ''), author.email),
                  'files', (SELECT json_agg(json_build_object('pk', one.id, 'name', one.name, 'size', file.size) ORDER BY one.id)
                              FROM tickets_scheduledfile one JOIN channels_storedfile file ON file.id = one.file_id
                             WHERE one.reply_id = waiting.id)) ORDER BY waiting.send_at, waiting.id)
          FROM tickets_scheduledreply waiting JOIN people_person author ON author.id = waiting.author_id
         WHERE waiting.ticket_id = ticket.id AND (waiting.state IN ('pending', 'failed') OR waiting.is_put_back))
  FROM tickets_ticket ticket
  JOIN accounts_contact contact ON contact.id = ticket.requester_id
  JOIN people_person requester ON requester.id = contact.person_id
  LEFT JOIN accounts_account account ON account.id = ticket.account_id
 WHERE ticket.id = %(ticket)s
"""


TICKET = Asked(lambda: Ticket.objects.filter(pk=Given("pk")))


def visible(ticket: int, person: Person) -> Ticket | None:
    """The ticket itself, for somebody who may see it. One query."""
    if sees_all(person):
        return TICKET.first(pk=ticket)
    return Ticket.objects.visible_to(person).filter(pk=ticket).first()


def opened(ticket: int, person: Person) -> Opened | None:
    """The ticket for somebody who may see it, else None; the requester's other tickets are for agents. One query, two for
    customers.
    """
    if not sees_all(person) and not Ticket.objects.visible_to(person).filter(pk=ticket).exists():
        return None
    values = {"ticket": ticket, "person": person.pk, "is_agent": hasattr(person, "agent"), "others": OTHERS}
    return next((Opened(*row) for row in _rows(OPENED, values)), None)


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


def ties(ticket: Opened) -> Ties:
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
    """A message with all that the thread shows of it.

    `files` are `{pk, name, size, type, content_id}`, `outside` its fetched pictures by the digest of their address; `mail_*` is
    the fate of its mail.
    """

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
    bcc: list[str]
    mail_bounced_at: datetime | None
    mail_refused: dict[str, str] | None
    is_proved: bool | None
    received: int | None
    outside: dict[str, dict[str, Any]] | None
    mail: int | None
    mail_next_try_at: datetime | None
    mail_recipients: list[str] | None
    mail_delivered: list[str] | None
    mail_needs_a_look: bool | None
    mail_arrived: list[str] | None
    is_by_provider: bool | None


THREAD = """
SELECT message.id, message.ticket_id, message.is_internal, message.by, message.text, message.html, message.channel,
       message.cc::json, message.at, author.name, author.email, mail.state, mail.error, mail.attempts, mail.sent_at,
       (SELECT json_agg(json_build_object('pk', one.id, 'name', one.name, 'size', file.size,
                  'type', one.content_type, 'content_id', one.content_id) ORDER BY one.id)
          FROM tickets_attachment one JOIN channels_storedfile file ON file.id = one.file_id
         WHERE one.message_id = message.id),
       message.bcc::json, mail.bounced_at, mail.refused::json,
       (received.authentication ->> 'authentic')::boolean, message.received_id,
       (SELECT json_object_agg(one.address, json_build_object('pk', one.id, 'failure', one.failure))
          FROM tickets_outsidepicture one WHERE one.message_id = message.id),
       mail.id, mail.next_try_at, mail.recipients::json, mail.delivered::json, mail.needs_a_look,
       mail.arrived::json, mail.provider_id <> ''
  FROM tickets_message message
  LEFT JOIN people_person author ON author.id = message.author_id
  LEFT JOIN channels_outgoingmail mail ON mail.id = message.outgoing_id
  LEFT JOIN channels_receivedmail received ON received.id = message.received_id
 WHERE message.ticket_id = ANY(%(tickets)s)
 ORDER BY message.at, message.id
"""


def thread(ticket: Opened, parts: Sequence[Tie] = ()) -> list[Spoken]:
    """Every message of the ticket and of those merged into it, oldest first; for agents, notes included. One query."""
    return [Spoken(*row) for row in _rows(THREAD, {"tickets": [ticket.pk, *(part.ticket for part in parts)]})]


EVENTS = Asked(lambda: Event.objects.filter(subject=Given("subject")).exclude(kind__in=QUIET).order_by("id"))
COMMITMENTS = Asked(lambda: Commitment.objects.filter(subject=Given("subject")).tightest_first())


def happenings(ticket: Opened) -> list[Event]:
    """The events of the ticket that the thread does not show as messages, in the order in which they count. One query."""
    return EVENTS(subject=ticket.key)


def commitments(ticket: Opened) -> tuple[list[Commitment], list[Commitment]]:
    """Those that are awaited, tightest first, and those that are over, newest first. One query."""
    rows = COMMITMENTS(subject=ticket.key)
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


AGENTS = Asked(
    lambda: Agent.objects.working().order_by("person__name").values_list("pk", "person__name", "person__email")
)


def agents_by_name() -> list[tuple[int, str]]:
    """`(agent, name)` of everybody who works here. One query."""
    return [(pk, name or email) for pk, name, email in AGENTS()]


def _rows(sql: str, values: dict[str, Any]) -> Iterable[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
