"""A form needs files that can be read."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from upheld.drafting.checking import check
from upheld.drafting.editing.source import NotEditable, Source
from upheld.drafting.models import Draft
from upheld.web.viewer import AgentRequest


def must_load(request: AgentRequest, draft: Draft, *files: str) -> HttpResponse | None:
    """To the editor, at the first file with an error, while the draft cannot be read; else None."""
    problems = check(draft.files).problems
    if problems:
        file = next((one.file for one in problems if one.file in draft.files), "policy.yaml")
        messages.warning(request, "The files have errors, and a form can only change files without. Mend them here.")
        return redirect("drafts:file", draft.pk, file) if file in draft.files else redirect("drafts:files", draft.pk)
    for name in files:
        try:
            Source(name, draft.files.get(name, "")).refuse_aliases()
        except NotEditable as refused:
            messages.warning(request, str(refused))
            return redirect("drafts:files", draft.pk)
    return None
