"""Waiting for the customer or for somebody else, and going on."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from upheld.events.actors import Actor
from upheld.tickets.actions.errors import AlreadyResolved
from upheld.tickets.models import Ticket
from upheld.tickets.recording import happened, lock

Status = Ticket.Status


def wait_on_customer(ticket: Ticket, *, by: Actor, at: datetime) -> None:
    """The next move is the customer's. What pauses, the policy says. Their answer resumes it."""
    _move(ticket, Status.WAITING, "waiting", by=by, at=at)


def hold(ticket: Ticket, *, by: Actor, at: datetime, reason: str = "") -> None:
    """The next move is neither ours nor the customer's: a supplier's, a release's."""
    _move(ticket, Status.ON_HOLD, "held", by=by, at=at, reason=reason)


def resume(ticket: Ticket, *, by: Actor, at: datetime) -> None:
    """The next move is ours again."""
    _move(ticket, Status.OPEN, "resumed", by=by, at=at)


@transaction.atomic
def _move(ticket: Ticket, status: Ticket.Status, kind: str, *, by: Actor, at: datetime, reason: str = "") -> None:
    lock(ticket)
    if ticket.is_settled:
        raise AlreadyResolved("This ticket is settled. Reopen it first.")
    if ticket.status == status:
        return
    ticket.status = status
    told = {"reason": reason} if reason else {}
    happened(ticket, kind, by=by, at=at, saving=["status"], status=status.value, **told)
