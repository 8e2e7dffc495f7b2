"""Acts that ask something first. The question is a page of its own; with a script it opens in the dialog of the page before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django_htmx.http import HttpResponseClientRedirect

from upheld.commitments.models import Clock
from upheld.commitments.policies import in_force, policy_of
from upheld.policy import Policy
from upheld.tickets.models import Ticket
from upheld.web.desk.workspace import show
from upheld.web.viewer import AgentRequest


def ticket_of(request: AgentRequest, pk: int) -> Ticket:
    """The ticket, if the person may see it; else 404."""
    return get_object_or_404(
        Ticket.objects.visible_to(request.person).select_related("account", "requester__person"), pk=pk
    )


def policy_under(ticket: Ticket) -> Policy:
    """The version that the ticket was opened under. One query."""
    version = Clock.objects.filter(subject=ticket.key).values_list("version_id", flat=True).first()
    return policy_of(version) if version else in_force()


def ask(request: AgentRequest, template: str, context: Mapping[str, Any], *, status: int = 200) -> HttpResponse:
    """The question: its part `ask` alone for the dialog, else a page around it."""
    if request.htmx:
        return render(request, f"{template}#ask", dict(context), status=status)
    return show(request, template, context, status=status)


def answered(request: AgentRequest, pk: int) -> HttpResponse:
    """Back to the ticket, also out of the dialog."""
    back = redirect("desk:ticket", pk)
    return HttpResponseClientRedirect(back.url) if request.htmx else back
