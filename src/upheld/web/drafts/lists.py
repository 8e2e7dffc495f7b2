"""The list of drafts, and beginning one."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_safe

from upheld.commitments.models import PolicyVersion
from upheld.drafting.actions.errors import DraftRefused
from upheld.drafting.actions.writing import start_draft
from upheld.drafting.models import Draft
from upheld.drafting.waiting import waiting_for
from upheld.web.desk.forms import KindForm
from upheld.web.drafts.reading import names_of, newest, page
from upheld.web.viewer import AgentRequest, for_agents, for_leads

SHOWN = 50


class NewDraftForm(KindForm):
    title = forms.CharField(
        label="What is it about?", max_length=120, help_text="A few words, such as “Quicker answers for Enterprise”."
    )
    note = forms.CharField(
        label="Why", required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text="What whoever reviews it should know.",
    )  # fmt: skip
    begin = forms.ModelChoiceField(
        PolicyVersion.objects.defer("sources"), label="Begin from", empty_label=None,
        help_text="The newest version, unless you want to go back to an older one.",
    )  # fmt: skip


@require_safe
@for_agents
def drafts(request: AgentRequest) -> HttpResponse:
    rows = list(Draft.objects.defer("files", "handed_in").select_related("version").latest_first()[:SHOWN])
    names = names_of([row.changed_by for row in rows] + [row.created_by for row in rows])
    context = {
        "written": [row for row in rows if not row.is_settled],
        "settled": [row for row in rows if row.is_settled],
        "names": names,
        "waiting": waiting_for(request.agent),
    }
    return page(request, None, "drafts/drafts.html", context)


@for_leads
def ask_new(request: AgentRequest) -> HttpResponse:
    return page(request, None, "drafts/new.html", {"form": NewDraftForm(initial={"begin": newest()})})


@for_leads
def create(request: AgentRequest) -> HttpResponse:
    form = NewDraftForm(request.POST)
    if form.is_valid():
        asked = form.cleaned_data
        try:
            draft = start_draft(
                title=asked["title"],
                note=asked["note"],
                base=asked["begin"],
                by=request.agent.actor,
                at=timezone.now(),
            )
        except DraftRefused as refused:
            form.add_error("title", str(refused))
        else:
            messages.success(request, "The draft is open. Change what you like; nothing holds before it is published.")
            return redirect("drafts:change", draft.pk)
    return page(request, None, "drafts/new.html", {"form": form}, status=422)
