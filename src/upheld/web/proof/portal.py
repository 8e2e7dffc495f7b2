"""The proof of one's own account. For the account's administrators; for everybody else these pages are not there."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_safe

from upheld.accounts.models import Account
from upheld.compliance.actions import ask_for_proof
from upheld.compliance.models import Proof
from upheld.web.portal.pages import CustomerRequest, for_customers, show
from upheld.web.proof.forms import PeriodForm, last_month
from upheld.web.proof.showing import all_shown, details, download

LISTED = 50
P = ParamSpec("P")
Own = Callable[Concatenate[CustomerRequest, Account, P], HttpResponseBase]


def for_account_administrators(view: Own[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Hands the own account to the view."""

    @wraps(view)
    def respond(request: CustomerRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        contact = request.contact
        if contact is None or not contact.is_administrator or contact.account is None:
            raise Http404
        return view(request, contact.account, *args, **kwargs)

    return for_customers(respond)


@for_account_administrators
def proofs(request: CustomerRequest, account: Account) -> HttpResponse:
    return _proofs(request, account, PeriodForm(initial=last_month(timezone.localdate())))


@for_account_administrators
def ask(request: CustomerRequest, account: Account) -> HttpResponse:
    form = PeriodForm(request.POST)
    if not form.is_valid() or request.contact is None:
        return _proofs(request, account, form, status=422)
    asked = form.cleaned_data
    proof = ask_for_proof(
        account=account, since=asked["since"], until=asked["until"], by=request.contact.actor, at=timezone.now()
    )
    return redirect("own-proof:page", number=proof.pk)


@require_safe
@for_account_administrators
def page(request: CustomerRequest, account: Account, number: int) -> HttpResponse:
    return show(request, "proof/own_proof.html", {"here": "proof", **details(request, _proof(request, number))})


@require_safe
@for_account_administrators
def document(request: CustomerRequest, account: Account, number: int) -> FileResponse:
    return download(_proof(request, number), "json")


@require_safe
@for_account_administrators
def paper(request: CustomerRequest, account: Account, number: int) -> FileResponse:
    return download(_proof(request, number), "pdf")


def _proof(request: CustomerRequest, number: int) -> Proof:
    found = Proof.objects.visible_to(request.person).select_related("account", "json", "pdf")
    return get_object_or_404(found, pk=number)


def _proofs(request: CustomerRequest, account: Account, form: PeriodForm, *, status: int = 200) -> HttpResponse:
    found = Proof.objects.visible_to(request.person).select_related("account")
    context = {"here": "proof", "account": account, "form": form, "proofs": all_shown(found[:LISTED])}
    return show(request, "proof/own_proofs.html", context, status=status)
