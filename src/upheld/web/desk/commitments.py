"""Why a commitment of a ticket stands as it does, and letting one go."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone

from upheld.commitments.actions import NotAwaited, waive
from upheld.commitments.explaining import explain
from upheld.commitments.models import Commitment
from upheld.tickets.models import Ticket
from upheld.web.chips import chip
from upheld.web.desk.asking import answered, ask, policy_under, ticket_of
from upheld.web.desk.forms import ReasonForm
from upheld.web.explanations import sum_of
from upheld.web.viewer import AgentRequest, for_agents

PAGE = "desk/ask/commitment.html"


@for_agents
def commitment(request: AgentRequest, pk: int, clause: str, cycle: int) -> HttpResponse:
    return ask(request, PAGE, _context(request, ticket_of(request, pk), clause, cycle) | {"form": ReasonForm()})


@for_agents
def waive_commitment(request: AgentRequest, pk: int, clause: str, cycle: int) -> HttpResponse:
    """Leads and above may let a promise go, with a reason that stands in the time line."""
    if not request.agent.is_lead:
        raise Http404
    ticket, form = ticket_of(request, pk), ReasonForm(request.POST)
    if form.is_valid():
        try:
            waive(
                ticket.key, clause, cycle, by=request.agent.actor, at=timezone.now(), reason=form.cleaned_data["reason"]
            )
        except NotAwaited:
            form.add_error(None, "This promise is over already, so there is nothing to let go.")
        else:
            messages.success(request, "Waived.")
            return answered(request, pk)
    return ask(request, PAGE, _context(request, ticket, clause, cycle) | {"form": form}, status=422)


def _context(request: AgentRequest, ticket: Ticket, clause: str, cycle: int) -> dict[str, Any]:
    now, policy = timezone.now(), policy_under(ticket)
    found = [one for one in explain(ticket.key, at=now) if (one.clause.name, one.state.cycle) == (clause, cycle)]
    row = Commitment.objects.of(ticket.key).filter(clause=clause, cycle=cycle).first()
    if not found or row is None:
        raise Http404
    person, customer = request.person, ticket.requester.person
    zones = [("for you", person.zoneinfo), (f"for {customer}", customer.zoneinfo)]
    return {
        "whose": ticket.reference,
        "whose_title": ticket.title,
        "back": reverse("desk:ticket", args=[ticket.pk]),
        "action": reverse("desk:commitment", args=[ticket.pk, clause, cycle]),
        "sum": sum_of(found[0], policy, zone=person.zoneinfo, now=now, due_in=zones, attributes=ticket.attributes()),
        "chip": chip(row, now),
        "may_waive": request.agent.is_lead and row.ended_at is None and row.state in ("running", "paused"),
    }
