"""Browsers of the cast, and tickets for them to look at."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.test import Client

from upheld.accounts.models import Contact
from upheld.conftest import Cast
from upheld.people.models import Agent
from upheld.tickets.actions.opening import open_ticket
from upheld.tickets.models import Ticket

Browsing = Callable[[Agent | Contact], Client]
Opening = Callable[..., Ticket]


@pytest.fixture
def browse() -> Browsing:
    """A signed-in browser of somebody."""

    def browser_of(somebody: Agent | Contact) -> Client:
        client = Client()
        client.force_login(somebody.person, backend="upheld.web.signin.knowing.Backend")
        return client

    return browser_of


@pytest.fixture
def agent(browse: Browsing, cast: Cast) -> Client:
    """The agent's browser."""
    return browse(cast.agent)


@pytest.fixture
def lead(browse: Browsing, cast: Cast) -> Client:
    """The team lead's browser."""
    return browse(cast.lead)


@pytest.fixture
def opened(cast: Cast) -> Opening:
    """Open a ticket of the customer; what is given wins."""

    def open_one(**given: object) -> Ticket:
        asked: dict[str, object] = {
            "requester": cast.customer,
            "title": "The export stops half-way",
            "text": "Since this morning every export ends at 50 %.",
            "channel": "portal",
            "by": cast.customer.actor,
            "at": datetime.now(UTC),
            "category": "question",
        }
        return open_ticket(**{**asked, **given})  # type: ignore[arg-type]

    return open_one


@pytest.fixture
def ticket(opened: Opening) -> Ticket:
    return opened()
