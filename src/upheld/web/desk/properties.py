"""What a ticket is and who deals with it, each a small form that sends itself."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.views.decorators.http import require_POST

from upheld.tickets.actions.assignment import assign, hand_to_team
from upheld.tickets.actions.changing import change
from upheld.web.desk.forms import AssigneeForm, TeamForm
from upheld.web.desk.ticket import act, after
from upheld.web.viewer import AgentRequest, for_agents

FIELDS = ("title", "priority", "category", "department", "product_area", "brand", "impact", "urgency", "language")


@require_POST
@for_agents
def properties(request: AgentRequest, pk: int) -> HttpResponseBase:
    """Any of FIELDS, `level` and `tags`. Commitments are re-targeted and keep the time that was used."""
    asked: dict[str, Any] = {name: request.POST[name].strip()[:240] for name in FIELDS if name in request.POST}
    level = request.POST.get("level", "")
    if level.isdecimal() and 0 < int(level) < 10:
        asked["level"] = int(level)
    if "tags" in request.POST:
        asked["tags"] = sorted({tag.strip()[:40] for tag in request.POST["tags"].split(",") if tag.strip()})
    return act(request, pk, change, **asked)


@require_POST
@for_agents
def assignment(request: AgentRequest, pk: int) -> HttpResponse:
    form = AssigneeForm(request.POST)
    if not form.is_valid():
        return _unknown(request, pk, form)
    return act(request, pk, assign, to=form.cleaned_data["assignee"])


@for_agents
def unassign(request: AgentRequest, pk: int) -> HttpResponse:
    return act(request, pk, assign, to=None)


@require_POST
@for_agents
def team(request: AgentRequest, pk: int) -> HttpResponse:
    form = TeamForm(request.POST)
    if not form.is_valid():
        return _unknown(request, pk, form)
    return act(request, pk, hand_to_team, team=form.cleaned_data["team"])


def _unknown(request: AgentRequest, pk: int, form: AssigneeForm | TeamForm) -> HttpResponse:
    messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
    return after(request, pk)
