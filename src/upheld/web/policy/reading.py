"""The policy in force, by chapter, with the evidence beside each clause."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from upheld.commitments.models import PolicyVersion
from upheld.commitments.policies import policy_of, version_in_force
from upheld.people.models import Person
from upheld.policy import Policy
from upheld.policy.chapters import Block, Chapter, Group, chapters
from upheld.web.desk.workspace import show
from upheld.web.policy.evidence import DAYS, RECORDED, Evidence, evidence
from upheld.web.viewer import AgentRequest, for_agents


@dataclass(frozen=True, slots=True)
class Told:
    """A group as the page shows it: its anchor, the heading to set before it, and what was counted, for clauses."""

    group: Group
    anchor: str
    heading: str = ""
    evidence: Evidence | None = None
    is_recorded: bool = True


@dataclass(frozen=True, slots=True)
class Part:
    """A block of a chapter: a group, or anything else as it is."""

    block: Block
    told: Told | None = None


@require_safe
@for_agents
def in_force_page(request: AgentRequest) -> HttpResponse:
    version = version_in_force()
    held = policy_of(version.pk)
    counted = evidence(held.clauses, now=timezone.now())
    return show(request, "policy/in_force.html", reading(version, held, request.person, counted), here="policy")


def reading(
    version: PolicyVersion, held: Policy, reader: Person, counted: Mapping[str, Evidence] | None = None
) -> dict[str, Any]:
    """What a page needs to show a whole policy. Without `counted` nothing stands beside its clauses."""
    language = reader.language if reader.language in held.languages else held.languages[0]
    told = [(chapter, parts(chapter, held, counted)) for chapter in chapters(held, language)]
    return {
        "tab": "in-force",
        "version": version,
        "policy": held,
        "chapters": told,
        "days": DAYS,
        "has_evidence": counted is not None,
    }


def parts(chapter: Chapter, held: Policy, counted: Mapping[str, Evidence] | None) -> list[Part]:
    """The blocks in their order; the first clause on each subject gets the subject as its heading."""
    found: list[Part] = []
    last = ""
    for block in chapter.blocks:
        if not isinstance(block, Group):
            found.append(Part(block))
            continue
        clause = held.clauses.get(block.key) if block.kind == "clause" else None
        heading = block.about_what if block.about_what != last else ""
        last = block.about_what
        anchor = block.key if clause is not None else f"{block.kind}-{block.key}".replace(" ", "-")
        told = Told(
            block,
            anchor,
            heading,
            evidence=counted.get(block.key) if counted is not None and clause is not None else None,
            is_recorded=clause is None or clause.on in RECORDED,
        )
        found.append(Part(block, told))
    return found
