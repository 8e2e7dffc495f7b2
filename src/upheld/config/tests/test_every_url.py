"""Every address that we answer, asked by everybody in every way: nobody sees what is not theirs, and nothing breaks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RegexPattern, RoutePattern

from upheld.conftest import Cast
from upheld.tickets.actions.conversation import note
from upheld.tickets.models import Ticket
from upheld.tickets.tests.scenes import MONDAY, opened

METHODS = ("get", "post", "delete", "put", "patch", "head", "options")
OPEN_TO_ALL = {  # beside signing in: the customers' front door and its colours, and the documents that the policy makes public
    "", "colours/<slug:version>.css", "documents/", "documents/subscription/", "documents/subscription/sent/",
    "documents/subscription/ended/", "documents/subscription/<str:token>/end/",
}  # fmt: skip
BACKEND = "upheld.web.signin.knowing.Backend"


@dataclass(frozen=True, slots=True)
class Address:
    route: str
    parameters: tuple[tuple[str, Any], ...]

    def path(self, pk: int) -> str:
        """The address, with the number of something that is there."""
        path = "/" + self.route
        for name, converter in self.parameters:
            kind = type(converter).__name__
            value = str(pk) if kind == "IntConverter" else "x"
            for written in (f"<{name}>", *(f"<{one}:{name}>" for one in ("int", "slug", "str", "path", "uuid"))):
                path = path.replace(written, value)
        return path


def addresses(
    resolver: URLResolver | None = None, before: str = "", parameters: tuple[tuple[str, Any], ...] = ()
) -> Iterator[Address]:
    """All that the resolver knows, but those of regular expressions, which are the sign-in package's."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern.pattern, RegexPattern):
            continue
        assert isinstance(pattern.pattern, RoutePattern) or str(pattern.pattern) == ""
        route = before + str(pattern.pattern)
        asked = (*parameters, *pattern.pattern.converters.items())
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern, route, asked)
        elif isinstance(pattern, URLPattern):
            yield Address(route, asked)


ADDRESSES = {address.route or "/": address for address in addresses()}
OURS = {route: address for route, address in ADDRESSES.items() if not route.startswith("accounts/")}


@pytest.fixture
def ticket(cast: Cast) -> Ticket:
    ticket = opened(cast)
    note(ticket, text="Between us.", by=cast.agent.actor, at=MONDAY)
    return ticket


def browser(somebody: Any = None) -> Client:
    client = Client(raise_request_exception=False)
    if somebody is not None:
        client.force_login(somebody.person, backend=BACKEND)
    return client


def answers(client: Client, asked: Iterable[Address], ticket: Ticket) -> Iterator[tuple[str, HttpResponse]]:
    """The answer of each address to each method; what a request does is undone before the next."""
    for address in asked:
        for method in METHODS:
            with transaction.atomic():
                yield f"{method} {address.route}", getattr(client, method)(address.path(ticket.pk))
                transaction.set_rollback(True)


def test_there_are_addresses() -> None:
    assert len(OURS) > 40
    assert [address.route for address in ADDRESSES.values() if "<" in address.path(1)] == []


def test_who_is_not_signed_in_is_asked_to_or_finds_nothing(ticket: Ticket) -> None:
    wrong = {}
    for what, answer in answers(browser(), OURS.values(), ticket):
        is_refused = answer.status_code in (404, 405) or (
            answer.status_code == 302 and answer["Location"].startswith("/accounts/login/")
        )
        if not is_refused and what.partition(" ")[2] not in OPEN_TO_ALL:
            wrong[what] = answer.status_code
    assert wrong == {}


@pytest.mark.parametrize("who", ["customer", "customer_admin", "stranger"])
def test_the_workspace_is_not_there_for_customers(who: str, ticket: Ticket, cast: Cast) -> None:
    desk = [address for route, address in OURS.items() if route.startswith("desk/")]
    found = answers(browser(getattr(cast, who)), desk, ticket)
    assert {what: answer.status_code for what, answer in found if answer.status_code not in (404, 405)} == {}


@pytest.mark.parametrize("who", ["stranger", "neighbour"])
def test_anothers_request_is_not_there(who: str, ticket: Ticket, cast: Cast) -> None:
    requests = [address for route, address in OURS.items() if route.startswith("requests/<int:pk>/")]
    assert requests
    found = answers(browser(getattr(cast, who)), requests, ticket)
    assert {what: answer.status_code for what, answer in found if answer.status_code not in (404, 405)} == {}


@pytest.mark.parametrize("who", ["customer", "agent", "administrator"])
def test_nothing_breaks(who: str, ticket: Ticket, cast: Cast) -> None:
    """Whatever is asked of it, by people with rights and without the fields that a form would send."""
    found = answers(browser(getattr(cast, who)), ADDRESSES.values(), ticket)
    assert {what: answer.status_code for what, answer in found if answer.status_code >= 500} == {}


@pytest.mark.parametrize(("who", "where"), [("customer", "requests/"), ("administrator", "desk/")])
def test_what_does_not_exist_is_not_there(who: str, where: str, cast: Cast) -> None:
    numbered = [address for route, address in OURS.items() if route.startswith(where) and "<int:" in route]
    assert numbered
    found = answers(browser(getattr(cast, who)), numbered, Ticket(pk=9_000_000_000_000_000_000))
    assert {what: answer.status_code for what, answer in found if answer.status_code not in (404, 405)} == {}
