"""The first page, the company's colour, and what a customer sets for themselves."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_safe

from upheld.commitments.policies import in_force
from upheld.people.preferences import save_preferences
from upheld.tickets.models import Ticket
from upheld.web.portal.colour import style_sheet
from upheld.web.portal.forms import ProfileForm
from upheld.web.portal.pages import CustomerRequest, for_customers, for_everybody, show
from upheld.web.portal.reading import newest_first, own_requests
from upheld.web.portal.requests import rows_of
from upheld.web.portal.ways import ways

NEWEST = 3


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """For whoever is signed in their own first page, for everybody else the door."""
    page = first_page if request.user.is_authenticated else door
    response = page(request)
    assert isinstance(response, HttpResponse)
    return response


@for_customers
def first_page(request: CustomerRequest) -> HttpResponse:
    policy, now = in_force(), timezone.now()
    account = request.contact.account if request.contact else None
    own = own_requests(request.person)
    context = {
        "ways": ways(policy, account, now=now, zone=request.person.zoneinfo),
        "account": account,
        "rows": rows_of(request, newest_first(own.unsettled(), size=NEWEST)[0]),
        "open": own.unsettled().count(),
        "waiting": own.unsettled().filter(status=Ticket.Status.WAITING).count(),
        "plan": policy.plans.get(account.plan) if account else None,
    }
    return show(request, "portal/home.html", context)


@for_everybody
def door(request: HttpRequest) -> HttpResponse:
    policy = in_force()
    found = ways(policy, None, now=timezone.now(), zone=ZoneInfo(policy.company.zone))
    return show(request, "portal/door.html", {"ways": [way for way in found if way.is_bought]})


@require_safe
@for_everybody
def colours(request: HttpRequest, version: str) -> HttpResponse:
    """The company's colour as a style sheet; its address changes with the policy, so browsers may keep it."""
    response = HttpResponse(style_sheet(in_force().company.colour), content_type="text/css")
    response["Cache-Control"] = "public, max-age=86400"
    return response


@for_customers
def ask_profile(request: CustomerRequest) -> HttpResponse:
    return show(request, "portal/profile.html", {"form": ProfileForm(person=request.person)})


@for_customers
def save_profile(request: CustomerRequest) -> HttpResponse:
    form = ProfileForm(request.POST, person=request.person)
    if not form.is_valid():
        return show(request, "portal/profile.html", {"form": form}, status=422)
    save_preferences(request.person, **form.cleaned_data, density=request.person.density)
    messages.success(request, "Saved.")
    return redirect("portal:profile")
