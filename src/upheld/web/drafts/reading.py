"""What every page of a draft stands on: the draft, who may write, names of people, differences as sentences and as lines."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby, takewhile
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404

from upheld.commitments.models import PolicyVersion
from upheld.commitments.policies import in_force, policy_of
from upheld.drafting.models import Draft
from upheld.people.models import Agent
from upheld.policy import Policy
from upheld.policy.chapters import TITLES
from upheld.policy.differences import Difference, differences
from upheld.web.desk.workspace import show
from upheld.web.viewer import AgentRequest

MOST_COMPARED = 4_000_000  # pairs of lines; comparing more takes somebody's time who only wanted to look
MOST_LINES = 20_000
NEAR = 3  # unchanged lines that are shown around a change


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a difference: `kind` is same, added, removed or gap; the numbers are those of the two files."""

    kind: str
    before: int | None
    after: int | None
    text: str


@dataclass(frozen=True, slots=True)
class FileChange:
    name: str
    kind: str
    lines: list[Line]

    @property
    def added(self) -> int:
        return sum(line.kind == "added" for line in self.lines)

    @property
    def removed(self) -> int:
        return sum(line.kind == "removed" for line in self.lines)


def draft_of(request: AgentRequest, pk: int) -> Draft:
    """Every agent reads every draft."""
    return get_object_or_404(Draft.objects.select_related("base", "version"), pk=pk)


def page(
    request: AgentRequest, draft: Draft | None, template: str, context: Mapping[str, Any], *, status: int = 200
) -> HttpResponse:
    shared = {
        "tab": "drafts",
        "draft": draft,
        "may_write": request.agent.is_lead and (draft is None or not draft.is_settled),
        "is_lead": request.agent.is_lead,
        "problem_count": context.get("problem_count", 0),
    }
    return show(request, template, shared | dict(context), here="policy", status=status)


def names_of(keys: Iterable[str]) -> dict[str, str]:
    """Names by actors' keys, for people to read. One query."""
    wanted = {key for key in keys if key}
    found = {one.key: str(one) for one in Agent.objects.with_keys(wanted).select_related("person")}
    return {key: found.get(key, "Upheld") for key in wanted}


def told(before: Policy, after: Policy) -> list[tuple[str, list[Difference]]]:
    """The differences in sentences, by chapter."""
    found = differences(before, after)
    return [(str(TITLES[chapter]), list(group)) for chapter, group in groupby(found, key=lambda one: one.chapter)]


def base_policy(draft: Draft) -> Policy:
    return policy_of(draft.base_id) if draft.base_id else in_force()


def files_at(draft: Draft, revision: str) -> tuple[dict[str, str], int]:
    """The files that a page showed when it was opened, by the revision that it sends back; the present ones for nonsense."""
    number = int(revision) if revision.isdecimal() and len(revision) < 9 else draft.revision
    if number != draft.revision:
        old = draft.revisions.filter(number=number).first()
        if old is not None:
            return old.files, number
    return draft.files, draft.revision


def file_changes(before: Mapping[str, str], after: Mapping[str, str]) -> list[FileChange]:
    """Every file that differs, line by line, with the unchanged lines far from a change left out."""
    changes = []
    for name in sorted({*before, *after}):
        old, new = before.get(name), after.get(name)
        if old == new:
            continue
        kind = "added" if old is None else "removed" if new is None else "changed"
        changes.append(FileChange(name, kind, _lines((old or "").splitlines(), (new or "").splitlines())))
    return changes


def _lines(old: list[str], new: list[str]) -> list[Line]:
    same = _same_at_ends(old, new)
    if (len(old) - same) * (len(new) - same) > MOST_COMPARED or max(len(old), len(new)) > MOST_LINES:
        return [Line("gap", None, None, "")]
    found: list[Line] = []
    for group in difflib.SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(NEAR):
        if found or group[0][1] > 0:
            found.append(Line("gap", None, None, ""))
        for tag, start, end, begin, stop in group:
            if tag == "equal":
                found += [Line("same", start + i + 1, begin + i + 1, text) for i, text in enumerate(old[start:end])]
                continue
            found += [Line("removed", start + i + 1, None, text) for i, text in enumerate(old[start:end])]
            found += [Line("added", None, begin + i + 1, text) for i, text in enumerate(new[begin:stop])]
    return found


def _same_at_ends(old: list[str], new: list[str]) -> int:
    """How many lines two files share where they begin and where they end."""
    begin = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(old, new, strict=False)))
    ends = zip(reversed(old[begin:]), reversed(new[begin:]), strict=False)
    return begin + sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], ends))


def newest() -> PolicyVersion | None:
    return PolicyVersion.objects.defer("sources").first()
