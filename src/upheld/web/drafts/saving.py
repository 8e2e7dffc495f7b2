"""How every form of a draft is saved: the edit is made on what the page showed, checked like the command line does, and kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from upheld.drafting.actions.errors import Conflicted, DraftRefused
from upheld.drafting.actions.writing import save_draft
from upheld.drafting.checking import new_findings, new_problems
from upheld.drafting.editing.source import NotEditable
from upheld.drafting.models import Draft
from upheld.policy.errors import Problem
from upheld.web.drafts.merging import show_conflicts
from upheld.web.drafts.reading import files_at
from upheld.web.viewer import AgentRequest

Files = dict[str, str]
TOLD = 2  # findings that are said at once after saving; the page of the draft has them all


@dataclass(slots=True)
class Errors:
    """What the policy says about an edit, at the fields that it is about, and what is about none of them."""

    by_field: dict[str, str] = field(default_factory=dict)
    others: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.by_field or self.others)

    @classmethod
    def of(cls, problems: Iterable[Problem], fields: dict[str, str]) -> Errors:
        """`fields` are names of fields by the key of the place that they write; the nearest place counts."""
        errors = cls()
        for problem in problems:
            places = [key for key in fields if problem.key == key or problem.key.startswith(f"{key}.")]
            text = f"{problem.problem} {problem.remedy}".strip()
            if places:
                errors.by_field.setdefault(fields[max(places, key=len)], text)
            else:
                errors.others.append(f"{problem.file}, line {problem.line}: {text}")
        return errors


def keep(
    request: AgentRequest,
    draft: Draft,
    edit: Callable[[Files], Files],
    *,
    what: str,
    fields: dict[str, str],
    then: tuple[str, ...],
) -> HttpResponse | Errors:
    """Save and go on, or show what is in conflict; or the errors for the form to show again."""
    began, revision = files_at(draft, request.POST.get("revision", ""))
    try:
        changed = edit(dict(began))
    except NotEditable as refused:
        return Errors(others=[str(refused)])
    errors = Errors.of(new_problems(began, changed), fields)
    if errors:
        return errors
    answer = save(request, draft, changed, revision=revision, what=what, then=then)
    for finding in new_findings(began, changed)[:TOLD]:
        messages.warning(request, f"Look at this: {finding.problem} {finding.remedy}")
    return answer


def save(
    request: AgentRequest, draft: Draft, files: Files, *, revision: int, what: str, then: tuple[str, ...]
) -> HttpResponse:
    try:
        saved = save_draft(draft, files, revision=revision, what=what, by=request.agent.actor, at=timezone.now())
    except Conflicted as conflicted:
        return show_conflicts(request, draft, conflicted)
    except DraftRefused as refused:
        messages.error(request, str(refused))
    else:
        merged = " What a colleague saved meanwhile is in it too." if saved and saved.number > revision + 1 else ""
        if saved:
            messages.success(request, f"Saved.{merged}")
        else:
            messages.info(request, "Nothing was different, so nothing was saved.")
    name, *arguments = then
    return redirect(name, draft.pk, *arguments)
