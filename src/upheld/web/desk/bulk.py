"""The same act for several tickets. Each is done by itself, so that one that is refused leaves the others done."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from upheld.people.models import Agent
from upheld.tickets.actions.assignment import assign
from upheld.tickets.actions.changing import change
from upheld.tickets.actions.errors import Refused
from upheld.tickets.models import Ticket
from upheld.web.viewer import AgentRequest, for_agents

MOST = 200


@require_POST
@for_agents
def assignment(request: AgentRequest) -> HttpResponse:
    wanted = request.POST.get("assignee", "")
    to = Agent.objects.working().select_related("person").filter(pk=int(wanted)).first() if wanted.isdecimal() else None
    if to is None and wanted != "nobody":
        return _back(request, "Choose to whom the tickets go.")
    done = f"assigned to {to.person}" if to else "taken from their assignee"
    return _each(request, lambda ticket: assign(ticket, to=to, by=request.agent.actor, at=timezone.now()), done)


@require_POST
@for_agents
def priority(request: AgentRequest) -> HttpResponse:
    wanted = request.POST.get("priority", "")
    if not wanted:
        return _back(request, "Choose a priority.")
    return _each(
        request,
        lambda ticket: change(ticket, by=request.agent.actor, at=timezone.now(), priority=wanted),
        f"set to {wanted}",
    )


def _each(request: AgentRequest, do: Callable[[Ticket], object], done: str) -> HttpResponse:
    numbers = [int(number) for number in request.POST.getlist("ticket") if number.isdecimal()][:MOST]
    tickets = list(Ticket.objects.visible_to(request.person).filter(pk__in=numbers))
    if not tickets:
        return _back(request, "Select at least one ticket.")
    refused: list[str] = []
    for ticket in tickets:
        try:
            do(ticket)
        except Refused as refusal:
            refused.append(f"{ticket.reference}: {refusal}")
    count = len(tickets) - len(refused)
    if count:
        messages.success(request, f"{count} ticket{'s' if count > 1 else ''} {done}.")
    return _back(request, *refused)


def _back(request: AgentRequest, *errors: str) -> HttpResponse:
    for error in errors:
        messages.error(request, error)
    back = request.POST.get("next", "")
    return redirect(back if url_has_allowed_host_and_scheme(back, allowed_hosts=None) else "desk:start")
