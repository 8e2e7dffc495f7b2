"""Asking for help: the policy's questions, then the number and the time of the answer."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_safe

from upheld.accounts.actions import add_contact
from upheld.accounts.models import Contact
from upheld.commitments.policies import in_force
from upheld.events.actors import Actor
from upheld.policy import Policy
from upheld.tickets.actions.opening import open_ticket
from upheld.tickets.actions.watching import link
from upheld.tickets.models import Ticket
from upheld.tickets.routing import category_by_words
from upheld.web.portal.forms import AskForm
from upheld.web.portal.pages import CustomerRequest, for_customers, show
from upheld.web.portal.promises import promises
from upheld.web.portal.reading import awaited, own_requests
from upheld.web.uploads import new_files

DOOR = Actor("system:portal", "The portal")
ASKED = "portal-asked"  # in the session: which forms became which requests, so that a second click sends nothing
REMEMBERED = 20


@for_customers
def ask(request: CustomerRequest) -> HttpResponse:
    policy = in_force()
    before = _before(request, request.GET.get("after", ""))
    title = {"title": f"Again: {before.title}"[:200]} if before else {}
    form = AskForm(policy=policy, contact=request.contact, person=request.person, initial=title)
    return show(request, "portal/ask.html", {"here": "ask", "form": form, "before": before})


@for_customers
def send(request: CustomerRequest) -> HttpResponse:
    """One form becomes one request, however often it is sent."""
    policy = in_force()
    before = _before(request, request.GET.get("after", ""))
    form = AskForm(request.POST, request.FILES, policy=policy, contact=request.contact, person=request.person)
    if not form.is_valid():
        return show(
            request,
            "portal/ask.html",
            {"here": "ask", "form": form, "before": before, "has_files": bool(request.FILES)},
            status=422,
        )
    once, asked = form.cleaned_data["once"], request.session.get(ASKED, {})
    if once in asked and own_requests(request.person).filter(pk=asked[once]).exists():
        return redirect("portal:sent", asked[once])
    ticket = _open(request, form, policy)
    if before is not None:
        link(ticket, other=before, by=_contact(request).actor, at=ticket.opened_at)
    if once:
        request.session[ASKED] = dict([*asked.items(), (once, ticket.pk)][-REMEMBERED:])
    return redirect("portal:sent", ticket.pk)


@require_safe
@for_customers
def sent(request: CustomerRequest, pk: int) -> HttpResponse:
    """The number, and by when we answer."""
    ticket = get_object_or_404(own_requests(request.person), pk=pk)
    found = promises(awaited([ticket])[ticket.pk], zone=request.person.zoneinfo, now=timezone.now())
    return show(
        request,
        "portal/sent.html",
        {
            "ticket": ticket,
            "promises": found,
            "mail": request.person.email,
            "zone": request.person.zone.replace("_", " "),
        },
    )


def _open(request: CustomerRequest, form: AskForm, policy: Policy) -> Ticket:
    contact, asked = _contact(request), form.cleaned_data
    return open_ticket(
        requester=contact,
        title=asked["title"],
        text=form.text,
        channel=_portal(policy),
        by=contact.actor,
        at=timezone.now(),
        impact=form.answer("impact"),
        urgency=form.answer("urgency"),
        category=category_by_words(policy, asked["title"], form.text),
        product_area=asked.get("product_area", ""),
        essentials=form.answers(),
        files=new_files(asked["files"]),
    )


def _portal(policy: Policy) -> str:
    """What the policy calls this channel."""
    return next((channel.name for channel in policy.channels.values() if channel.kind == "portal"), "portal")


def _contact(request: CustomerRequest) -> Contact:
    """Whoever is signed in, made a contact if nobody knew them as one."""
    if request.contact is None:
        person = request.person
        request.contact = add_contact(email=person.email, name=person.name, account=None, by=DOOR, at=timezone.now())
    return request.contact


def _before(request: CustomerRequest, number: str) -> Ticket | None:
    """The request that this one follows up, of those that the person may see."""
    if not number.isdecimal() or len(number) > 18:
        return None
    return own_requests(request.person).filter(pk=int(number)).first()
