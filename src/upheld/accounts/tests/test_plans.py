"""Changing what a customer bought."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import transaction

from upheld.accounts.actions import change_plan
from upheld.accounts.models import Account
from upheld.events.actors import Actor
from upheld.events.models import Event

AT = datetime(2026, 3, 2, 15, tzinfo=UTC)
ADMINISTRATOR = Actor("agent:1")


@pytest.fixture
def account(db: None) -> Account:
    return Account.objects.create(name="Harbour Mills", plan="standard")


def buy(account: Account, plan: str) -> None:
    change_plan(Account.objects.get(pk=account.pk), plan=plan, by=ADMINISTRATOR, at=AT)


def test_it_says_what_is_and_what_was(account: Account) -> None:
    buy(account, "enterprise")
    assert Account.objects.get().plan == "enterprise"
    event = Event.objects.get()
    assert (event.kind, event.subject, event.actor) == ("account.changed", account.key, "agent:1")
    assert event.data == {"plan": "enterprise", "plan_before": "standard"}


def test_the_same_plan_is_no_change(account: Account) -> None:
    buy(account, "standard")
    assert not Event.objects.exists()


def test_a_rollback_leaves_the_old_plan_and_no_event(account: Account) -> None:
    with transaction.atomic():
        buy(account, "enterprise")
        transaction.set_rollback(True)
    assert Account.objects.get().plan == "standard"
    assert not Event.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_at_once_come_one_after_the_other(account: Account, at_once: Callable[..., list[Any]]) -> None:
    at_once(lambda: buy(account, "enterprise"), lambda: buy(account, "professional"))
    first, second = (event.data for event in Event.objects.order_by("id"))
    assert first["plan_before"] == "standard"
    assert second["plan_before"] == first["plan"]
    assert Account.objects.get().plan == second["plan"]
