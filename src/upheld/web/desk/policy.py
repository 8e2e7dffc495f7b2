"""The policy in force, in plain words, to read."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from upheld.commitments.models import PolicyVersion
from upheld.commitments.policies import in_force, version_in_force
from upheld.policy.sentences import calendar_sentences, clause_sentences
from upheld.web.desk.workspace import show
from upheld.web.viewer import AgentRequest, for_agents

SUBJECTS = {
    "ticket": "Tickets",
    "account": "Accounts",
    "agent": "Our own people",
    "incident": "Incidents",
    "chat": "Chats",
    "call": "Calls",
}


@require_safe
@for_agents
def policy(request: AgentRequest) -> HttpResponse:
    version, held = version_in_force(), in_force()
    by_subject: dict[str, list[tuple[object, list[str]]]] = {}
    for clause in held.clauses.values():
        by_subject.setdefault(SUBJECTS.get(clause.on, clause.on.capitalize()), []).append(
            (clause, clause_sentences(held, clause))
        )
    context = {
        "version": version,
        "policy": held,
        "clauses": by_subject,
        "calendars": [(name, calendar_sentences(held, name)) for name in held.calendars],
        "versions": list(PolicyVersion.objects.defer("sources")[:20]),
    }
    return show(request, "desk/policy.html", context, here="policy")
