"""A draft: what it changes, what is wrong with it, who was asked, who approved, how it came about."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe

from upheld.commitments.policies import in_force
from upheld.drafting.actions.review import roles_missing
from upheld.drafting.checking import Verdict, check
from upheld.drafting.models import Draft
from upheld.drafting.waiting import may_approve
from upheld.kernel.keys import numbers_of
from upheld.people.actions import mark_read
from upheld.people.models import Agent
from upheld.policy.model import Clause
from upheld.policy.roles import ROLES
from upheld.web.drafts.questions import QuestionForm
from upheld.web.drafts.reading import base_policy, draft_of, file_changes, names_of, newest, page, told
from upheld.web.drafts.review import ReasonForm
from upheld.web.viewer import AgentRequest, for_agents

LOUD = ("error", "warning")


@require_safe
@for_agents
def overview(request: AgentRequest, pk: int) -> HttpResponse:
    draft = draft_of(request, pk)
    mark_read(request.person, at=timezone.now(), subject=draft.key)
    return show_draft(request, draft)


def show_draft(
    request: AgentRequest,
    draft: Draft,
    *,
    question_form: QuestionForm | None = None,
    reason_form: ReasonForm | None = None,
    answer_to: int = 0,
    status: int = 200,
) -> HttpResponse:
    """The page as it stands, with a form that came back with errors."""
    verdict = check(draft.files)
    changes = told(base_policy(draft), verdict.policy) if verdict.policy else []
    questions = list(draft.questions.select_related("to__person"))
    revisions = list(draft.revisions.defer("files"))
    last = newest()
    context = {
        "verdict": verdict,
        "problem_count": len(verdict.problems),
        "chapters": changes,
        "change_count": sum(len(group) for _, group in changes),
        "files": file_changes(draft.base.sources if draft.base else {}, draft.files),
        "findings": _new_findings(draft, verdict),
        "questions": questions,
        "revisions": revisions,
        "names": names_of(
            [
                draft.created_by,
                draft.returned_by,
                *(one.saved_by for one in revisions),
                *(q.asked_by for q in questions),
            ]
        ),
        "fell_behind": last if last is not None and last.pk != draft.base_id and not draft.is_settled else None,
        "question_form": question_form or QuestionForm(draft=draft),
        "reason_form": reason_form or ReasonForm(),
        "answer_to": answer_to,
    } | _approvals(request.agent, draft)
    return page(request, draft, "drafts/draft.html", context, status=status)


def _approvals(agent: Agent, draft: Draft) -> dict[str, object]:
    missing = [] if draft.is_settled else roles_missing(draft)
    given = list(draft.approvals.filter(revision=draft.revision).select_related("approved_by__person"))
    writers = draft.writers
    wrote = agent.key in writers
    is_asked = draft.state == Draft.State.IN_REVIEW and agent.role in missing
    present = _present(writers)
    return {
        "approvals": given,
        "missing": [ROLES[role] for role in missing],
        "nobody": [ROLES[role] for role in dict.fromkeys(missing) if role not in present],
        "needed": [ROLES[role] for role in in_force().approval.roles],
        "may_approve": may_approve(agent, draft),
        "wrote_it": is_asked and wrote,
        "is_reviewer": agent.is_lead or agent.role in in_force().approval.roles,
    }


def _present(writers: set[str]) -> set[str]:
    """The roles of which somebody works here who did not write on the draft. One query."""
    others = Agent.objects.working().exclude(pk__in=numbers_of(writers, "agent"))
    return set(others.values_list("role", flat=True))


def _new_findings(draft: Draft, verdict: Verdict) -> list[object]:
    """What the lint finds, but not what was found in the version that the draft began from."""
    base = check(draft.base.sources).findings if draft.base else ()
    known = {(one.file, one.key, one.problem) for one in base}
    return [one for one in verdict.findings if (one.file, one.key, one.problem) not in known]


@require_safe
@for_agents
def change(request: AgentRequest, pk: int) -> HttpResponse:
    """Everything that can be changed by a form."""
    draft = draft_of(request, pk)
    policy = check(draft.files).policy
    context = {
        "policy": policy,
        "clauses": [clause for clause in policy.clauses.values() if _has_table(clause)] if policy else [],
        "calendars": [name for name in policy.calendars if name != "always"] if policy else [],
        "problem_count": len(check(draft.files).problems),
    }
    return page(request, draft, "drafts/change.html", context)


def _has_table(clause: Clause) -> bool:
    return clause.within is not None


@require_safe
@for_agents
def revision(request: AgentRequest, pk: int, number: int) -> HttpResponse:
    """What one save changed."""
    draft = draft_of(request, pk)
    saved = get_object_or_404(draft.revisions, number=number)
    before = draft.revisions.filter(number=number - 1).first()
    old = before.files if before else (draft.base.sources if draft.base else {})
    was, now = check(old).policy, check(saved.files).policy
    context = {
        "saved": saved,
        "names": names_of([saved.saved_by]),
        "chapters": told(was, now) if was and now else [],
        "files": file_changes(old, saved.files),
    }
    return page(request, draft, "drafts/revision.html", context)
