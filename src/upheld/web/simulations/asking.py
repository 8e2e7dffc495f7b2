"""Asking for a simulation. Leads and above may."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from upheld.commitments.policies import in_force, version_in_force
from upheld.policy import PolicyErrors
from upheld.reports.actions import start_simulation
from upheld.reports.models import SimulationRun
from upheld.web.desk.workspace import show
from upheld.web.simulations.forms import ForecastForm, HistoryForm, TrialForm
from upheld.web.viewer import AgentRequest, for_leads

Kind = SimulationRun.Kind


@for_leads
def ask_history(request: AgentRequest) -> HttpResponse:
    return _page(request, HistoryForm(initial=_chosen(request), held=in_force()))


@for_leads
def begin_history(request: AgentRequest) -> HttpResponse:
    form = HistoryForm(request.POST, held=in_force())
    if form.is_valid():
        found = form.cleaned_data
        answer = _begin(request, form, Kind.HISTORY, {"account": found["account"], "plan": found["plan"]})
        if answer is not None:
            return answer
    return _page(request, form, status=422)


@for_leads
def ask_forecast(request: AgentRequest) -> HttpResponse:
    return _page(request, ForecastForm(initial=_chosen(request), held=in_force()))


@for_leads
def begin_forecast(request: AgentRequest) -> HttpResponse:
    form = ForecastForm(request.POST, held=in_force())
    if form.is_valid():
        found = form.cleaned_data
        asked = {"agents": form.agents(), "handling": found["handling"], "target": found["target"] / 100}
        answer = _begin(request, form, Kind.FORECAST, asked)
        if answer is not None:
            return answer
    return _page(request, form, status=422)


def _begin(
    request: AgentRequest, form: TrialForm, kind: SimulationRun.Kind, parameters: Mapping[str, Any]
) -> HttpResponse | None:
    """Start the run; None where the policy cannot be read, and then the form says why."""
    found, now = form.cleaned_data, timezone.now()
    days = int(found["days"])
    try:
        run = start_simulation(
            found["policy"].sources,
            title=found["policy"].title,
            version=found["policy"].version,
            kind=kind,
            since=now - timedelta(days=days) if days else None,
            until=now,
            parameters=parameters,
            by=request.agent.actor,
            at=now,
        )
    except PolicyErrors as errors:
        count, first = len(errors.problems), errors.problems[0]
        form.add_error("policy", f"It has {count} problem{'s' * (count > 1)} and cannot be tried. The first: {first}")
        return None
    return redirect("simulations:run", run.pk)


def _chosen(request: AgentRequest) -> dict[str, str]:
    """A draft or a version that another page sent along: `?draft=7`."""
    for kind in ("draft", "version"):
        if request.GET.get(kind, "").isdecimal():
            return {"policy": f"{kind}:{request.GET[kind]}"}
    return {"policy": f"version:{version_in_force().pk}"}


def _page(request: AgentRequest, form: TrialForm, *, status: int = 200) -> HttpResponse:
    is_forecast = isinstance(form, ForecastForm)
    context = {
        "tab": "simulations",
        "form": form,
        "is_forecast": is_forecast,
        "action": reverse("simulations:new-forecast" if is_forecast else "simulations:new"),
        "cancel": reverse("simulations:simulations"),
        "query": request.GET.urlencode(),
    }
    return show(request, "simulations/new.html", context, here="policy", status=status)
