"""How every action on a ticket ends: the event is recorded, the commitments follow, the ticket's own columns are saved."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from upheld.commitments.following import follow_many, hold, version_of
from upheld.commitments.models import Commitment
from upheld.commitments.policies import policy_of
from upheld.events.actions import record
from upheld.events.actors import Actor
from upheld.events.models import Event
from upheld.policy import Policy
from upheld.statements import Asked, Given, change, take_over
from upheld.tickets.models import Ticket

HELD = Asked(
    lambda: (
        Ticket.objects.select_related("requester__person", "account")
        .select_for_update(of=("self",))
        .filter(pk=Given("pk"))
    )
)


def lock(ticket: Ticket) -> Ticket:
    """Read the ticket afresh and keep it until the end of the transaction, so that what two people do comes one after
    the other.
    """
    fresh = HELD.first(pk=ticket.pk)
    if fresh is None:
        raise Ticket.DoesNotExist
    take_over(ticket, fresh)
    return ticket


def policy_for(ticket: Ticket) -> Policy:
    """The policy version that the ticket was opened under. One query."""
    return policy_of(version_of(ticket.key))


def happened(
    ticket: Ticket,
    kind: str,
    /,
    *,
    by: Actor,
    at: datetime,
    saving: Iterable[str] = (),
    key: str | None = None,
    **data: Any,
) -> Event | None:
    """Record `ticket.<kind>`, let the commitments follow, and save `saving`. None, and nothing done, when `key` is known already.

    What stands in `data` under the name of an attribute (status, priority, plan …) holds from now on for the commitments.
    """
    clock = hold(ticket.key)
    event = record(f"ticket.{kind}", ticket.key, by=by, at=at, data=data, key=key)
    if event is None:
        return None
    ticket.due_at = tightest(follow_many([clock], at=at)[ticket.key])
    ticket.changed_at = at
    change(ticket, {*saving, "due_at", "changed_at"})
    return event


def tightest(rows: Iterable[Commitment]) -> datetime | None:
    """When the first of the awaited commitments is, or was, due."""
    awaited = (row.due_at for row in rows if row.ended_at is None and row.due_at is not None)
    return min(awaited, default=None)
