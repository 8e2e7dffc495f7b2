"""The page of a ticket, and how every act on it answers: with the page as it stands now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from upheld.commitments.policies import in_force
from upheld.people.models import Agent, Team
from upheld.tickets import queries
from upheld.tickets.actions.errors import Refused
from upheld.tickets.actions.reading import mark_read
from upheld.tickets.models import Message, Ticket
from upheld.web.chips import chip
from upheld.web.desk.lines import Line, Names, lines
from upheld.web.desk.quoting import without_quote
from upheld.web.desk.workspace import show, surroundings
from upheld.web.times import clock
from upheld.web.viewer import AgentRequest, for_agents

FOLDED_FROM = 8  # a thread with more messages shows its first, and the newest
SHOWN_LAST = 5
LINES_IN_FULL = 3


@dataclass(slots=True)
class Said:
    """A message in the thread."""

    message: Message
    text: str
    quote: str
    is_folded: bool = False


@dataclass(slots=True)
class Happened:
    """Events between two messages, a line each; folded into one when there are many."""

    lines: list[Line] = field(default_factory=list)

    @property
    def is_long(self) -> bool:
        return len(self.lines) > LINES_IN_FULL


@require_safe
@for_agents
def page(request: AgentRequest, pk: int) -> HttpResponseBase:
    """Opening it marks it read. For htmx the live parts only: head, thread and context."""
    ticket = get_object_or_404(queries.on_page(request.person), pk=pk)
    if request.htmx:
        return render(request, "desk/ticket.html#live", {**surroundings(request), **ticket_context(request, ticket)})
    return show(request, "desk/ticket.html", ticket_context(request, ticket))


def act(request: AgentRequest, pk: int, do: Callable[[Ticket], Any], *, done: str = "") -> HttpResponse:
    """Load the ticket, do one thing, and show how it stands; what is refused is said and changes nothing."""
    ticket = get_object_or_404(Ticket.objects.visible_to(request.person), pk=pk)
    try:
        do(ticket)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        if done:
            messages.success(request, done)
    return after(request, pk)


def after(request: AgentRequest, pk: int, *, is_sent: bool = False) -> HttpResponse:
    """To the ticket: by redirect, or for htmx its live parts at once; the composer only when what stood in it was sent."""
    if not request.htmx:
        return redirect("desk:ticket", pk)
    ticket = get_object_or_404(queries.on_page(request.person), pk=pk)
    context = {**surroundings(request), **ticket_context(request, ticket), "is_answer": True, "is_sent": is_sent}
    return render(request, "desk/ticket.html#live", context)


def ticket_context(request: AgentRequest, ticket: Any) -> dict[str, Any]:
    """Everything the page shows. `ticket` comes from `queries.on_page`, with its annotations."""
    now = timezone.now()
    policy = in_force()
    tied = queries.ties(ticket)
    said = queries.thread(ticket, tied.parts)
    happened = queries.happenings(ticket)
    agents = list(Agent.objects.working().select_related("person").order_by("person__name"))
    teams = list(Team.objects.order_by("name"))
    known = Names(happened, agents=agents, contacts=[ticket.requester], teams=teams)
    rows = queries.commitments(ticket)
    if ticket.last_message_at and (ticket.read_at is None or ticket.read_at < ticket.last_message_at):
        mark_read(ticket, request.person, at=now)
    base = reverse("desk:ticket", args=[ticket.pk])
    return {
        "ticket": ticket,
        "base": base,
        "thread": woven(said, lines(happened, known, policy), first_unread=ticket.read_at),
        "awaited": [
            chip(row, now, in_full=True, href=f"{base}commitments/{row.clause}/{row.cycle}/")
            for row in rows
            if is_awaited(row)
        ],
        "over": [
            chip(row, now, in_full=True, href=f"{base}commitments/{row.clause}/{row.cycle}/")
            for row in rows
            if not is_awaited(row)
        ],
        "ties": tied,
        "others": queries.others_of(ticket, request.person),
        "agents": agents,
        "teams": teams,
        "policy": policy,
        "drafts": {("note" if draft["is_internal"] else "reply"): draft["text"] for draft in ticket.drafts_of_mine},
        "composing": "note" if request.GET.get("compose") == "note" else "reply",
        "copied": [one for one in ticket.watched_by if one["id"] not in {agent.person_id for agent in agents}],
        "is_watched": any(one["id"] == request.person.pk for one in ticket.watched_by),
        "customer_now": clock(timezone.localtime(now, ticket.requester.person.zoneinfo)),
    }


def is_awaited(row: Any) -> bool:
    return row.ended_at is None and row.state != "void"


def woven(said: list[Message], told: list[Line], *, first_unread: datetime | None = None) -> list[Said | Happened]:
    """Messages and event lines in the order of time; of a long thread the middle is folded, but never what is unread."""
    items: list[Said | Happened] = []
    waiting = iter([*told, None])
    line = next(waiting)
    for number, message in enumerate(said):
        line = _lines_until(items, waiting, line, message.at)
        text, quote = without_quote(message.text)
        is_new = first_unread is not None and message.at > first_unread
        is_middle = len(said) > FOLDED_FROM and 0 < number < len(said) - SHOWN_LAST
        items.append(Said(message, text, quote, is_folded=is_middle and not is_new))
    _lines_until(items, waiting, line, None)
    return items


def _lines_until(items: list[Said | Happened], waiting: Any, line: Line | None, until: datetime | None) -> Line | None:
    """Move the lines before `until` (or all) into one group behind the last message; the line that comes after them."""
    group = Happened()
    while line is not None and (until is None or line.at < until):
        group.lines.append(line)
        line = next(waiting)
    if group.lines:
        items.append(group)
    return line
