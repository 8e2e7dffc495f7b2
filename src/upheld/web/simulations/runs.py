"""The list of simulations, and one of them: how far it is, and what came out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from upheld.kernel.keys import numbers_of
from upheld.people.models import Agent
from upheld.reports.actions import AlreadyOver, stop_simulation
from upheld.reports.models import SimulationRun
from upheld.reports.simulating import partial_result, policy_of_run
from upheld.tickets.models import Ticket
from upheld.web.desk.workspace import show
from upheld.web.simulations.expected import Expected
from upheld.web.simulations.outcome import Outcome
from upheld.web.viewer import AgentRequest, for_agents, for_leads

SHOWN = 60


@require_safe
@for_agents
def simulations(request: AgentRequest) -> HttpResponse:
    found = list(SimulationRun.objects.defer("sources", "checkpoint", "result")[:SHOWN])
    names = _names(found)
    context = {"tab": "simulations", "runs": [(one, names.get(one.asked_by, one.asked_by)) for one in found]}
    return show(request, "simulations/simulations.html", context, here="policy")


@require_safe
@for_agents
def run(request: AgentRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(SimulationRun, pk=pk)
    return show(request, "simulations/run.html", _context(found), here="policy")


@require_safe
@for_agents
def progress(request: AgentRequest, pk: int) -> HttpResponse:
    """The part of the page that changes while a run goes on. When it has ended the browser is told to look at the whole."""
    found = get_object_or_404(SimulationRun.objects.defer("sources", "checkpoint", "result"), pk=pk)
    response = render(request, "simulations/parts/progress.html", {"run": found, "percent": _percent(found)})
    if found.is_over:
        response["HX-Refresh"] = "true"
    return response


@for_leads
def stop(request: AgentRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(SimulationRun, pk=pk)
    try:
        stop_simulation(found, by=request.agent.actor, at=timezone.now())
    except AlreadyOver as over:
        messages.info(request, str(over))
    return redirect("simulations:run", pk)


def _context(found: SimulationRun) -> dict[str, Any]:
    context: dict[str, Any] = {
        "tab": "simulations",
        "run": found,
        "asked_by": _names([found]).get(found.asked_by, found.asked_by),
        "percent": _percent(found),
    }
    result = partial_result(found) if found.is_over else None
    if result is None:
        return context
    if found.kind == SimulationRun.Kind.FORECAST:
        return context | {"expected": Expected(result)}
    return context | {"outcome": Outcome(result, policy_of_run(found), _titles(result))}


def _titles(result: Mapping[str, Any]) -> dict[str, str]:
    """What the listed tickets are called, by their keys. One query."""
    numbers = numbers_of({one["subject"] for one in result["changes"]["listed"]}, "ticket")
    return {f"ticket:{pk}": title for pk, title in Ticket.objects.filter(pk__in=numbers).values_list("pk", "title")}


def _percent(found: SimulationRun) -> int:
    return int(100 * found.share_done)


def _names(runs: list[SimulationRun]) -> dict[str, str]:
    agents = Agent.objects.with_keys(one.asked_by for one in runs).select_related("person")
    return {agent.key: str(agent.person) for agent in agents}
