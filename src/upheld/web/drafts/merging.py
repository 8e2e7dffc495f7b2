"""Both changed the same lines: the two side by side, and the text to settle it in, with everything that was typed."""

from __future__ import annotations

from django.http import HttpResponse

from upheld.commitments.models import PolicyVersion
from upheld.drafting.actions.errors import Conflicted
from upheld.drafting.models import Draft
from upheld.web.drafts.reading import page
from upheld.web.viewer import AgentRequest


def show_conflicts(
    request: AgentRequest, draft: Draft, conflicted: Conflicted, *, with_version: PolicyVersion | None = None
) -> HttpResponse:
    merged = conflicted.merged
    held = {conflict.file for conflict in merged.conflicts}
    context = {
        "conflicts": merged.conflicts,
        "texts": [(name, text, len(text.splitlines()) + 1) for name, text in merged.files.items() if name in held],
        # what merged by itself travels along, so that one save keeps all of it
        "others": [
            (name, text) for name, text in merged.files.items() if name not in held and draft.files.get(name) != text
        ],
        "gone": [name for name in draft.files if name not in merged.files],
        "revision": conflicted.revision,
        "with_version": with_version,
    }
    return page(request, draft, "drafts/conflict.html", context, status=422)
