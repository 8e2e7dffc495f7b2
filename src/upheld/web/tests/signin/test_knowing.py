"""Who a request comes from is asked afresh each time: what was taken from a person is gone at their next request."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from upheld.conftest import Cast
from upheld.people.models import Agent

QUEUE = "/desk/queue/open/"


@pytest.fixture
def browser(cast: Cast) -> Client:
    client = Client()
    client.force_login(cast.agent.person)
    assert client.get(QUEUE).status_code == 200
    return client


def deactivated(cast: Cast, _: Client) -> None:
    type(cast.agent.person).objects.filter(pk=cast.agent.person_id).update(is_active=False)


def with_another_password(cast: Cast, _: Client) -> None:
    cast.agent.person.set_password("another long password")
    cast.agent.person.save(update_fields=["password"])


def signed_out_elsewhere(_: Cast, client: Client) -> None:
    """By another browser with the same session."""
    other = Client()
    other.cookies.load(client.cookies.output(header="", sep=";"))
    other.post("/accounts/logout/")


def out_of_date(_: Cast, __: Client) -> None:
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))


def removed(_: Cast, __: Client) -> None:
    Session.objects.all().delete()


@pytest.mark.parametrize("become", [deactivated, with_another_password, signed_out_elsewhere, out_of_date, removed])
def test_out_at_the_next_request(cast: Cast, browser: Client, become: Callable[[Cast, Client], None]) -> None:
    become(cast, browser)
    answer = browser.get(QUEUE)
    assert (answer.status_code, answer.headers["Location"].partition("?")[0]) == (302, "/accounts/login/")


def test_whoever_stops_being_an_agent_sees_no_workspace(cast: Cast, browser: Client) -> None:
    Agent.objects.filter(pk=cast.agent.pk).delete()
    assert browser.get(QUEUE).status_code == 404


def test_another_role_holds_at_the_next_request(cast: Cast, browser: Client) -> None:
    assert browser.get("/desk/mails/").status_code == 404
    Agent.objects.filter(pk=cast.agent.pk).update(role=Agent.Role.ADMINISTRATOR)
    assert browser.get("/desk/mails/").status_code == 200


def test_two_questions_and_no_more(cast: Cast, browser: Client, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(2):
        assert browser.get("/desk/mails/").status_code == 404
