"""What the page of a ticket shows, read in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import JSONObject

from upheld.commitments.models import Commitment
from upheld.events.models import Event
from upheld.people.models import Person
from upheld.tickets.models import Draft, Escalation, Link, Merge, Message, Reading, Resolution, Ticket

OTHERS = 6
QUIET = ("ticket.replied", "ticket.customer_replied", "ticket.noted")  # the message itself stands in the thread


@dataclass(frozen=True, slots=True)
class Ties:
    """How a ticket is tied to others. `into` is the ticket that it is read in; `parts` are those read in it."""

    into: Ticket | None
    parts: list[Ticket]
    links: list[tuple[Link, Ticket]]


def on_page(person: Person) -> Sequence[Ticket]:
    """Tickets that the person may see, with all that the page of one wants, also what this person read and drafted."""
    mine = {"ticket": OuterRef("pk"), "person": person}
    drafts = Draft.objects.filter(**mine).values(json=JSONObject(is_internal="is_internal", text="text"))
    watchers = Person.objects.filter(watched_tickets=OuterRef("pk")).values(
        json=JSONObject(id="pk", name="name", email="email")
    )
    steps = Escalation.objects.filter(ticket=OuterRef("pk")).values(json=JSONObject(ladder="ladder", rung="rung"))
    settled = Resolution.objects.filter(ticket=OuterRef("pk"), reopened_at=None)
    return (
        Ticket.objects.visible_to(person)
        .select_related("requester__person", "account__manager__person", "assignee__person", "team")
        .annotate(
            read_at=Subquery(Reading.objects.filter(**mine).values("read_at")[:1]),
            drafts_of_mine=ArraySubquery(drafts),
            watched_by=ArraySubquery(watchers),
            steps_up=ArraySubquery(steps.order_by("pk")),
            settled_as=Subquery(
                settled.values(json=JSONObject(note="note", record="record", by="resolved_by", at="resolved_at"))[:1]
            ),
        )
    )


def ties(ticket: Ticket) -> Ties:
    """Merges and links in both directions. Two queries."""
    merges = (
        Merge.objects.filter(Q(ticket=ticket) | Q(into=ticket), undone_at=None)
        .select_related("ticket", "into")
        .order_by("id")
    )
    links = Link.objects.filter(Q(ticket=ticket) | Q(other=ticket)).select_related("ticket", "other").order_by("id")
    into = [merge.into for merge in merges if merge.ticket_id == ticket.pk]
    return Ties(
        into=into[0] if into else None,
        parts=[merge.ticket for merge in merges if merge.into_id == ticket.pk],
        links=[(link, link.other if link.ticket_id == ticket.pk else link.ticket) for link in links],
    )


def thread(ticket: Ticket, parts: Sequence[Ticket] = ()) -> list[Message]:
    """Every message of the ticket and of those merged into it, oldest first, with all that it shows. Two queries."""
    messages = (
        Message.objects.filter(ticket__in=[ticket, *parts]).select_related("author", "outgoing").order_by("at", "id")
    )
    return list(messages.defer("outgoing__raw").prefetch_related("attachments__file"))


def happenings(ticket: Ticket) -> list[Event]:
    """The events of the ticket that the thread does not show as messages, in the order in which they count. One query."""
    return list(Event.objects.about(ticket.key).exclude(kind__in=QUIET))


def commitments(ticket: Ticket) -> list[Commitment]:
    """All of them: awaited ones first, tightest first; then what is over, newest first. One query."""
    rows = list(Commitment.objects.of(ticket.key).order_by(F("due_at").asc(nulls_last=True), "id"))
    over = [row for row in rows if row.ended_at is not None or row.state == Commitment.State.VOID]
    return [row for row in rows if row not in over] + sorted(
        over, key=lambda row: row.ended_at or row.began_at, reverse=True
    )


def others_of(ticket: Ticket, person: Person) -> list[Ticket]:
    """The requester's other tickets that the person may see, newest first. One query."""
    return list(
        Ticket.objects.visible_to(person)
        .filter(requester=ticket.requester_id)
        .exclude(pk=ticket.pk)
        .order_by("-id")[:OTHERS]
    )
