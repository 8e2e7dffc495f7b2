"""The policy in force, in plain words, to read."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from upheld.commitments.models import PolicyVersion
from upheld.commitments.policies import in_force, version_in_force
from upheld.kernel.durations import format_duration
from upheld.policy.model import Clause, Policy
from upheld.policy.sentences import calendar_sentences, clause_sentences
from upheld.web.desk.workspace import show
from upheld.web.viewer import AgentRequest, for_agents

ATTRIBUTES = {"plan": "plans", "priority": "priorities", "category": "categories", "channel": "channels"}
SUBJECTS = {
    "ticket": "Tickets",
    "account": "Accounts",
    "agent": "Our own people",
    "incident": "Incidents",
    "chat": "Chats",
    "call": "Calls",
}


@dataclass(frozen=True, slots=True)
class Matrix:
    """What a clause promises as a table: a line for each value of the first attribute, a column for each of the second."""

    columns: list[str]
    lines: list[tuple[str, list[str]]]


@dataclass(frozen=True, slots=True)
class Shown:
    clause: Clause
    sentences: list[str]
    matrix: Matrix | None


def matrix(held: Policy, clause: Clause) -> Matrix | None:
    """None for a promise that is the same for everybody, or that hangs on more than two attributes."""
    choice = clause.within
    if choice is None or choice.table is None or not 1 <= len(choice.by) <= 2:
        return None
    cells = {key: "not promised" if value is None else format_duration(value) for key, value in choice.table.items()}
    if len(choice.by) == 1:
        return Matrix([_named(held, choice.by[0], name) for (name,) in cells], [("", list(cells.values()))])
    first, second = (list(dict.fromkeys(key[place] for key in cells)) for place in (0, 1))
    lines = [(_named(held, choice.by[0], one), [cells.get((one, other), "–") for other in second]) for one in first]
    return Matrix([_named(held, choice.by[1], other) for other in second], lines)


def _named(held: Policy, attribute: str, name: str) -> str:
    entry = getattr(held, ATTRIBUTES.get(attribute, ""), {}).get(name)
    label = str(entry.label) if entry else name.replace("-", " ")
    return f"{name} {label}" if attribute == "priority" else label


@require_safe
@for_agents
def policy(request: AgentRequest) -> HttpResponse:
    version, held = version_in_force(), in_force()
    by_subject: dict[str, list[Shown]] = {}
    for clause in held.clauses.values():
        by_subject.setdefault(SUBJECTS.get(clause.on, clause.on.capitalize()), []).append(
            Shown(clause, clause_sentences(held, clause), matrix(held, clause))
        )
    context = {
        "version": version,
        "policy": held,
        "clauses": by_subject,
        "calendars": [(name, calendar_sentences(held, name)) for name in held.calendars],
        "versions": list(PolicyVersion.objects.defer("sources")[:20]),
    }
    return show(request, "desk/policy.html", context, here="policy")
