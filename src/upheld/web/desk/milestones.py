"""Recording what a policy promises besides answers: a plan, an appointment, a root cause, a review."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.utils import timezone

from upheld.tickets.actions.errors import Refused
from upheld.tickets.actions.milestones import milestones_of, reach
from upheld.web.desk.asking import answered, ask, policy_under, ticket_of
from upheld.web.desk.forms import MilestoneForm
from upheld.web.viewer import AgentRequest, for_agents

ASK = "desk/ask/milestone.html"


@for_agents
def ask_milestone(request: AgentRequest, pk: int) -> HttpResponse:
    ticket = ticket_of(request, pk)
    form = MilestoneForm(milestones=milestones_of(policy_under(ticket)).items())
    return ask(request, ASK, {"ticket": ticket, "form": form})


@for_agents
def reach_milestone(request: AgentRequest, pk: int) -> HttpResponse:
    ticket = ticket_of(request, pk)
    form = MilestoneForm(request.POST, milestones=milestones_of(policy_under(ticket)).items())
    if form.is_valid():
        asked = form.cleaned_data
        try:
            reach(
                ticket,
                asked["milestone"],
                by=request.agent.actor,
                at=timezone.now(),
                note=asked["note"],
                author=request.person,
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "Recorded.")
            return answered(request, pk)
    return ask(request, ASK, {"ticket": ticket, "form": form}, status=422)
