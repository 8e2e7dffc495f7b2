"""What is promised to an account or to somebody who works here: chips, why they stand so, and what was done for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from upheld.accounts import actions as accounts
from upheld.accounts.models import Account
from upheld.commitments.actions import NotAwaited, waive
from upheld.commitments.explaining import explain
from upheld.commitments.milestones import milestones_of
from upheld.commitments.models import Commitment
from upheld.commitments.policies import in_force, policy_of
from upheld.events.models import Event
from upheld.kernel.keys import kind_of
from upheld.people import actions as people
from upheld.people.models import Agent
from upheld.web.chips import Chip, chip
from upheld.web.desk.asking import ask
from upheld.web.desk.forms import ReasonForm
from upheld.web.desk.lines import Names, lines
from upheld.web.explanations import sum_of
from upheld.web.viewer import AgentRequest, for_agents, for_leads

PAGE = "desk/ask/commitment.html"
OVER = 20
EVENTS = 30
Held = Account | Agent


@dataclass(frozen=True, slots=True)
class Kind:
    """How the pages of one kind of subject are named, and what may be recorded of it."""

    page: str
    address: str
    labels: Mapping[str, str]
    find: Callable[[int], Held]


def _account(pk: int) -> Held:
    return get_object_or_404(Account.objects.select_related("manager__person"), pk=pk)


def _agent(pk: int) -> Held:
    return get_object_or_404(Agent.objects.select_related("person", "team"), pk=pk)


ACCOUNT = Kind("desk:account", "desk:account-commitment", accounts.MILESTONES, _account)
AGENT = Kind("desk:agent", "desk:agent-commitment", people.MILESTONES, _agent)


def promises(held: Held, kind: Kind, *, may_record: bool) -> dict[str, Any]:
    """What the part `desk/parts/promises.html` needs. Five queries at most, and one for each kind of people in the time line."""
    rows = list(Commitment.objects.of(held.key).tightest_first())
    awaited = [row for row in rows if row.ended_at is None and row.state != Commitment.State.VOID]
    over = sorted(
        (row for row in rows if row not in awaited), key=lambda row: row.ended_at or row.began_at, reverse=True
    )
    events = list(Event.objects.about(held.key).order_by("-id")[:EVENTS])
    return {
        "awaited": [_chip(row, held, kind) for row in awaited],
        "over": [(_chip(row, held, kind), row) for row in over[:OVER]],
        "milestones": milestones_of(held.key, kind.labels) if may_record else [],
        "has_begun": bool(rows) or not in_force().clauses_on(kind_of(held.key)),
        "lines": lines(events, Names(events), in_force()),
    }


def _chip(row: Commitment, held: Held, kind: Kind) -> Chip:
    address = reverse(kind.address, args=[held.pk, row.clause, row.cycle])
    return chip(row, timezone.now(), in_full=True, href=address)


# -- one commitment -------------------------------------------------------------------------------------------------------


@for_agents
def account_commitment(request: AgentRequest, pk: int, clause: str, cycle: int) -> HttpResponse:
    return _commitment(request, ACCOUNT, pk, clause, cycle)


@for_agents
def agent_commitment(request: AgentRequest, pk: int, clause: str, cycle: int) -> HttpResponse:
    return _commitment(request, AGENT, pk, clause, cycle)


@for_leads
def waive_account_commitment(request: AgentRequest, pk: int, clause: str, cycle: int) -> HttpResponse:
    return _waive(request, ACCOUNT, pk, clause, cycle)


@for_leads
def waive_agent_commitment(request: AgentRequest, pk: int, clause: str, cycle: int) -> HttpResponse:
    return _waive(request, AGENT, pk, clause, cycle)


def _commitment(request: AgentRequest, kind: Kind, pk: int, clause: str, cycle: int) -> HttpResponse:
    return ask(request, PAGE, _context(request, kind, kind.find(pk), clause, cycle) | {"form": ReasonForm()})


def _waive(request: AgentRequest, kind: Kind, pk: int, clause: str, cycle: int) -> HttpResponse:
    """Leads and above may let a promise go, with a reason that stands in the time line."""
    held, form = kind.find(pk), ReasonForm(request.POST)
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            waive(held.key, clause, cycle, by=request.agent.actor, at=timezone.now(), reason=reason)
        except NotAwaited:
            form.add_error(None, "This promise is over already, so there is nothing to let go.")
        else:
            messages.success(request, "Waived.")
            return redirect(kind.page, pk)
    return ask(request, PAGE, _context(request, kind, held, clause, cycle) | {"form": form}, status=422)


def _context(request: AgentRequest, kind: Kind, held: Held, clause: str, cycle: int) -> dict[str, Any]:
    now = timezone.now()
    found = [one for one in explain(held.key, at=now) if (one.clause.name, one.state.cycle) == (clause, cycle)]
    row = Commitment.objects.of(held.key).filter(clause=clause, cycle=cycle).first()
    if not found or row is None:
        raise Http404
    zone = request.person.zoneinfo
    attributes = accounts.attributes(held) if isinstance(held, Account) else people.attributes(held)
    total = sum_of(
        found[0], policy_of(row.version_id), zone=zone, now=now, due_in=[("for you", zone)], attributes=attributes
    )
    return {
        "whose": str(held),
        "back": reverse(kind.page, args=[held.pk]),
        "action": reverse(kind.address, args=[held.pk, clause, cycle]),
        "sum": total,
        "chip": chip(row, now),
        "may_waive": request.agent.is_lead and row.ended_at is None and row.state in ("running", "paused"),
    }


# -- what was done --------------------------------------------------------------------------------------------------------


@require_POST
@for_agents
def account_milestone(request: AgentRequest, pk: int) -> HttpResponse:
    """Whoever works here may write down what they did for a customer."""
    return _record(request, get_object_or_404(Account, pk=pk), accounts.reach, request.POST.get("milestone", ""))


@require_POST
@for_leads
def account_activation(request: AgentRequest, pk: int) -> HttpResponse:
    """The contract of an account that was brought in from elsewhere begins now."""
    done = "Recorded. What the policy promises to accounts begins now."
    return _record(request, get_object_or_404(Account, pk=pk), accounts.activate, done=done)


@require_POST
@for_leads
def agent_joining(request: AgentRequest, pk: int) -> HttpResponse:
    """Somebody who worked here before this was written down: what is promised to colleagues begins now."""
    agent = get_object_or_404(Agent.objects.working().select_related("team"), pk=pk)
    return _record(request, agent, people.join, done="Recorded. What the policy promises to colleagues begins now.")


@require_POST
@for_leads
def agent_milestone(request: AgentRequest, pk: int) -> HttpResponse:
    return _record(request, get_object_or_404(Agent, pk=pk), people.reach, request.POST.get("milestone", ""))


def _record(
    request: AgentRequest, held: Held, action: Callable[..., None], *said: str, done: str = "Recorded."
) -> HttpResponse:
    """Write it down now and in the agent's name; back to the page of whom it is about, with what came of it."""
    try:
        action(held, *said, by=request.agent.actor, at=timezone.now())
    except (accounts.AccountRefused, people.PersonRefused) as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
    return redirect("desk:account" if isinstance(held, Account) else "desk:agent", held.pk)
