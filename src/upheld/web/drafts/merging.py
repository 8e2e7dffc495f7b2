"""Both changed the same lines: the two side by side, and the text to settle it in, with everything that was typed."""

from __future__ import annotations

from django.http import HttpResponse

from upheld.commitments.models import PolicyVersion
from upheld.drafting.actions.errors import Conflicted
from upheld.drafting.checking import check
from upheld.drafting.merging import OTHERS, YOURS, Conflict, Merged, choose
from upheld.drafting.models import Draft
from upheld.policy.differences import Difference
from upheld.web.drafts.reading import page, told
from upheld.web.viewer import AgentRequest


def show_conflicts(
    request: AgentRequest, draft: Draft, conflicted: Conflicted, *, with_version: PolicyVersion | None = None
) -> HttpResponse:
    merged = conflicted.merged
    held = {conflict.file for conflict in merged.conflicts}
    context = {
        "conflicts": [(conflict, nth) for name in merged.files for nth, conflict in enumerate(_of(merged, name))],
        "chapters": _in_words(merged),
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


def _of(merged: Merged, name: str) -> list[Conflict]:
    return [conflict for conflict in merged.conflicts if conflict.file == name]


def _in_words(merged: Merged) -> list[tuple[str, list[Difference]]]:
    """What the two texts say differently, from theirs to yours; nothing while one of them has errors."""
    sides = []
    for side in (OTHERS, YOURS):
        files = {name: choose(text, [side] * len(_of(merged, name))) for name, text in merged.files.items()}
        sides.append(check(files).policy)
    theirs, yours = sides
    return told(theirs, yours) if theirs and yours else []
