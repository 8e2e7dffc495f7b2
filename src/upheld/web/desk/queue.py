"""The queue: a view, narrowed by a search, page by page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django import forms
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from upheld.people.models import Agent
from upheld.tickets import queues
from upheld.tickets.models import Ticket
from upheld.tickets.models.ticket import TicketQuerySet
from upheld.web import names
from upheld.web.chips import Chip, chip
from upheld.web.desk.workspace import show, surroundings, view_named
from upheld.web.viewer import AgentRequest, for_agents

CHANNEL_ICONS = {
    "email": "mail",
    "phone": "phone",
    "chat": "message-circle",
    "portal": "globe",
    "social": "at-sign",
    "forum": "messages-square",
}


class SearchForm(forms.Form):
    """Narrows a view. What is not known is passed over, so that an old link still shows something."""

    text = forms.CharField(required=False, max_length=200)
    status = forms.CharField(required=False)
    priority = forms.CharField(required=False)
    plan = forms.CharField(required=False)
    assignee = forms.CharField(required=False)

    def filter(self, tickets: TicketQuerySet) -> TicketQuerySet:
        if not self.is_valid():
            return tickets
        asked = self.cleaned_data
        for field in ("status", "priority", "plan"):
            if asked[field]:
                tickets = tickets.filter(**{field: asked[field]})
        if asked["assignee"] == "nobody":
            tickets = tickets.unassigned()
        elif asked["assignee"].isdecimal():
            tickets = tickets.filter(assignee=int(asked["assignee"]))
        return queues.search(tickets, asked["text"]) if asked["text"].strip() else tickets

    @property
    def is_asked(self) -> bool:
        return self.is_valid() and any(self.cleaned_data.values())


@dataclass(frozen=True, slots=True)
class Row:
    """A ticket in the queue with everything its line shows."""

    ticket: Ticket
    chip: Chip | None
    more: int
    is_unread: bool
    is_mine: bool
    channel_icon: str


@require_safe
@for_agents
def start(request: AgentRequest) -> HttpResponse:
    return redirect("desk:queue", "mine")


@require_safe
@for_agents
def queue(request: AgentRequest, view_name: str) -> HttpResponseBase:
    view = view_named(view_name)
    if view is None:
        raise Http404
    form, now = SearchForm(request.GET), timezone.now()
    if (number := _number(form)) and Ticket.objects.visible_to(request.person).filter(pk=number).exists():
        return redirect("desk:ticket", number)
    tickets = form.filter(queues.tickets_in(view, person=request.person, agent=request.agent, now=now))
    page = queues.page(tickets, view, after=request.GET.get("after", ""))
    rows = rows_of(page.tickets, request.agent, now)
    context = {
        "view": view,
        "rows": rows,
        "form": form,
        "next_page": _next(request, page.after),
        "is_first": "after" not in request.GET,
    }
    if request.htmx and request.htmx.target == "queue":
        return render(request, "desk/queue.html#live", {**surroundings(request, here=view.name), **context})
    return show(request, "desk/queue.html", {**context, **_choices()}, here=view.name)


def rows_of(tickets: list[Ticket], agent: Agent, now: datetime) -> list[Row]:
    """Two queries, however many tickets."""
    awaited, unread = queues.awaited(tickets), queues.unread(tickets, agent.person)
    return [
        Row(
            ticket=ticket,
            chip=chip(awaited[ticket.pk][0], now) if awaited[ticket.pk] else None,
            more=max(0, len(awaited[ticket.pk]) - 1),
            is_unread=ticket.pk in unread,
            is_mine=ticket.assignee_id == agent.pk,
            channel_icon=CHANNEL_ICONS.get(ticket.channel, "message-square"),
        )
        for ticket in tickets
    ]


def _choices() -> dict[str, object]:
    """What the search and the bulk forms offer. One query."""
    return {
        "statuses": Ticket.Status.choices,
        "priorities": names.choices("priorities"),
        "plans": names.choices("plans"),
        "agents": list(Agent.objects.working().select_related("person").order_by("person__name")),
    }


def _number(form: SearchForm) -> int | None:
    text = form.data.get("text", "").strip()
    return int(text[1:]) if text.startswith("#") and text[1:].isdecimal() and len(text) < 19 else None


def _next(request: AgentRequest, after: str) -> str:
    if not after:
        return ""
    query = request.GET.copy()
    query["after"] = after
    return f"?{query.urlencode()}"
