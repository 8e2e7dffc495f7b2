"""What one does with a reply that waits: take it back, or let it go at once."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.utils import timezone

from upheld.tickets.actions.errors import Refused
from upheld.tickets.actions.scheduling import cancel_scheduled, send_scheduled
from upheld.tickets.models import ScheduledReply
from upheld.web.desk.conversation import below
from upheld.web.desk.ticket import after, ticket_for
from upheld.web.viewer import AgentRequest, for_agents


@for_agents
def send_now(request: AgentRequest, pk: int, number: int) -> HttpResponseBase:
    pending = _of(request, pk, number)
    if send_scheduled(pending.pk, at=timezone.now(), is_hurried=True) is not None:
        messages.success(request, "Sent.")
    else:
        pending.refresh_from_db()
        said = {"sent": "It had left already.", "cancelled": "It was taken back."}
        messages.warning(request, said.get(pending.state, f"Not sent: {pending.reason}"))
    return after(request, pk)


@for_agents
def take_back(request: AgentRequest, pk: int, number: int) -> HttpResponseBase:
    """Into the composer of whoever wrote it. `text` is what stands there just now, so that nothing typed is lost."""
    pending = _of(request, pk, number)
    is_mine = pending.author_id == request.person.pk
    typed = request.POST.get("text") if is_mine else None
    try:
        cancel_scheduled(pending, by=request.agent.actor, at=timezone.now(), typed=typed, signature=_signature(pending))
    except Refused as refusal:
        messages.error(request, str(refusal))
        return after(request, pk)
    messages.success(
        request,
        "Taken back. It stands in the composer." if is_mine else f"Stopped. {pending.author} has it in the composer.",
    )
    return after(request, pk, is_sent=is_mine)


def _signature(pending: ScheduledReply) -> str:
    agent = getattr(pending.author, "agent", None)
    return below(agent.signature) if agent is not None else ""


def _of(request: AgentRequest, pk: int, number: int) -> ScheduledReply:
    ticket = ticket_for(request, pk)
    found = ScheduledReply.objects.select_related("author").filter(pk=number, ticket=ticket).first()
    if found is None:
        raise Http404
    found.ticket = ticket
    return found
