"""The queue: a view, narrowed by a search, page by page."""

from __future__ import annotations

from datetime import datetime

from django import forms
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from upheld.tickets import queries, queues
from upheld.tickets.models import Ticket
from upheld.tickets.models.ticket import TicketQuerySet, sees_all
from upheld.web import names
from upheld.web.desk.rows import drawn
from upheld.web.desk.workspace import show, surroundings, view_named
from upheld.web.viewer import AgentRequest, for_agents


class SearchForm(forms.Form):
    """Narrows a view. What is not known is passed over, so that an old link still shows something."""

    text = forms.CharField(required=False, max_length=200)
    status = forms.CharField(required=False)
    priority = forms.CharField(required=False)
    plan = forms.CharField(required=False)
    brand = forms.CharField(required=False)
    assignee = forms.CharField(required=False)

    def filter(self, tickets: TicketQuerySet) -> TicketQuerySet:
        if not self.is_valid():
            return tickets
        asked = self.cleaned_data
        for field in ("status", "priority", "plan", "brand"):
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
    page = _page(request, view, form, now)
    rows = drawn(page.lines, request.agent, now)
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


def _page(request: AgentRequest, view: queues.View, form: SearchForm, now: datetime) -> queues.Page:
    """The page that was asked for; most often the first of a whole view, which has questions of its own."""
    after = request.GET.get("after", "")
    if not after and not form.is_asked and sees_all(request.person):
        return queues.first_page(view, agent=request.agent, now=now)
    tickets = form.filter(queues.tickets_in(view, person=request.person, agent=request.agent, now=now))
    return queues.page(tickets, view, reader=request.person, after=after)


def _choices() -> dict[str, object]:
    """What the search and the bulk forms offer. One query."""
    return {
        "statuses": tuple(Ticket.Status.choices),
        "priorities": tuple((name, f"{name} {label}") for name, label in names.choices("priorities")),
        "plans": tuple(names.choices("plans")),
        "brands": tuple(names.choices("brands")),
        "agents": tuple(queries.agents_by_name()),
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
