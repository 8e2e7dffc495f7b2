"""Who deals with a ticket."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from upheld.events.actors import Actor
from upheld.people.models import Agent, Team
from upheld.tickets.models import Ticket
from upheld.tickets.recording import happened, lock


@transaction.atomic
def assign(ticket: Ticket, *, to: Agent | None, by: Actor, at: datetime) -> None:
    """Give the ticket to an agent, or to nobody. Assigning to whom it is assigned already records nothing."""
    lock(ticket)
    if ticket.assignee_id == (to.pk if to else None):
        return
    before, ticket.assignee = ticket.assignee_id, to
    happened(
        ticket, "assigned", by=by, at=at, saving=["assignee"],
        assignee=to.key if to else None, assignee_before=f"agent:{before}" if before else None,
    )  # fmt: skip


@transaction.atomic
def hand_to_team(ticket: Ticket, *, team: Team | None, by: Actor, at: datetime) -> None:
    """Move the ticket to another team's queue; its assignee lets go of it when they belong to a different team."""
    lock(ticket)
    if ticket.team_id == (team.pk if team else None):
        return
    ticket.team = team
    if ticket.assignee is not None and ticket.assignee.team_id != ticket.team_id:
        ticket.assignee = None
    happened(
        ticket, "assigned", by=by, at=at, saving=["team", "assignee"],
        team=team.pk if team else None, assignee=ticket.assignee.key if ticket.assignee else None,
    )  # fmt: skip
