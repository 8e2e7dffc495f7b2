"""Asking a colleague about a draft, and answering."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone

from upheld.drafting.actions import questions as acts
from upheld.drafting.actions.errors import DraftRefused
from upheld.drafting.checking import check
from upheld.drafting.models import Draft, Question
from upheld.people.models import Agent
from upheld.web.desk.forms import KindForm
from upheld.web.drafts.reading import draft_of
from upheld.web.viewer import AgentRequest, for_agents, for_leads


class QuestionForm(KindForm):
    to = forms.ModelChoiceField(Agent.objects.none(), label="Whom do you ask?", empty_label="Choose a colleague")
    about = forms.ChoiceField(label="About", required=False)
    text = forms.CharField(label="Your question", widget=forms.Textarea(attrs={"rows": 3}), max_length=4000)

    def __init__(self, *args: Any, draft: Draft, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="question_%s", **kwargs)
        self.fields["to"].queryset = (  # type: ignore[attr-defined]
            Agent.objects.working().select_related("person").order_by("person__name")
        )
        policy = check(draft.files).policy
        clauses = [one for one in policy.clauses.values() if one.within is not None] if policy else []
        self.fields["about"].choices = [  # type: ignore[attr-defined]
            ("", "The draft as a whole"),
            ("Times", [(f"clause:{one.name}", str(one.label)) for one in clauses]),
            ("Files", [(name, name) for name in draft.files]),
        ]


class AnswerForm(KindForm):
    text = forms.CharField(label="Your answer", widget=forms.Textarea(attrs={"rows": 3}), max_length=4000)


@for_leads
def put(request: AgentRequest, pk: int) -> HttpResponse:
    from upheld.web.drafts.draft import show_draft

    draft = draft_of(request, pk)
    form = QuestionForm(request.POST, draft=draft)
    if form.is_valid():
        asked = form.cleaned_data
        try:
            acts.ask(draft, **asked, by=request.agent.actor, at=timezone.now())
        except DraftRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"{asked['to']} was asked, here and by mail.")
            return _back(draft)
    return show_draft(request, draft, question_form=form, status=422)


@for_agents
def reply(request: AgentRequest, pk: int, question_pk: int) -> HttpResponse:
    from upheld.web.drafts.draft import show_draft

    draft = draft_of(request, pk)
    question = get_object_or_404(Question.objects.select_related("to", "draft"), pk=question_pk, draft=draft)
    form = AnswerForm(request.POST)
    if form.is_valid():
        try:
            acts.answer(question, text=form.cleaned_data["text"], by=request.agent.actor, at=timezone.now())
        except DraftRefused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, "Your answer was sent to who asked.")
        return _back(draft)
    return show_draft(request, draft, answer_to=question.pk, status=422)


def _back(draft: Draft) -> HttpResponse:
    return redirect(f"{reverse('drafts:draft', args=[draft.pk])}#questions")
