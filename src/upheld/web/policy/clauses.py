"""One clause with all that is known of it, and the cases behind its figures."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from upheld.commitments.models import Commitment, PolicyVersion
from upheld.commitments.policies import policy_of, version_in_force
from upheld.policy import Policy
from upheld.policy.chapters import clause_group
from upheld.policy.model import Clause
from upheld.reports.attainment import by_cell
from upheld.reports.cases import STATES, cases, tightest
from upheld.web.desk.workspace import show
from upheld.web.policy.cells import grid
from upheld.web.policy.evidence import DAYS, RECORDED, evidence, lateness, share_words
from upheld.web.viewer import AgentRequest, for_agents

TIGHTEST = 8
USUAL = 30  # days


@require_safe
@for_agents
def clause(request: AgentRequest, name: str) -> HttpResponse:
    version, held, one = _find(name)
    now, days = timezone.now(), _days(request)
    counted = evidence([name], now=now, only=name)[name]
    by = one.within.by if one.within is not None else ()
    cells = by_cell(name, by, since=now - timedelta(days=days), until=now, subject=one.on) if by else {}
    language = request.person.language if request.person.language in held.languages else held.languages[0]
    context = {
        "tab": "in-force",
        "version": version,
        "is_in_force": version == version_in_force(),
        "clause": one,
        "group": clause_group(held, one, language),
        "evidence": counted,
        "is_recorded": one.on in RECORDED,
        "days": days,
        "choices": DAYS,
        "has_cells": bool(cells),
        "grid": grid(held, one, cells, language),
        "weeks": [(week, share_words(week.share)) for week in reversed(counted.weeks)],
        "tightest": tightest(name, size=TIGHTEST).cases,
    }
    return show(request, "policy/clause.html", context, here="policy")


@require_safe
@for_agents
def cases_page(request: AgentRequest, name: str) -> HttpResponse:
    version, _, one = _find(name)
    now, days = timezone.now(), _days(request)
    state = request.GET.get("state", "breached")
    if state not in STATES:
        raise Http404
    since = now - timedelta(days=days)
    page = cases(name, state, since=since, until=now, after=request.GET.get("after", ""))
    context: dict[str, Any] = {
        "tab": "in-force",
        "version": version,
        "clause": one,
        "state": state,
        "states": [(value, LABELS[value]) for value in STATES],
        "label": LABELS[state],
        "days": days,
        "choices": DAYS,
        "rows": [(case, lateness(case.late_s)) for case in page.cases],
        "after": page.after,
        "is_first": not request.GET.get("after"),
    }
    return show(request, "policy/cases.html", context, here="policy")


LABELS = {"breached": "Missed", "kept": "Kept", "waived": "Waived", "running": "Running", "void": "Void"}


def _find(name: str) -> tuple[PolicyVersion, Policy, Clause]:
    """The clause in the policy in force, else in the newest version that was under any commitment with it; else 404."""
    version = version_in_force()
    if name not in policy_of(version.pk).clauses:
        last = Commitment.objects.filter(clause=name).order_by("-began_at").values_list("version", flat=True).first()
        if last is None:
            raise Http404
        version = PolicyVersion.objects.get(pk=last)
    held = policy_of(version.pk)
    return version, held, held.clauses[name]


def _days(request: AgentRequest) -> int:
    asked = request.GET.get("days", "")
    return int(asked) if asked in {str(days) for days in DAYS} else USUAL
