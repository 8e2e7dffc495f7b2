"""My requests: the list, and the page of one with all that can be done about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from upheld.events.actors import Actor
from upheld.tickets.actions import conversation, escalation, rating, resolution
from upheld.tickets.actions.errors import Refused
from upheld.tickets.models import Ticket
from upheld.tickets.queues import search
from upheld.web.portal.forms import RatingForm, ReasonForm, ReplyForm
from upheld.web.portal.pages import CustomerRequest, for_customers, show
from upheld.web.portal.promises import Promise, next_move, promises, standing
from upheld.web.portal.reading import awaited, letters, merging, newest_first, own_requests, policy_for
from upheld.web.uploads import new_files


class FindForm(forms.Form):
    """Which of the own requests, and words to look for."""

    q = forms.CharField(label="Search your requests", required=False, max_length=200)
    show = forms.ChoiceField(
        label="Show", required=False, choices=[("", "Open"), ("settled", "Settled"), ("all", "All")]
    )
    whose = forms.ChoiceField(label="Of", required=False, choices=[("", "Everybody"), ("mine", "Mine")])


@dataclass(frozen=True, slots=True)
class Row:
    ticket: Ticket
    standing: str
    look: str
    promise: Promise | None


# -- reading ----------------------------------------------------------------------------------------------------------------


@require_safe
@for_customers
def index(request: CustomerRequest) -> HttpResponse:
    """Own requests, for account administrators the account's; found by words where some were given."""
    form = FindForm(request.GET)
    asked = form.cleaned_data if form.is_valid() else {"q": "", "show": "", "whose": ""}
    found = own_requests(request.person)
    if asked["q"]:
        found = search(found, asked["q"])
    elif asked["show"] != "all":
        found = found.filter(is_settled=asked["show"] == "settled")
    if asked["whose"] == "mine":
        found = found.filter(requester=request.contact)
    tickets, more = newest_first(found, after=request.GET.get("after", ""))
    context = {
        "form": form,
        "asked": asked,
        "rows": rows_of(request, tickets),
        "after": more,
        "is_filtered": bool(asked["q"] or asked["show"] or asked["whose"]),
        "here": "requests",
        "sees_account": request.contact is not None
        and request.contact.is_administrator
        and request.contact.account_id is not None,
    }
    return show(request, "portal/requests.html", context)


@require_safe
@for_customers
def page(request: CustomerRequest, pk: int) -> HttpResponse:
    return _page(request, _ticket(request, pk))


# -- doing ------------------------------------------------------------------------------------------------------------------


@require_POST
@for_customers
def reply(request: CustomerRequest, pk: int) -> HttpResponse:
    """Say something more. On a settled request this opens it again, as long as the policy lets it."""
    ticket = _ticket(request, pk)
    form = ReplyForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, ticket, form=form, status=422)
    was_settled = ticket.is_settled
    asked = form.cleaned_data
    try:
        conversation.customer_reply(
            ticket, text=asked["text"], by=_actor(request), at=timezone.now(), author=request.person, channel="portal",
            files=new_files(asked["files"]),
        )  # fmt: skip
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return _page(request, ticket, form=form, status=422)
    messages.success(request, "Sent. Your request is open again." if was_settled else "Sent.")
    return redirect("portal:request", pk)


@for_customers
def close(request: CustomerRequest, pk: int) -> HttpResponse:
    ticket = _ticket(request, pk)
    done = "Closed. Thank you for telling us."
    return _done(request, ticket, done, lambda: resolution.close(ticket, by=_actor(request), at=timezone.now()))


@for_customers
def reopen(request: CustomerRequest, pk: int) -> HttpResponse:
    """Takes a closing back; whoever wants to say something writes instead, which opens it as well."""
    ticket = _ticket(request, pk)
    if not conversation.may_come_back(ticket, policy_for(ticket), at=timezone.now()):
        return _refused(request, ticket, "This request is closed for good. Ask a new one, and we will link the two.")
    reason = "The customer opened it again."
    return _done(
        request,
        ticket,
        "Your request is open again.",
        lambda: resolution.reopen(ticket, by=_actor(request), at=timezone.now(), reason=reason),
    )


@for_customers
def ask_escalation(request: CustomerRequest, pk: int) -> HttpResponse:
    ticket = _ticket(request, pk)
    if not _may_escalate(ticket):
        return _refused(
            request,
            ticket,
            "Asking for an escalation is not a part of your plan. Write to us here, and we will look at it.",
        )
    if escalation.is_requested(ticket, at=timezone.now()):
        return _refused(
            request,
            ticket,
            "You have asked for an escalation, and whoever is responsible was told. They will write to you here.",
        )
    return show(request, "portal/escalation.html", {"ticket": ticket, "form": ReasonForm()})


@for_customers
def escalate(request: CustomerRequest, pk: int) -> HttpResponse:
    ticket, form = _ticket(request, pk), ReasonForm(request.POST)
    if not form.is_valid():
        return show(request, "portal/escalation.html", {"ticket": ticket, "form": form}, status=422)
    reason, done = (
        form.cleaned_data["reason"],
        "Your request was brought to the next level. Whoever takes it over will write to you.",
    )
    return _done(
        request,
        ticket,
        done,
        lambda: escalation.request_escalation(ticket, by=_actor(request), at=timezone.now(), reason=reason),
    )


@for_customers
def ask_rating(request: CustomerRequest, pk: int) -> HttpResponse:
    ticket = _ticket(request, pk)
    given = ticket.resolutions.filter(reopened_at=None).first()
    if given is None:
        return _refused(request, ticket, "You can tell us how it went once your request is settled.")
    known = {"score": str(given.record.get("rating", "")), "words": given.record.get("rating_words", "")}
    return show(request, "portal/rating.html", {"ticket": ticket, "form": RatingForm(initial=known)})


@for_customers
def rate(request: CustomerRequest, pk: int) -> HttpResponse:
    ticket, form = _ticket(request, pk), RatingForm(request.POST)
    if not form.is_valid():
        return show(request, "portal/rating.html", {"ticket": ticket, "form": form}, status=422)
    score, words = int(form.cleaned_data["score"]), form.cleaned_data["words"]
    done = "Thank you. The people who worked on it will read this."
    return _done(
        request,
        ticket,
        done,
        lambda: rating.rate(ticket, score=score, words=words, by=_actor(request), at=timezone.now()),
    )


# -- parts ------------------------------------------------------------------------------------------------------------------


def _ticket(request: CustomerRequest, pk: int) -> Ticket:
    return get_object_or_404(own_requests(request.person).for_rows(), pk=pk)


def _actor(request: CustomerRequest) -> Actor:
    return (
        request.contact.actor
        if request.contact is not None
        else Actor(f"person:{request.person.pk}", str(request.person))
    )


def _page(
    request: CustomerRequest, ticket: Ticket, *, form: ReplyForm | None = None, status: int = 200
) -> HttpResponse:
    now, zone = timezone.now(), request.person.zoneinfo
    ties = merging(ticket, request.person)
    where, look = standing(ticket)
    settled = ticket.resolutions.filter(reopened_at=None).first() if ticket.is_settled else None
    context = {
        "ticket": ticket,
        "standing": where,
        "look": look,
        "said": letters(ticket, ties.parts, request.person),
        "promises": promises(awaited([ticket])[ticket.pk], zone=zone, now=now) or next_move(ticket),
        "into": ties.into,
        "is_merged": ties.is_merged,
        "form": form or ReplyForm(),
        "may_escalate": _may_escalate(ticket),
        "may_come_back": not ties.is_merged and conversation.may_come_back(ticket, policy_for(ticket), at=now),
        "settled": settled,
        "is_rated": bool(settled and settled.record.get("rating")),
        "answers": _answers(ticket),
    }
    return show(request, "portal/request.html", context, status=status)


def rows_of(request: CustomerRequest, tickets: list[Ticket]) -> list[Row]:
    """The tickets with where they stand and what is promised next. One query."""
    waiting, now = awaited(tickets), timezone.now()
    rows = []
    for ticket in tickets:
        where, look = standing(ticket)
        found = [one for one in promises(waiting[ticket.pk], zone=request.person.zoneinfo, now=now) if one.short]
        rows.append(Row(ticket, where, look, found[0] if found and not ticket.is_settled else None))
    return rows


def _answers(ticket: Ticket) -> list[tuple[str, Any]]:
    """The form as it was filled in, by the policy's words."""
    fields = policy_for(ticket).intake
    return [
        (str(fields[name].label) if name in fields else name.replace("_", " "), value)
        for name, value in ticket.essentials.items()
    ]


def _may_escalate(ticket: Ticket) -> bool:
    if ticket.is_settled:
        return False
    return any(escalation.may_request(ladder, ticket) for ladder in policy_for(ticket).ladders.values())


def _done(request: CustomerRequest, ticket: Ticket, said: str, act: Callable[[], object]) -> HttpResponse:
    """Call the action; say what it did, or why not."""
    try:
        act()
    except Refused as refusal:
        return _refused(request, ticket, str(refusal))
    messages.success(request, said)
    return redirect("portal:request", ticket.pk)


def _refused(request: CustomerRequest, ticket: Ticket, why: str) -> HttpResponse:
    messages.error(request, why)
    return redirect("portal:request", ticket.pk)
