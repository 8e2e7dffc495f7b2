"""Merging, linking and watching."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone

from upheld.tickets.actions import merging, watching
from upheld.tickets.actions.errors import Refused
from upheld.tickets.models import Link, Ticket
from upheld.web.desk.asking import answered, ask, ticket_of
from upheld.web.desk.forms import LinkForm, OtherTicketForm
from upheld.web.desk.ticket import act
from upheld.web.viewer import AgentRequest, for_agents


@for_agents
def ask_merge(request: AgentRequest, pk: int) -> HttpResponse:
    ticket = ticket_of(request, pk)
    return ask(
        request, "desk/ask/merge.html", {"ticket": ticket, "form": _merge_form(request), "near": _near(request, ticket)}
    )


@for_agents
def merge(request: AgentRequest, pk: int) -> HttpResponse:
    ticket, form = ticket_of(request, pk), _merge_form(request)
    if form.is_valid():
        into = form.cleaned_data["other"]
        try:
            merging.merge(ticket, into=into, by=request.agent.actor, at=timezone.now())
        except Refused as refusal:
            form.add_error("other", str(refusal))
        else:
            messages.success(
                request, f"{ticket.reference} is read in {into.reference} from now on. This can be taken back."
            )
            return answered(request, into.pk)
    return ask(
        request, "desk/ask/merge.html", {"ticket": ticket, "form": form, "near": _near(request, ticket)}, status=422
    )


@for_agents
def unmerge(request: AgentRequest, pk: int) -> HttpResponse:
    return act(request, pk, merging.unmerge, done="It stands for itself again.")


@for_agents
def ask_link(request: AgentRequest, pk: int) -> HttpResponse:
    ticket = ticket_of(request, pk)
    form = LinkForm(tickets=Ticket.objects.visible_to(request.person))
    return ask(request, "desk/ask/link.html", {"ticket": ticket, "form": form})


@for_agents
def link(request: AgentRequest, pk: int) -> HttpResponse:
    ticket = ticket_of(request, pk)
    form = LinkForm(request.POST, tickets=Ticket.objects.visible_to(request.person))
    if form.is_valid():
        try:
            watching.link(
                ticket,
                other=form.cleaned_data["other"],
                kind=form.cleaned_data["kind"],
                by=request.agent.actor,
                at=timezone.now(),
            )
        except Refused as refusal:
            form.add_error("other", str(refusal))
        else:
            return answered(request, pk)
    return ask(request, "desk/ask/link.html", {"ticket": ticket, "form": form}, status=422)


@for_agents
def unlink(request: AgentRequest, pk: int, link_pk: int) -> HttpResponse:
    """Only a link of this ticket, in either direction."""
    ticket = ticket_of(request, pk)
    row = get_object_or_404(Link.objects.select_related("ticket", "other"), pk=link_pk)
    if ticket.pk not in (row.ticket_id, row.other_id):
        raise Http404
    return act(request, pk, lambda _, **how: watching.unlink(row, **how))


@for_agents
def watch(request: AgentRequest, pk: int) -> HttpResponse:
    return act(request, pk, watching.watch, person=request.person)


@for_agents
def unwatch(request: AgentRequest, pk: int) -> HttpResponse:
    return act(request, pk, watching.unwatch, person=request.person)


def _merge_form(request: AgentRequest) -> OtherTicketForm:
    return OtherTicketForm(request.POST or None, tickets=Ticket.objects.visible_to(request.person))


def _near(request: AgentRequest, ticket: Ticket) -> list[Ticket]:
    """The tickets that it can be merged into: the newest of the same account that are not settled."""
    same = Ticket.objects.visible_to(request.person).unsettled().exclude(pk=ticket.pk)
    same = same.filter(account=ticket.account_id) if ticket.account_id else same.filter(requester=ticket.requester_id)
    return list(same.select_related("requester__person").order_by("-id")[:6])
