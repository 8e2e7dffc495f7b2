"""A published version to be read and confirmed; for leads, who has not yet."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_safe

from upheld.commitments.models import PolicyVersion
from upheld.commitments.policies import policy_of, version_in_force
from upheld.drafting.actions.acknowledging import acknowledge
from upheld.drafting.actions.errors import DraftRefused
from upheld.drafting.jobs import move_open_tickets
from upheld.drafting.models import Acknowledgement, Draft
from upheld.drafting.opened import older_count, outlook
from upheld.people.actions import mark_read
from upheld.web.drafts.reading import names_of, page, told
from upheld.web.viewer import AgentRequest, for_agents, for_leads


@require_safe
@for_agents
def version(request: AgentRequest, pk: int) -> HttpResponse:
    held = get_object_or_404(PolicyVersion, pk=pk)
    asked = Acknowledgement.objects.filter(version=held).select_related("agent__person", "agent__team")
    mine = asked.filter(agent=request.agent).first()
    if mine is None or mine.acknowledged_at is not None:  # else it goes on waiting for them
        mark_read(request.person, at=timezone.now(), subject=f"policy:{pk}")
    since = _read_last(request, held)
    missing = list(asked.missing().order_by("agent__person__name")) if request.agent.is_lead else []
    context = {
        "version": held,
        "version_is_read_here": True,
        "since": since,
        "chapters": told(policy_of(since.pk), policy_of(held.pk)) if since else [],
        "mine": mine,
        "missing": missing,
        "asked_count": asked.count(),
        "read_count": asked.exclude(acknowledged_at=None).count(),
        "came_from": Draft.objects.filter(version=held).first(),
        "names": names_of([held.published_by]),
        "now": timezone.now(),
        "is_in_force": held.pk == version_in_force().pk,
        "may_move": request.agent.is_lead and held.pk == version_in_force().pk and older_count(held) > 0,
    }
    return page(request, None, "drafts/version.html", context)


@for_leads
def ask_move(request: AgentRequest, pk: int) -> HttpResponse:
    """What bringing the open tickets over would do, before anybody does it."""
    held = _in_force(pk)
    context = {"version": held, "count": older_count(held), "outlook": outlook(policy_of(pk), at=timezone.now())}
    return page(request, None, "drafts/move.html", context)


@for_leads
def move(request: AgentRequest, pk: int) -> HttpResponse:
    held = _in_force(pk)
    move_open_tickets.defer(version_id=held.pk, by=request.agent.key)
    messages.success(request, "The open tickets are being brought over.")
    return redirect("drafts:version", pk)


def _in_force(pk: int) -> PolicyVersion:
    """Tickets move only to what holds now."""
    held = get_object_or_404(PolicyVersion, pk=pk)
    if held.pk != version_in_force().pk:
        raise Http404
    return held


@for_agents
def confirm(request: AgentRequest, pk: int) -> HttpResponse:
    held = get_object_or_404(PolicyVersion, pk=pk)
    try:
        acknowledge(held, agent=request.agent, by=request.agent.actor, at=timezone.now())
    except DraftRefused as refused:
        messages.error(request, str(refused))
    else:
        mark_read(request.person, at=timezone.now(), subject=f"policy:{pk}")
        messages.success(request, "Thank you. It is noted that you have read it.")
    return redirect("drafts:version", pk)


def _read_last(request: AgentRequest, held: PolicyVersion) -> PolicyVersion | None:
    """What the reader knows: the version that they confirmed last, else the one before."""
    earlier = PolicyVersion.objects.filter(pk__lt=held.pk)
    confirmed = Acknowledgement.objects.filter(agent=request.agent, version__in=earlier).exclude(acknowledged_at=None)
    known = confirmed.order_by("-version_id").values_list("version_id", flat=True).first()
    return earlier.filter(pk=known).first() if known else earlier.first()
