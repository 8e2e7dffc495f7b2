"""Reading one ticket as a part of another, and taking that back exactly."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from upheld.events.actors import Actor
from upheld.events.models import Event
from upheld.people.models import Person
from upheld.tickets.actions.errors import AlreadyMerged, Refused
from upheld.tickets.models import Merge, Ticket
from upheld.tickets.recording import happened, lock

Status = Ticket.Status


@transaction.atomic
def merge(ticket: Ticket, *, into: Ticket, by: Actor, at: datetime) -> Merge:
    """Let `ticket` be read in `into`. Its messages stay where they are and are shown there; its own commitments stand still.

    Whoever asked or watched it watches `into` from now on, since the answer comes there.
    Refused for a ticket of another account, for itself, for one that is merged already, and into one that is merged.
    """
    _lock_both(ticket, into)
    if ticket.pk == into.pk:
        raise Refused("A ticket cannot be merged into itself.")
    if ticket.is_merged:
        raise AlreadyMerged("This ticket is merged already.")
    if into.is_merged:
        raise AlreadyMerged("The other ticket is merged itself. Merge into the one that it was merged into.")
    if ticket.account_id != into.account_id or (ticket.account_id is None and ticket.requester_id != into.requester_id):
        raise Refused(
            "Only tickets of the same account can be merged: otherwise one customer would read the other's words."
        )
    row = Merge.objects.create(ticket=ticket, into=into, status_before=ticket.status, merged_at=at, merged_by=by.key)
    ticket.status, ticket.is_settled = Status.CLOSED, True
    happened(ticket, "merged", by=by, at=at, saving=["status", "is_settled"], into=into.key, status=Status.CLOSED.value)
    brought = _bring_along(ticket, into)
    happened(into, "absorbed", by=by, at=at, ticket=ticket.key, watching=[person.pk for person in brought])
    return row


@transaction.atomic
def unmerge(ticket: Ticket, *, by: Actor, at: datetime) -> None:
    """Let the ticket stand for itself again, in the status it had; its commitments go on from the time they had used."""
    row = ticket.merges.filter(undone_at=None).select_related("into").first()
    if row is None:
        raise Refused("This ticket is not merged.")
    _lock_both(ticket, row.into)
    row.refresh_from_db()
    if row.undone_at is not None:
        raise Refused("This ticket is not merged.")
    row.undone_at, row.undone_by = at, by.key
    row.save(update_fields=["undone_at", "undone_by"])
    ticket.status = row.status_before
    ticket.is_settled = ticket.status in (Status.RESOLVED, Status.CLOSED)
    absorbed = Event.objects.about(row.into.key).of_kind("ticket.absorbed").filter(data__ticket=ticket.key).last()
    row.into.watchers.remove(*(absorbed.data.get("watching", []) if absorbed else []))
    happened(ticket, "unmerged", by=by, at=at, saving=["status", "is_settled"], into=row.into.key, status=ticket.status)
    happened(row.into, "released", by=by, at=at, ticket=ticket.key)


def _bring_along(ticket: Ticket, into: Ticket) -> list[Person]:
    """Let those who follow the one follow the other. Returns who did not yet."""
    following = {ticket.requester.person, *ticket.watchers.all()}
    fresh = following - {into.requester.person, *into.watchers.all()}
    into.watchers.add(*fresh)
    return sorted(fresh, key=lambda person: person.pk)


def _lock_both(one: Ticket, other: Ticket) -> None:
    """Always in the same order, so that two people cannot each wait for what the other holds."""
    for ticket in sorted((one, other), key=lambda ticket: ticket.pk):
        lock(ticket)
