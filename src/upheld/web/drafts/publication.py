"""From which day the approved draft holds, and what becomes of tickets that are open."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from upheld.commitments.policies import in_force
from upheld.drafting.actions.errors import DraftRefused
from upheld.drafting.actions.publication import publish
from upheld.drafting.actions.review import roles_missing
from upheld.drafting.checking import check
from upheld.drafting.models import Draft
from upheld.drafting.opened import outlook
from upheld.people.models.person import known_zone
from upheld.policy import Policy
from upheld.policy.roles import ROLES
from upheld.web import times
from upheld.web.desk.forms import KindForm
from upheld.web.drafts.reading import base_policy, draft_of, page, told
from upheld.web.viewer import AgentRequest, for_leads

KEEP, MOVE = "keep", "move"


class PublicationForm(KindForm):
    effective = forms.DateField(label="From which day does it hold?", widget=forms.DateInput(attrs={"type": "date"}))
    open_tickets = forms.ChoiceField(
        label="Open tickets",
        choices=[(KEEP, "Keep what they were promised"), (MOVE, "Move to the new version")],
        widget=forms.RadioSelect,
        initial=KEEP,
    )

    def __init__(self, *args: Any, zone: ZoneInfo, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone, self.today = zone, timezone.now().astimezone(zone).date()
        self.fields["effective"].initial = self.today.isoformat()
        self.fields["effective"].widget.attrs["min"] = self.today.isoformat()
        self.fields[
            "effective"
        ].help_text = f"Today means at once; a later day begins at midnight in {zone.key.replace('_', ' ')}."

    def begin_on(self, policy: Policy | None) -> None:
        """The day that the files themselves name, if it is still to come."""
        if policy is not None and policy.effective is not None and policy.effective > self.today:
            self.fields["effective"].initial = policy.effective.isoformat()

    def clean_effective(self) -> date:
        asked: date = self.cleaned_data["effective"]
        if asked < self.today:
            raise forms.ValidationError("Choose today or a later day: nothing is promised backwards.")
        if asked.year > self.today.year + 5:
            raise forms.ValidationError("That is more than five years away. Is the year right?")
        return asked

    def effective_at(self, now: datetime) -> datetime:
        """Today is now; another day its first moment where the company has its head office."""
        asked: date = self.cleaned_data["effective"]
        return now if asked == self.today else datetime.combine(asked, time(), self.zone)


@for_leads
def ask(request: AgentRequest, pk: int) -> HttpResponse:
    draft = draft_of(request, pk)
    if draft.is_settled or check(draft.files).policy is None:
        return redirect("drafts:draft", pk)
    form = PublicationForm(zone=_zone())
    form.begin_on(check(draft.files).policy)
    return _show(request, draft, form)


@for_leads
def put_out(request: AgentRequest, pk: int) -> HttpResponse:
    draft = draft_of(request, pk)
    form = PublicationForm(request.POST, zone=_zone())
    if form.is_valid():
        now = timezone.now()
        effective_at = form.effective_at(now)
        is_moved = form.cleaned_data["open_tickets"] == MOVE
        try:
            version = publish(draft, effective_at=effective_at, by=request.agent.actor, at=now, move_open=is_moved)
        except DraftRefused as refused:
            form.add_error(None, str(refused))
        else:
            day = times.day(effective_at.astimezone(form.zone).date())
            since = "is in force" if effective_at <= now else f"takes effect on {day}"
            messages.success(request, f"{version} {since}. Everybody here was asked to read it.")
            return redirect("drafts:version", version.pk)
    if draft.is_settled or check(draft.files).policy is None:
        messages.error(request, "This draft cannot be published.")
        return redirect("drafts:draft", pk)
    return _show(request, draft, form, status=422)


def _zone() -> ZoneInfo:
    return known_zone(in_force().company.zone) or ZoneInfo("UTC")


def _show(request: AgentRequest, draft: Draft, form: PublicationForm, *, status: int = 200) -> HttpResponse:
    policy = check(draft.files).policy
    assert policy is not None
    changes = told(base_policy(draft), policy)
    context = {
        "form": form,
        "missing": [ROLES[role] for role in roles_missing(draft)],
        "chapters": changes,
        "change_count": sum(len(group) for _, group in changes),
        "outlook": outlook(policy, at=timezone.now()),
        "policy": policy,
    }
    return page(request, draft, "drafts/publication.html", context, status=status)
