"""Raising a ticket on a ladder of its policy."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.utils import timezone

from upheld.policy import Policy
from upheld.tickets.actions.errors import Refused
from upheld.tickets.actions.escalation import current_rung, raise_ticket
from upheld.tickets.models import Ticket
from upheld.web.desk.asking import answered, ask, policy_under, ticket_of
from upheld.web.desk.forms import EscalationForm
from upheld.web.viewer import AgentRequest, for_agents

ASK = "desk/ask/escalation.html"


@for_agents
def ask_escalation(request: AgentRequest, pk: int) -> HttpResponse:
    ticket = ticket_of(request, pk)
    policy = policy_under(ticket)
    form = EscalationForm(steps=steps(policy, ticket))
    return ask(request, ASK, {"ticket": ticket, "form": form, "history": ticket.escalations.all(), "policy": policy})


@for_agents
def escalate(request: AgentRequest, pk: int) -> HttpResponse:
    ticket = ticket_of(request, pk)
    policy = policy_under(ticket)
    form = EscalationForm(request.POST, steps=steps(policy, ticket))
    if form.is_valid():
        ladder, _, rung = form.cleaned_data["step"].rpartition("/")
        try:
            row = raise_ticket(
                ticket,
                ladder=ladder,
                to=int(rung),
                by=request.agent.actor,
                at=timezone.now(),
                reason=form.cleaned_data["reason"],
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(
                request, "Raised. Whoever stands there has been told." if row else "It stands as high already."
            )
            return answered(request, pk)
    context = {"ticket": ticket, "form": form, "history": ticket.escalations.all(), "policy": policy}
    return ask(request, ASK, context, status=422)


def steps(policy: Policy, ticket: Ticket) -> list[tuple[str, str]]:
    """The rungs above where the ticket stands, ladder by ladder."""
    found = []
    for ladder in policy.ladders.values():
        reached = current_rung(ticket, ladder.name)
        found += [
            (f"{ladder.name}/{rung.number}", f"{ladder.label}: {rung.label}")
            for rung in ladder.rungs
            if rung.number > reached
        ]
    return found
