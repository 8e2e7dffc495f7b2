"""From the writers to those who approve, and back."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from upheld.commitments.models import PolicyVersion
from upheld.commitments.policies import in_force
from upheld.drafting.actions.errors import FellBehind, HasProblems, NothingChanged, NotYours, WrongState
from upheld.drafting.actions.writing import lock
from upheld.drafting.checking import check, new_findings
from upheld.drafting.models import Approval, Draft
from upheld.drafting.needs import still_needed
from upheld.drafting.paths import draft_path
from upheld.drafting.telling import agents_by_key, tell
from upheld.events.actions import record
from upheld.events.actors import Actor
from upheld.people.models import Agent


def roles_missing(draft: Draft) -> list[str]:
    """The roles whose approval of this very revision is still needed, by the policy in force. One query."""
    given = draft.approvals.filter(revision=draft.revision).values_list("role", flat=True)
    return still_needed(in_force().approval.roles, given)


@transaction.atomic
def send_to_review(draft: Draft, *, by: Actor, at: datetime) -> None:
    """Hand it to those who approve. Raises HasProblems, NothingChanged, FellBehind, WrongState or Settled."""
    lock(draft)
    if draft.state != Draft.State.DRAFTING:
        raise WrongState("This draft is in review already.")
    stand_ready(draft)
    draft.state, draft.changed_at, draft.changed_by = Draft.State.IN_REVIEW, at, by.key
    draft.returned_reason, draft.returned_at, draft.returned_by = "", None, ""
    draft.save()
    record("draft.sent_to_review", draft.key, by=by, at=at, data={"revision": draft.revision})
    reviewers = Agent.objects.with_role(*roles_missing(draft)).select_related("person")
    _tell(draft, [one for one in reviewers if one.key not in draft.writers], "sent_to_review",
          f"Please review the draft “{draft.title}” of the policy", at)  # fmt: skip


@transaction.atomic
def approve(draft: Draft, *, agent: Agent, revision: int, at: datetime, by: Actor) -> Approval:
    """A yes to the revision that the approver read. Raises NotYours, WrongState or Settled.

    Nobody approves what they wrote, and nobody twice. With the last yes that the policy in force asks for the draft is approved.
    """
    lock(draft)
    if draft.state != Draft.State.IN_REVIEW:
        raise WrongState("This draft is not in review.")
    if revision != draft.revision:
        raise WrongState("The draft was changed since you looked at it. Please read it again.")
    if agent.key in draft.writers:
        raise NotYours("You wrote on this draft yourself, so somebody else has to approve it.")
    if draft.approvals.filter(revision=revision, approved_by=agent).exists():
        raise NotYours("You have approved this revision already.")
    if agent.role not in roles_missing(draft):
        raise NotYours("The policy does not ask for an approval of yours here.")
    approval = Approval.objects.create(
        draft=draft, revision=revision, role=agent.role, approved_at=at, approved_by=agent
    )
    record("draft.approved", draft.key, by=by, at=at, data={"revision": revision, "role": agent.role})
    if not roles_missing(draft):
        draft.state, draft.changed_at, draft.changed_by = Draft.State.APPROVED, at, by.key
        draft.save(update_fields=["state", "changed_at", "changed_by"])
        text = f"“{draft.title}” is approved and can be published"
        _tell(draft, agents_by_key([draft.created_by]), "approved", text, at)
    return approval


@transaction.atomic
def send_back(draft: Draft, *, reason: str, by: Actor, at: datetime) -> None:
    """Let the writers go on with it, with a reason. What was approved so far has to be approved again. Raises WrongState."""
    lock(draft)
    if draft.state not in (Draft.State.IN_REVIEW, Draft.State.APPROVED):
        raise WrongState("This draft is not in review.")
    draft.approvals.filter(revision=draft.revision).delete()
    draft.state, draft.changed_at, draft.changed_by = Draft.State.DRAFTING, at, by.key
    draft.returned_reason, draft.returned_at, draft.returned_by = reason, at, by.key
    draft.save()
    record("draft.sent_back", draft.key, by=by, at=at, data={"revision": draft.revision})
    text = f"“{draft.title}” came back from review"
    _tell(draft, agents_by_key(draft.writers), "sent_back", text, at)


def stand_ready(draft: Draft) -> None:
    """Raises what keeps the draft from becoming a version.

    That is: errors, also those of the lint that its base did not have; no change; a number that was used; another version since
    it began.
    """
    verdict = check(draft.files)
    if verdict.policy is None:
        raise HasProblems(verdict.problems)
    known = draft.base.sources if draft.base is not None else {}
    odd = [one for one in new_findings(known, draft.files) if one.severity == "error"]
    if odd:
        raise HasProblems(odd)
    newest = PolicyVersion.objects.first()
    if newest is not None and newest.pk != draft.base_id:
        raise FellBehind
    if draft.base is not None and draft.base.sources == draft.files:
        raise NothingChanged
    if newest is not None and verdict.policy.version <= newest.number:
        raise WrongState(
            f"policy.yaml says version {verdict.policy.version}, and {newest} is published already. Count the number up."
        )


def _tell(draft: Draft, agents: list[Agent], what: str, text: str, at: datetime) -> None:
    tell(
        agents,
        key=f"{draft.key}/{what}/{draft.revision}/{at.isoformat()}",
        subject=draft.key,
        kind=f"draft.{what}",
        text=text,
        path=draft_path(draft, "review"),
        at=at,
    )
