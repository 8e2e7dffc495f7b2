"""Settling a ticket, and taking that back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from upheld.events.actors import Actor
from upheld.policy import Policy
from upheld.tickets.actions.errors import AlreadyResolved, NotResolved, RecordIncomplete, Refused
from upheld.tickets.models import Resolution, Ticket
from upheld.tickets.recording import happened, lock, policy_for

Status = Ticket.Status


@transaction.atomic
def resolve(
    ticket: Ticket, *, by: Actor, at: datetime, note: str = "", record: Mapping[str, Any] | None = None
) -> Resolution:
    """Settle the ticket. `record` answers what the policy's `closing` asks for; RecordIncomplete names what is missing.

    Resolving twice raises AlreadyResolved. The survey is not sent here: surveys hears `ticket.resolved`.
    """
    lock(ticket)
    if ticket.is_settled:
        raise AlreadyResolved("This ticket is settled already.")
    answers = {name: value for name, value in (record or {}).items() if value not in ("", None)}
    if note:
        answers.setdefault("resolution", note)
    require_record(policy_for(ticket), answers)
    resolution = Resolution.objects.create(ticket=ticket, note=note, record=answers, resolved_at=at, resolved_by=by.key)
    ticket.status, ticket.is_settled = Status.RESOLVED, True
    happened(ticket, "resolved", by=by, at=at, saving=["status", "is_settled"], status=Status.RESOLVED.value)
    return resolution


@transaction.atomic
def reopen(ticket: Ticket, *, by: Actor, at: datetime, reason: str = "") -> None:
    """Take the resolution back. Raises NotResolved when there is none, and Refused for a ticket that is merged or spam."""
    lock(ticket)
    if not ticket.is_settled:
        raise NotResolved("This ticket is open.")
    if ticket.is_merged or ticket.is_spam:
        raise Refused("Take back the merge, or the mark as spam, instead.")
    ticket.resolutions.filter(reopened_at=None).update(reopened_at=at, reopened_by=by.key)
    ticket.status, ticket.is_settled = Status.OPEN, False
    happened(ticket, "reopened", by=by, at=at, saving=["status", "is_settled"], status=Status.OPEN.value, reason=reason)


@transaction.atomic
def close(ticket: Ticket, *, by: Actor, at: datetime) -> None:
    """End the ticket for good. Staff close what is resolved (else NotResolved); the customer may close an own
    request at any time, and
    the policy one whose customer does not answer any more.
    """
    lock(ticket)
    if ticket.status == Status.CLOSED:
        raise AlreadyResolved("This ticket is closed already.")
    if not ticket.is_settled and by.kind not in ("contact", "policy"):
        raise NotResolved("Resolve the ticket first, with what the policy asks to be recorded.")
    if not ticket.is_settled:
        Resolution.objects.create(ticket=ticket, record={"closed_by": by.kind}, resolved_at=at, resolved_by=by.key)
    ticket.status, ticket.is_settled = Status.CLOSED, True
    happened(ticket, "closed", by=by, at=at, saving=["status", "is_settled"], status=Status.CLOSED.value)


def require_record(policy: Policy, answers: Mapping[str, Any]) -> None:
    """Raise RecordIncomplete unless every required field of the policy's `closing` is answered."""
    missing = [field for field in policy.closing.values() if field.required and not answers.get(field.name)]
    if missing:
        raise RecordIncomplete([field.name for field in missing], [str(field.label) for field in missing])
