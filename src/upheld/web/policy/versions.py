"""Published versions: the list, one to read, and what changed between two of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe

from upheld.commitments.models import PolicyVersion
from upheld.commitments.policies import policy_of
from upheld.people.models import Agent
from upheld.policy.chapters import TITLES
from upheld.policy.differences import differences, text_difference
from upheld.web.desk.workspace import show
from upheld.web.policy.reading import reading
from upheld.web.viewer import AgentRequest, for_agents

AHEAD, NOW, PAST = "ahead", "now", "past"


@dataclass(frozen=True, slots=True)
class Edition:
    """A version with its time: from when on, until when (None while nothing follows it), and by whom it was published."""

    version: PolicyVersion
    since: datetime
    until: datetime | None
    by: str
    state: str


@require_safe
@for_agents
def versions(request: AgentRequest) -> HttpResponse:
    return show(request, "policy/versions.html", {"tab": "in-force", "editions": editions()}, here="policy")


@require_safe
@for_agents
def version(request: AgentRequest, pk: int) -> HttpResponse:
    found = editions()
    one = next((edition for edition in found if edition.version.pk == pk), None)
    held = get_object_or_404(PolicyVersion, pk=pk)
    context = reading(held, policy_of(pk), request.person) | {
        "edition": one,
        "before": _before(pk, found),
    }
    return show(request, "policy/version.html", context, here="policy")


@require_safe
@for_agents
def changes(request: AgentRequest, pk: int) -> HttpResponse:
    """What this version changed, against the one before it or against any other (`?since=`)."""
    new = get_object_or_404(PolicyVersion, pk=pk)
    found = editions()
    asked = request.GET.get("since", "")
    if asked:
        old = get_object_or_404(PolicyVersion, pk=asked if asked.isdecimal() else 0)
    else:
        before = _before(pk, found)
        old = before if before is not None else new
    told = differences(policy_of(old.pk), policy_of(new.pk))
    context = {
        "tab": "in-force",
        "old": old,
        "new": new,
        "editions": found,
        "chapters": [(TITLES[key], list(group)) for key, group in groupby(told, key=lambda one: one.chapter)],
        "count": len(told),
        "text": text_difference(_bytes(old), _bytes(new)),
    }
    return show(request, "policy/changes.html", context, here="policy")


def editions() -> list[Edition]:
    """Every version, the newest first. Two queries."""
    rows = list(PolicyVersion.objects.defer("sources").order_by("-effective_at", "-id"))
    names = _names(row.published_by for row in rows)
    now = timezone.now()
    found: list[Edition] = []
    follower: datetime | None = None
    for row in rows:
        state = AHEAD if row.effective_at > now else PAST if follower is not None and follower <= now else NOW
        found.append(Edition(row, row.effective_at, follower, names.get(row.published_by, "Upheld"), state))
        follower = row.effective_at
    return found


def _before(pk: int, found: list[Edition]) -> PolicyVersion | None:
    """The version that was in force before this one."""
    keys = [edition.version.pk for edition in found]
    place = keys.index(pk) + 1 if pk in keys else len(keys)
    return found[place].version if place < len(found) else None


def _names(keys: Iterable[str]) -> dict[str, str]:
    return {agent.key: str(agent) for agent in Agent.objects.with_keys(keys).select_related("person")}


def _bytes(version: PolicyVersion) -> dict[str, bytes]:
    return {name: text.encode() for name, text in version.sources.items()}
