"""Waiting, holding, resolving, closing, spam: each a resource that POST brings about and DELETE takes back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.utils import timezone

from upheld.tickets.actions import resolution, spam, waiting
from upheld.tickets.actions.errors import RecordIncomplete, Refused
from upheld.web.desk.asking import answered, ask, policy_under, ticket_of
from upheld.web.desk.forms import ReasonForm, ResolutionForm
from upheld.web.desk.ticket import act
from upheld.web.viewer import AgentRequest, for_agents


@for_agents
def wait(request: AgentRequest, pk: int) -> HttpResponse:
    return act(request, pk, waiting.wait_on_customer)


@for_agents
def resume(request: AgentRequest, pk: int) -> HttpResponse:
    return act(request, pk, waiting.resume)


@for_agents
def ask_hold(request: AgentRequest, pk: int) -> HttpResponse:
    return ask(request, "desk/ask/hold.html", {"ticket": ticket_of(request, pk), "form": ReasonForm()})


@for_agents
def hold(request: AgentRequest, pk: int) -> HttpResponse:
    ticket, form = ticket_of(request, pk), ReasonForm(request.POST)
    if form.is_valid():
        try:
            waiting.hold(ticket, by=request.agent.actor, at=timezone.now(), reason=form.cleaned_data["reason"])
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return answered(request, pk)
    return ask(request, "desk/ask/hold.html", {"ticket": ticket, "form": form}, status=422)


@for_agents
def ask_resolution(request: AgentRequest, pk: int) -> HttpResponse:
    ticket = ticket_of(request, pk)
    return ask(
        request, "desk/ask/resolution.html", {"ticket": ticket, "form": ResolutionForm(policy=policy_under(ticket))}
    )


@for_agents
def resolve(request: AgentRequest, pk: int) -> HttpResponse:
    """What the policy asks for before a ticket is settled stands in the form; what is missing is said at its field."""
    ticket = ticket_of(request, pk)
    form = ResolutionForm(request.POST, policy=policy_under(ticket))
    if form.is_valid():
        record = {name: _plain(value) for name, value in form.cleaned_data.items()}
        try:
            resolution.resolve(
                ticket,
                by=request.agent.actor,
                at=timezone.now(),
                record=record,
                note=str(record.get("resolution") or ""),
            )
        except RecordIncomplete as incomplete:
            for name in incomplete.fields:
                form.add_error(name if name in form.fields else None, "Please fill this in.")
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "Resolved.")
            return answered(request, pk)
    return ask(request, "desk/ask/resolution.html", {"ticket": ticket, "form": form}, status=422)


@for_agents
def reopen(request: AgentRequest, pk: int) -> HttpResponse:
    return act(request, pk, resolution.reopen, done="Reopened.")


@for_agents
def close(request: AgentRequest, pk: int) -> HttpResponse:
    return act(request, pk, resolution.close, done="Closed.")


@for_agents
def mark_spam(request: AgentRequest, pk: int) -> HttpResponse:
    return act(request, pk, spam.mark_spam, done="Marked as spam. It left every queue; nothing was deleted.")


@for_agents
def unmark_spam(request: AgentRequest, pk: int) -> HttpResponse:
    return act(request, pk, spam.unmark_spam, done="Back in the queue.")


def _plain(value: object) -> object:
    """A value as JSON can keep it."""
    return value if isinstance(value, str | bool | int | float) or value is None else str(value)
