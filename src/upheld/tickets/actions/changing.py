"""Changing what a ticket is: priority, category, department …"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from upheld.events.actors import Actor
from upheld.tickets.actions.errors import Refused
from upheld.tickets.actions.opening import check_names, priority_for
from upheld.tickets.models import Ticket
from upheld.tickets.recording import happened, lock, policy_for

CHANGEABLE = frozenset(
    {
        "title",
        "priority",
        "plan",
        "impact",
        "urgency",
        "category",
        "product_area",
        "department",
        "brand",
        "language",
        "region",
        "tags",
        "level",
    }
)


@transaction.atomic
def change(ticket: Ticket, *, by: Actor, at: datetime, **fields: Any) -> dict[str, Any]:
    """Set the given fields. Commitments are re-targeted and keep the time used. Returns what really changed.

    A new impact or urgency sets the priority by the policy's matrix unless a priority is given. Raises UnknownName
    for a name that
    the ticket's policy version does not declare.
    """
    lock(ticket)
    unknown = set(fields) - CHANGEABLE
    if unknown:
        raise TypeError(f"not changeable: {', '.join(sorted(unknown))}")
    policy = policy_for(ticket)
    if not str(fields.get("title", ticket.title)).strip():
        raise Refused("A ticket needs a subject.")
    if {"impact", "urgency"} & set(fields) and "priority" not in fields:
        impact, urgency = fields.get("impact", ticket.impact), fields.get("urgency", ticket.urgency)
        if impact and urgency:
            fields["priority"] = priority_for(policy, impact=impact, urgency=urgency, category=ticket.category)
    changed = {name: value for name, value in fields.items() if getattr(ticket, name) != value}
    if not changed:
        return {}
    before = {f"{name}_before": getattr(ticket, name) for name in changed if name != "title"}
    for name, value in changed.items():
        setattr(ticket, name, value)
    check_names(policy, ticket)
    told = {name: value for name, value in changed.items() if name != "title"} | (
        {"renamed": True} if "title" in changed else {}
    )
    happened(ticket, "changed", by=by, at=at, saving=list(changed), **told, **before)
    return changed
