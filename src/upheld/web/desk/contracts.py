"""Contracts with customers: one that begins, and who looks after an account."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from upheld.accounts.actions import AccountRefused, add_account, add_domain, assign_manager
from upheld.accounts.models import Account
from upheld.commitments.policies import in_force
from upheld.people.models import Agent
from upheld.people.models.person import known_zone
from upheld.web import names
from upheld.web.desk.forms import KindForm
from upheld.web.desk.workspace import show
from upheld.web.viewer import AgentRequest, for_leads

PAGE = "desk/new_account.html"


class AccountForm(KindForm):
    """A new customer. The mail domain may be left out and added later."""

    name = forms.CharField(label="Name", max_length=160)
    plan = forms.ChoiceField(label="Plan")
    domain = forms.CharField(
        label="Mail domain", required=False, max_length=190, help_text="Whoever writes from it belongs to the account."
    )
    language = forms.ChoiceField(label="Language")
    zone = forms.CharField(label="Time zone", max_length=64, help_text="As in Europe/Berlin.")
    manager = forms.ModelChoiceField(
        label="Looked after by", required=False, queryset=Agent.objects.none(), empty_label="Nobody yet"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["plan"].choices = names.choices("plans")
        fields["language"].choices = [(one, one) for one in in_force().languages]
        fields["manager"].queryset = Agent.objects.working().select_related("person").order_by("person__name")

    def clean_zone(self) -> str:
        zone: str = self.cleaned_data["zone"]
        if known_zone(zone) is None:
            raise forms.ValidationError(f"“{zone}” is no time zone. Write it like Europe/Berlin.")
        return zone


@for_leads
def ask_account(request: AgentRequest) -> HttpResponse:
    return show(request, PAGE, {"form": AccountForm(initial={"zone": in_force().company.zone})}, here="accounts")


@for_leads
def create_account(request: AgentRequest) -> HttpResponse:
    """The contract begins at once, and with it what the policy promises to accounts."""
    form, by, now = AccountForm(request.POST), request.agent.actor, timezone.now()
    if form.is_valid():
        given = dict(form.cleaned_data)
        domain = given.pop("domain")
        account = add_account(**given, by=by, at=now)
        messages.success(request, f"{account.name} is a customer now.")
        if domain:
            try:
                add_domain(account, name=domain, by=by, at=now)
            except AccountRefused as refusal:
                messages.error(request, str(refusal))
        return redirect("desk:account", account.pk)
    return show(request, PAGE, {"form": form}, here="accounts", status=422)


@require_POST
@for_leads
def manager(request: AgentRequest, pk: int) -> HttpResponse:
    """Somebody looks after the account from now on; a promise may wait for it."""
    account = get_object_or_404(Account, pk=pk)
    asked = request.POST.get("manager", "")
    chosen = Agent.objects.working().filter(pk=asked).first() if asked.isdecimal() else None
    if chosen is None:
        messages.error(request, "Choose somebody who works here.")
    else:
        assign_manager(account, manager=chosen, by=request.agent.actor, at=timezone.now())
        messages.success(request, f"{chosen} looks after {account.name} now.")
    return redirect("desk:account", pk)
