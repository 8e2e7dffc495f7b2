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
    draft = draft_of(request, pk)
    done = "Sent to review. Those who approve were told, here and by mail."
    return _act(request, draft, lambda: send_to_review(draft, by=request.agent.actor, at=timezone.now()), done)


@for_agents
def give(request: AgentRequest, pk: int) -> HttpResponse:
    """Whoever has a role that the policy asks for; the action knows."""
    draft, said = draft_of(request, pk), request.POST.get("revision", "")
    revision = int(said) if said.isdecimal() and len(said) < 9 else 0
    agent, now = request.agent, timezone.now()
    return _act(
        request, draft, lambda: approve(draft, agent=agent, revision=revision, by=agent.actor, at=now), "Approved."
    )


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
        reason, by = form.cleaned_data["reason"], request.agent.actor
        return _act(request, draft, lambda: send_back(draft, reason=reason, by=by, at=timezone.now()), "Sent back.")
    return redirect("drafts:draft", pk)


@for_leads
def give_up(request: AgentRequest, pk: int) -> HttpResponse:
    draft = draft_of(request, pk)
    done = "Withdrawn. What was written stays to be read."
    return _act(request, draft, lambda: withdraw(draft, by=request.agent.actor, at=timezone.now()), done)


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


def _act(request: AgentRequest, draft: Draft, do: Callable[[], object], done: str) -> HttpResponse:
    try:
        do()
    except DraftRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, done)
    return redirect("drafts:draft", draft.pk)
