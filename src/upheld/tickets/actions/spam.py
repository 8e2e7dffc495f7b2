"""What was no matter of a customer."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from upheld.events.actors import Actor
from upheld.tickets.actions.errors import Refused
from upheld.tickets.models import Ticket
from upheld.tickets.recording import happened, lock

Status = Ticket.Status


@transaction.atomic
def mark_spam(ticket: Ticket, *, by: Actor, at: datetime) -> None:
    """Take the ticket out of every queue. Nothing is deleted, and nobody is told. Refused for one that is merged."""
    lock(ticket)
    if ticket.is_spam:
        raise Refused("This ticket is marked as spam already.")
    if ticket.is_merged:
        raise Refused("This ticket is read as a part of another. Take back the merge first.")
    ticket.is_spam, ticket.is_settled, ticket.status = True, True, Status.CLOSED
    happened(
        ticket, "marked_spam", by=by, at=at, saving=["is_spam", "is_settled", "status"], status=Status.CLOSED.value
    )


@transaction.atomic
def unmark_spam(ticket: Ticket, *, by: Actor, at: datetime) -> None:
    """Put it back, as resolved if it was settled before; its commitments go on from the time they had used."""
    lock(ticket)
    if not ticket.is_spam:
        raise Refused("This ticket is not marked as spam.")
    ticket.is_spam, ticket.is_settled = False, ticket.resolutions.filter(reopened_at=None).exists()
    ticket.status = Status.RESOLVED if ticket.is_settled else Status.OPEN
    saving = ["is_spam", "is_settled", "status"]
    happened(ticket, "unmarked_spam", by=by, at=at, saving=saving, status=ticket.status)
