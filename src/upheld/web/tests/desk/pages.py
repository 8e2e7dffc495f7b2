"""The page of a ticket, as the tests ask for it."""

from __future__ import annotations

from django.test import Client

from upheld.tickets.models import Ticket


def address(ticket: Ticket, part: str = "") -> str:
    return f"/desk/tickets/{ticket.pk}/{part}"


def said(client: Client, ticket: Ticket) -> str:
    response = client.get(address(ticket))
    assert response.status_code == 200
    return response.content.decode()
