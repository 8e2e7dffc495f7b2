"""What every page of the portal shares: who looks at it, and whose portal it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone, translation

from upheld.accounts.models import Contact
from upheld.commitments.policies import in_force
from upheld.people.models import Agent
from upheld.web.viewer import PAGES_ARE_IN, PersonRequest, for_people

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


class CustomerRequest(PersonRequest):
    """A request of a customer who is signed in. Somebody may have signed in whom no account knows yet."""

    contact: Contact | None


def for_customers(view: Callable[Concatenate[CustomerRequest, P], HttpResponseBase]) -> View[P]:
    """Customers who are signed in. Whoever works here is sent on: to the ticket in the workspace, or to its first page."""

    @wraps(view)
    def respond(request: PersonRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if Agent.objects.filter(person=request.person).exists():
            return redirect("desk:ticket", kwargs["pk"]) if "pk" in kwargs else redirect("desk:start")
        customer: Any = request
        customer.contact = Contact.objects.select_related("account").filter(person=request.person).first()
        if customer.contact is not None:
            customer.contact.person = request.person
        return view(customer, *args, **kwargs)

    return for_people(respond)


def for_everybody(view: Callable[Concatenate[HttpRequest, P], HttpResponseBase]) -> View[P]:
    """Pages that need no signing in. Times are the company's until we know who it is."""

    @wraps(view)
    def respond(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        with timezone.override(ZoneInfo(in_force().company.zone)), translation.override(PAGES_ARE_IN):
            return view(request, *args, **kwargs)

    return respond


def show(
    request: HttpRequest, template: str, context: Mapping[str, Any] | None = None, *, status: int = 200
) -> HttpResponse:
    """A page of the portal, with whose it is."""
    company = in_force().company
    around = {"company_name": company.name or in_force().name, "contact": getattr(request, "contact", None)}
    return render(request, template, {**around, **(context or {})}, status=status)
