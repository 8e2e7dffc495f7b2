"""What waits for one agent about the policy: questions to answer, drafts to approve, a version to read."""

from __future__ import annotations

from dataclasses import dataclass

from upheld.drafting.actions.review import roles_missing
from upheld.drafting.models import Acknowledgement, Draft, Question
from upheld.people.models import Agent

UNREAD = """FROM drafting_acknowledgement asked WHERE agent_id = %s AND acknowledged_at IS NULL AND NOT EXISTS (
    SELECT 1 FROM drafting_acknowledgement newer WHERE newer.agent_id = asked.agent_id AND newer.version_id > asked.version_id)"""
"""SQL: whether there is what `to_read` finds, for a query that counts more. Its value is the agent's number."""


@dataclass(frozen=True, slots=True)
class Waiting:
    questions: tuple[Question, ...]
    approvals: tuple[Draft, ...]
    to_read: Acknowledgement | None

    @property
    def count(self) -> int:
        return len(self.questions) + len(self.approvals) + (self.to_read is not None)


def waiting_for(agent: Agent) -> Waiting:
    """Three queries, and up to three more for each draft in review."""
    questions = Question.objects.open().filter(to=agent).exclude(draft__state__in=Draft.SETTLED)
    in_review = Draft.objects.filter(state=Draft.State.IN_REVIEW).defer("files", "handed_in").order_by("changed_at")
    return Waiting(
        tuple(questions.select_related("draft").defer("draft__files", "draft__handed_in")),
        tuple(draft for draft in in_review if may_approve(agent, draft)),
        to_read(agent),
    )


def may_approve(agent: Agent, draft: Draft) -> bool:
    """Whether their yes is one that the policy in force still asks for, and they may give it."""
    if draft.state != Draft.State.IN_REVIEW or agent.role not in roles_missing(draft) or agent.key in draft.writers:
        return False
    return not draft.approvals.filter(revision=draft.revision, approved_by=agent).exists()


def to_read(agent: Agent) -> Acknowledgement | None:
    """The newest version that they were asked to read, unless they have. One query."""
    newest = Acknowledgement.objects.filter(agent=agent).select_related("version").defer("version__sources")
    asked = newest.order_by("-version_id").first()
    return asked if asked is not None and asked.acknowledged_at is None else None
