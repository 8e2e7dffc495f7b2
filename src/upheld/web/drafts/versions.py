"""A published version to be read and confirmed; for leads, who has not yet."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_safe

from upheld.commitments.models import PolicyVersion
from upheld.commitments.policies import policy_of
from upheld.drafting.actions.acknowledging import acknowledge
from upheld.drafting.actions.errors import DraftRefused
from upheld.drafting.models import Acknowledgement, Draft
from upheld.people.actions import mark_read
from upheld.web.drafts.reading import names_of, page, told
from upheld.web.viewer import AgentRequest, for_agents


@require_safe
@for_agents
def version(request: AgentRequest, pk: int) -> HttpResponse:
    held = get_object_or_404(PolicyVersion, pk=pk)
    mark_read(request.person, at=timezone.now(), subject=f"policy:{pk}")
    asked = Acknowledgement.objects.filter(version=held).select_related("agent__person", "agent__team")
    mine = asked.filter(agent=request.agent).first()
    since = _read_last(request, held)
    missing = list(asked.missing().order_by("agent__person__name")) if request.agent.is_lead else []
    context = {
        "version": held,
        "since": since,
        "chapters": told(policy_of(since.pk), policy_of(held.pk)) if since else [],
        "mine": mine,
        "missing": missing,
        "asked_count": asked.count(),
        "read_count": asked.exclude(acknowledged_at=None).count(),
        "came_from": Draft.objects.filter(version=held).first(),
        "names": names_of([held.published_by]),
        "now": timezone.now(),
    }
    return page(request, None, "drafts/version.html", context)


@for_agents
def confirm(request: AgentRequest, pk: int) -> HttpResponse:
    held = get_object_or_404(PolicyVersion, pk=pk)
    try:
        acknowledge(held, agent=request.agent, by=request.agent.actor, at=timezone.now())
    except DraftRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, "Thank you. It is noted that you have read it.")
    return redirect("drafts:version", pk)


def _read_last(request: AgentRequest, held: PolicyVersion) -> PolicyVersion | None:
    """What the reader knows: the version that they confirmed last, else the one before."""
    earlier = PolicyVersion.objects.filter(pk__lt=held.pk)
    confirmed = Acknowledgement.objects.filter(agent=request.agent, version__in=earlier).exclude(acknowledged_at=None)
    known = confirmed.order_by("-version_id").values_list("version_id", flat=True).first()
    return earlier.filter(pk=known).first() if known else earlier.first()
