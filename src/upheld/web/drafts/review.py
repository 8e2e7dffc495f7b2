"""Sending a draft to review, approving it, sending it back, bringing it up to date, giving it up."""

from __future__ import annotations

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from upheld.drafting.actions.errors import Conflicted, DraftRefused
from upheld.drafting.actions.review import approve, send_back, send_to_review
from upheld.drafting.actions.writing import catch_up, withdraw
from upheld.drafting.models import Draft
from upheld.web.desk.forms import KindForm
from upheld.web.drafts.merging import show_conflicts
from upheld.web.drafts.reading import draft_of, newest
from upheld.web.viewer import AgentRequest, for_agents, for_leads


class ReasonForm(KindForm):
    reason = forms.CharField(label="What should be changed?", widget=forms.Textarea(attrs={"rows": 3}), max_length=4000)


@for_leads
def send(request: AgentRequest, pk: int) -> HttpResponse:
    done = "Sent to review. Those who approve were told, here and by mail."
    return _act(request, draft_of(request, pk), send_to_review, done=done)


@for_agents
def give(request: AgentRequest, pk: int) -> HttpResponse:
    """Whoever has a role that the policy asks for; the action knows."""
    draft, said = draft_of(request, pk), request.POST.get("revision", "")
    revision = int(said) if said.isdecimal() and len(said) < 9 else 0
    return _act(request, draft, approve, done="Approved.", agent=request.agent, revision=revision)


@for_agents
def give_back(request: AgentRequest, pk: int) -> HttpResponse:
    from upheld.web.drafts.draft import show_draft

    draft = draft_of(request, pk)
    form = ReasonForm(request.POST)
    if not request.agent.is_lead:
        messages.error(request, "Team leads and those above them send a draft back.")
    elif not form.is_valid():
        return show_draft(request, draft, reason_form=form, status=422)
    else:
        return _act(request, draft, send_back, done="Sent back.", reason=form.cleaned_data["reason"])
    return redirect("drafts:draft", pk)


@for_leads
def give_up(request: AgentRequest, pk: int) -> HttpResponse:
    return _act(request, draft_of(request, pk), withdraw, done="Withdrawn. What was written stays to be read.")


@for_leads
def take_in(request: AgentRequest, pk: int) -> HttpResponse:
    draft, version = draft_of(request, pk), newest()
    try:
        catch_up(draft, by=request.agent.actor, at=timezone.now())
    except Conflicted as conflicted:
        return show_conflicts(request, draft, conflicted, with_version=version)
    except DraftRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"The draft holds now what {version} brought.")
    return redirect("drafts:draft", pk)


def _act(
    request: AgentRequest, draft: Draft, action: Callable[..., object], *, done: str, **asked: object
) -> HttpResponse:
    """Do one thing now and in the agent's name, and show the draft; what is refused is said and changes nothing."""
    try:
        action(draft, by=request.agent.actor, at=timezone.now(), **asked)
    except DraftRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, done)
    return redirect("drafts:draft", draft.pk)
