"""The page of a ticket, and how every act on it answers: with the page as it stands now."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from upheld.channels.mail.outgoing.senders import sender_of
from upheld.commitments.models import Commitment
from upheld.commitments.policies import in_force
from upheld.people.actions import mark_read as mark_notices_read
from upheld.policy import Policy
from upheld.tickets import queries
from upheld.tickets.actions.errors import Refused
from upheld.tickets.actions.milestones import milestones_of
from upheld.tickets.actions.reading import mark_read
from upheld.tickets.models import Ticket
from upheld.tickets.queries import Opened
from upheld.web import names
from upheld.web.chips import chip
from upheld.web.desk.later import presets
from upheld.web.desk.lines import Names, lines
from upheld.web.desk.meanwhile import mark_of, newest_of_customer
from upheld.web.desk.pending import missed_before, pending_on, put_back_for, suggested_for
from upheld.web.desk.remembered import properties
from upheld.web.desk.thread import drawn
from upheld.web.desk.workspace import show, surroundings
from upheld.web.times import clock
from upheld.web.viewer import AgentRequest, for_agents

FAR = datetime.max.replace(tzinfo=UTC)


@require_safe
@for_agents
def page(request: AgentRequest, pk: int) -> HttpResponseBase:
    """Opening it marks it read, and what was told about it. For htmx the live parts only: head, thread and context."""
    ticket = opened(request, pk)
    if request.htmx:
        return render(request, "desk/ticket.html#live", {**surroundings(request), **ticket_context(request, ticket)})
    return show(request, "desk/ticket.html", ticket_context(request, ticket))


def act(request: AgentRequest, pk: int, action: Callable[..., Any], *, done: str = "", **asked: Any) -> HttpResponse:
    """Load the ticket, do one thing now and in the agent's name, and show how it stands.

    What is refused is said and changes nothing.
    """
    ticket = ticket_for(request, pk)
    try:
        action(ticket, by=request.agent.actor, at=timezone.now(), **asked)
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
    ticket = opened(request, pk)
    context = {**surroundings(request), **ticket_context(request, ticket), "is_answer": True, "is_sent": is_sent}
    return render(request, "desk/ticket.html#live", context)


def ticket_for(request: AgentRequest, pk: int) -> Ticket:
    """The ticket, to do something with it. 404 when they may not see it."""
    ticket = queries.visible(pk, request.person)
    if ticket is None:
        raise Http404
    return ticket


def opened(request: AgentRequest, pk: int) -> Opened:
    """The ticket for its page; whoever opens it has read it, and what they were told about it. 404 when they may not see it."""
    ticket = queries.opened(pk, request.person)
    if ticket is None:
        raise Http404
    now = timezone.now()
    if ticket.is_unread:
        mark_read(ticket, request.person, at=now)
    if ticket.has_notices:
        mark_notices_read(request.person, at=now, subject=ticket.key)
    return ticket


def ticket_context(request: AgentRequest, ticket: Opened) -> dict[str, Any]:
    """Everything the page shows."""
    now, policy = timezone.now(), in_force()
    tied = queries.ties(ticket)
    happened, (awaited, over) = queries.happenings(ticket), queries.commitments(ticket)
    agents, teams = queries.people_here()
    requester = (f"contact:{ticket.contact}", ticket.requester, ticket.requester_name)
    known = Names(happened, agents=agents, teams=teams, others=[requester])
    told = lines(happened, known, policy)
    base = reverse("desk:ticket", args=[ticket.pk])
    staff = {person for _, person, _ in agents}
    said = queries.thread(ticket, tied.parts)
    zone = ZoneInfo(ticket.requester_zone)
    copied = [one for one in ticket.watched_by or () if one["id"] not in staff]
    return {
        "ticket": ticket,
        "base": base,
        "thread": list(drawn(said, told, ticket=ticket.pk, read_at=ticket.read_at)),
        "pending": pending_on(ticket, awaited, policy, me=request.person.pk, written=newest_of_customer(said)),
        "put_back": put_back_for(ticket, me=request.person.pk),
        "suggested": suggested_for(ticket, said, [one["email"] for one in copied]),
        "presets": presets(timezone.localtime(now), zone if zone != timezone.get_current_timezone() else None),
        "mark": mark_of(ticket, said),
        "sender": sender_of(policy, ticket.department, author=request.person, brand=ticket.brand),
        "most_bytes": settings.UPHELD_UPLOAD_MAX_BYTES,
        "answer_due": next(iter(missed_before(FAR, awaited, policy)), None),
        "awaited": [chip(row, now, in_full=True, href=_why(base, row)) for row in awaited],
        "over": [chip(row, now, in_full=True, href=_why(base, row)) for row in over],
        "ties": tied,
        "has_milestones": bool(milestones_of(policy)),
        "properties": properties(
            request,
            ticket,
            {**_choices(policy), "agents": _agents(agents, me=request.agent.pk), "teams": teams},
            base=base,
        ),
        "drafts": ticket.drafts or {},
        "composing": "note" if request.GET.get("compose") == "note" else "reply",
        "copied": copied,
        "is_watched": any(one["id"] == request.person.pk for one in ticket.watched_by or ()),
        "customer_now": clock(timezone.localtime(now, zone)),
    }


def _why(base: str, row: Commitment) -> str:
    return f"{base}commitments/{row.clause}/{row.cycle}/"


def _agents(agents: Iterable[tuple[int, int, str]], *, me: int) -> tuple[tuple[int, str], ...]:
    return tuple((pk, f"{name} (me)" if pk == me else name) for pk, _, name in agents)


def _choices(policy: Policy) -> dict[str, tuple[tuple[object, str], ...]]:
    """What the policy in force lets a ticket be."""
    found = {
        section: tuple(names.choices(section)) for section in ("categories", "departments", "product_areas", "brands")
    }
    found["priorities"] = tuple((name, f"{name} {label}") for name, label in names.choices("priorities"))
    levels = tuple((str(number), f"{number} {level.label}") for number, level in policy.levels.items())
    return {**found, "levels": levels}
