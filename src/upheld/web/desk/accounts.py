"""Customers: the list, an account with its people and tickets, a contact."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from upheld.accounts.actions import change_plan, reachable_again
from upheld.accounts.models import Account, Contact
from upheld.commitments.policies import in_force
from upheld.people.actions import mark_read
from upheld.tickets.models import Ticket
from upheld.tickets.queries import agents_by_name
from upheld.web import names
from upheld.web.desk.promises import ACCOUNT, promises
from upheld.web.desk.rows import drawn_from
from upheld.web.desk.workspace import show
from upheld.web.times import clock
from upheld.web.viewer import AgentRequest, for_agents, for_leads

SIZE = 60
SHOWN = 15


class AccountSearchForm(forms.Form):
    text = forms.CharField(required=False, max_length=100)
    plan = forms.CharField(required=False)


@require_safe
@for_agents
def accounts(request: AgentRequest) -> HttpResponse:
    form = AccountSearchForm(request.GET)
    found = Account.objects.open().select_related("manager__person")
    if form.is_valid() and form.cleaned_data["text"]:
        text = form.cleaned_data["text"]
        found = found.filter(
            Q(name__icontains=text) | Q(domains__name__icontains=text) | Q(contacts__person__email__icontains=text)
        ).distinct()
    if form.is_valid() and form.cleaned_data["plan"]:
        found = found.filter(plan=form.cleaned_data["plan"])
    after = request.GET.get("after", "")
    rows = (
        list(found.filter(name__gt=after).order_by("name")[: SIZE + 1])
        if after
        else list(found.order_by("name")[: SIZE + 1])
    )
    shown = rows[:SIZE]
    keys = [one.pk for one in shown]
    waiting = dict(
        Ticket.objects.unsettled().filter(account__in=keys).values_list("account").annotate(Count("pk")).order_by()
    )
    people = dict(Contact.objects.filter(account__in=keys).values_list("account").annotate(Count("pk")).order_by())
    table = [(one, waiting.get(one.pk, 0), people.get(one.pk, 0)) for one in shown]
    context = {
        "table": table,
        "form": form,
        "plans": names.choices("plans"),
        "after": shown[-1].name if len(rows) > SIZE else "",
    }
    return show(request, "desk/accounts.html", context, here="accounts")


@require_safe
@for_agents
def account(request: AgentRequest, pk: int) -> HttpResponse:
    one = get_object_or_404(Account.objects.select_related("manager__person"), pk=pk)
    tickets = Ticket.objects.visible_to(request.person).filter(account=one)
    now = timezone.now()
    context = {
        "account": one,
        "contacts": list(one.contacts.select_related("person").order_by("-is_administrator", "person__name")),
        "domains": [domain.name for domain in one.domains.all()],
        "rows": drawn_from(tickets.unsettled(), request.agent, now, size=SHOWN),
        "settled": list(tickets.filter(is_settled=True).order_by("-id")[:SHOWN]),
        "plan": in_force().plans.get(one.plan),
        "plans": names.choices("plans"),
        "agents": agents_by_name() if request.agent.is_lead else [],
    } | promises(one, ACCOUNT, may_record=one.closed_at is None)
    mark_read(request.person, at=now, subject=one.key)
    return show(request, "desk/account.html", context, here="accounts")


@require_POST
@for_leads
def plan(request: AgentRequest, pk: int) -> HttpResponse:
    """Open tickets are re-targeted and keep the time that was used."""
    one = get_object_or_404(Account, pk=pk)
    wanted = request.POST.get("plan", "")
    if wanted not in in_force().plans:
        messages.error(request, "The policy knows no such plan.")
    elif wanted == one.plan:
        messages.info(request, f"{one.name} is on that plan already.")
    else:
        change_plan(one, plan=wanted, by=request.agent.actor, at=timezone.now())
        messages.success(
            request,
            f"{one.name} is on {names.label('plans', wanted)} now. Open tickets follow within moments and keep the time used.",
        )
    return redirect("desk:account", pk)


@require_safe
@for_agents
def contact(request: AgentRequest, pk: int) -> HttpResponse:
    one = get_object_or_404(Contact.objects.select_related("person", "account"), pk=pk)
    tickets = Ticket.objects.visible_to(request.person).filter(requester=one)
    now = timezone.now()
    context = {
        "contact": one,
        "identities": list(one.identities.order_by("kind", "value")),
        "rows": drawn_from(tickets.unsettled(), request.agent, now, size=SHOWN),
        "settled": list(tickets.filter(is_settled=True).order_by("-id")[:SHOWN]),
        "their_now": clock(timezone.localtime(now, one.person.zoneinfo)),
    }
    return show(request, "desk/contact.html", context, here="accounts")


@require_POST
@for_agents
def reachable(request: AgentRequest, pk: int) -> HttpResponse:
    """Somebody knows that mails reach the contact again."""
    reachable_again(get_object_or_404(Contact, pk=pk), at=timezone.now())
    messages.success(request, "Noted. We write to that address again.")
    return redirect("desk:contact", pk)
