"""Who wants to hear of a ticket, and which tickets speak of the same thing."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from upheld.events.actors import Actor
from upheld.people.models import Person
from upheld.tickets.actions.errors import Refused
from upheld.tickets.actions.opening import is_colleague
from upheld.tickets.models import Link, Ticket
from upheld.tickets.recording import happened, lock


@transaction.atomic
def watch(ticket: Ticket, *, person: Person, by: Actor, at: datetime) -> None:
    """Let a person hear of the ticket and read it: an agent, or a colleague of the requester. Refused for anybody else."""
    lock(ticket)
    if not hasattr(person, "agent") and not is_colleague(person, ticket.requester):
        raise Refused("Only colleagues of the requester, and our own people, can watch a ticket.")
    if not ticket.watchers.filter(pk=person.pk).exists():
        ticket.watchers.add(person)
        happened(ticket, "watched", by=by, at=at, person=person.pk)


@transaction.atomic
def unwatch(ticket: Ticket, *, person: Person, by: Actor, at: datetime) -> None:
    """They hear no more of it. Nothing is recorded for somebody who did not watch."""
    lock(ticket)
    if ticket.watchers.filter(pk=person.pk).exists():
        ticket.watchers.remove(person)
        happened(ticket, "unwatched", by=by, at=at, person=person.pk)


@transaction.atomic
def link(ticket: Ticket, *, other: Ticket, kind: str = "related", by: Actor, at: datetime) -> Link:
    """Tie two tickets together; linking twice returns the link that stands."""
    lock(ticket)
    if ticket.pk == other.pk:
        raise Refused("A ticket cannot be linked to itself.")
    row, is_new = Link.objects.get_or_create(
        ticket=ticket, other=other, kind=kind, defaults={"linked_at": at, "linked_by": by.key}
    )
    if is_new:
        happened(ticket, "linked", by=by, at=at, other=other.key, tie=kind)
    return row


@transaction.atomic
def unlink(row: Link, *, by: Actor, at: datetime) -> None:
    """Take a link back; one that is gone already is left at that."""
    ticket = lock(row.ticket)
    gone, _ = Link.objects.filter(pk=row.pk).delete()
    if gone:
        happened(ticket, "unlinked", by=by, at=at, other=row.other.key, tie=row.kind)
