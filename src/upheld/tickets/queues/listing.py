"""Tickets as lines of a queue, in one of its two orders."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from upheld.people.models import Person
from upheld.statements import Given
from upheld.tickets.models import Reading, Ticket
from upheld.tickets.models.ticket import TicketQuerySet

SETTLED_STATUSES = (Ticket.Status.RESOLVED, Ticket.Status.CLOSED)
TIGHTEST = ("due_at", "id")  # PostgreSQL puts those without a due time last
LATEST = ("-changed_at", "-id")
COLUMNS = (
    "pk",
    "title",
    "preview",
    "priority",
    "plan",
    "status",
    "channel",
    "last_message_by",
    "last_message_at",
    "changed_at",
    "due_at",
    "requester__person__name",
    "requester__person__email",
    "account__name",
    "assignee",
    "assignee__person__name",
    "assignee__person__email",
)


@dataclass(frozen=True, slots=True)
class Line:
    """A ticket as a line of the queue shows it: plain values, since a page of model objects costs more than its query."""

    pk: int
    title: str
    preview: str
    priority: str
    plan: str
    status: str
    channel: str
    last_message_by: str
    last_message_at: datetime | None
    changed_at: datetime
    due_at: datetime | None
    requester_name: str
    requester_email: str
    account: str | None
    assignee: int | None
    assignee_name: str | None
    assignee_email: str | None
    read_at: datetime | None

    @property
    def key(self) -> str:
        return f"ticket:{self.pk}"

    @property
    def is_unread(self) -> bool:
        """Somebody wrote since the reader looked: the customer, or a colleague. What is over calls nobody."""
        if self.status in SETTLED_STATUSES:
            return False
        return self.last_message_at is not None and (self.read_at is None or self.read_at < self.last_message_at)


def lines(tickets: TicketQuerySet, reader: Person, size: int, *, order: tuple[str, ...] = TIGHTEST) -> list[Line]:
    """The first `size` of the tickets in that order, as lines. One query."""
    return [Line(*row) for row in rows(tickets, reader, size, order)]


def rows(
    tickets: TicketQuerySet, reader: Person | Given, size: int, order: tuple[str, ...]
) -> QuerySet[Ticket, tuple[Any, ...]]:
    """The columns of lines. The tickets are chosen first, by their index alone, and only those are joined with people and
    accounts.
    """
    chosen = tickets.order_by(*order).values("pk")[:size]
    readings = Reading.objects.filter(ticket=OuterRef("pk"), person=reader).values("read_at")
    rows = Ticket.objects.filter(pk__in=chosen).order_by(*order).annotate(my_read_at=Subquery(readings[:1]))
    return rows.values_list(*COLUMNS, "my_read_at")
