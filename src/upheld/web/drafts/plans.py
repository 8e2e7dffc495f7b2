"""A new plan, like one that there is."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse

from upheld.drafting.checking import check
from upheld.drafting.editing.plans import add_plan
from upheld.drafting.models import Draft
from upheld.kernel.text import slug
from upheld.web import names
from upheld.web.desk.forms import KindForm
from upheld.web.drafts.broken import must_load
from upheld.web.drafts.reading import draft_of, files_at, page
from upheld.web.drafts.saving import Errors, Files, keep
from upheld.web.viewer import AgentRequest, for_agents, for_leads


class PlanForm(KindForm):
    label = forms.CharField(label="Name", max_length=64, help_text="As customers read it.")
    about = forms.CharField(label="About", required=False, max_length=400, widget=forms.Textarea(attrs={"rows": 2}))
    like = forms.ChoiceField(
        label="Like which plan?",
        help_text="It gets the same times, channels and rights. Change afterwards what is to be different.",
    )

    def __init__(self, *args: Any, draft: Draft, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        policy = check(draft.files).policy
        self.plans = set(policy.plans) if policy else set()
        self.fields["like"].choices = names.choices("plans", policy=policy) if policy else []  # type: ignore[attr-defined]

    def clean_label(self) -> str:
        label: str = " ".join(self.cleaned_data["label"].split())
        if not slug(label, longest=64):
            raise forms.ValidationError("A name needs letters or digits.")
        if slug(label, longest=64) in self.plans:
            raise forms.ValidationError("There is a plan of that name already.")
        return label


@for_agents
def ask(request: AgentRequest, pk: int) -> HttpResponse:
    draft = draft_of(request, pk)
    return must_load(request, draft) or _show(request, draft, PlanForm(draft=draft), draft.revision)


@for_leads
def add(request: AgentRequest, pk: int) -> HttpResponse:
    draft = draft_of(request, pk)
    _, revision = files_at(draft, request.POST.get("revision", ""))
    form = PlanForm(request.POST, draft=draft)
    if not form.is_valid():
        return _show(request, draft, form, revision, status=422)
    asked = form.cleaned_data
    name = slug(asked["label"], longest=64)

    def edit(files: Files) -> Files:
        return add_plan(files, name=name, label=asked["label"], about=asked["about"], like=asked["like"])

    fields = {f"plans.{name}": "label"}
    what = f"New plan {asked['label']}, like {asked['like']}"
    answer = keep(request, draft, edit, what=what, fields=fields, then=("drafts:draft",))
    if isinstance(answer, Errors):
        for field, text in answer.by_field.items():
            form.add_error(field, text)
        for text in answer.others:
            form.add_error(None, text)
        return _show(request, draft, form, revision, status=422)
    return answer


def _show(request: AgentRequest, draft: Draft, form: PlanForm, revision: int, *, status: int = 200) -> HttpResponse:
    return page(request, draft, "drafts/plan.html", {"form": form, "revision": revision}, status=status)
