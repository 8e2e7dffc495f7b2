"""Waiting for somebody, and going on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from upheld.conftest import Cast
from upheld.tickets.actions.errors import AlreadyResolved
from upheld.tickets.actions.resolution import resolve
from upheld.tickets.actions.waiting import hold, resume, wait_on_customer
from upheld.tickets.models import Ticket
from upheld.tickets.tests.scenes import HOUR, MINUTE, MONDAY, RECORD, commitment, kinds, last, opened

MOVES = {"waiting_on_customer": wait_on_customer, "on_hold": hold, "open": resume}


@pytest.mark.parametrize("status", MOVES)
def test_it_moves_and_says_so(cast: Cast, status: str) -> None:
    ticket = opened(cast)
    MOVES[status](ticket, by=cast.agent.actor, at=MONDAY + MINUTE)
    assert Ticket.objects.get(pk=ticket.pk).status == status
    assert last(ticket).data == {"status": status}


@pytest.mark.parametrize("status", MOVES)
def test_where_it_is_already_nothing_happens(cast: Cast, status: str) -> None:
    ticket = opened(cast)
    for _ in range(2):
        MOVES[status](ticket, by=cast.agent.actor, at=MONDAY)
    assert len(kinds(ticket)) == 2


@pytest.mark.parametrize("status", MOVES)
def test_what_is_settled_does_not_wait(cast: Cast, status: str) -> None:
    ticket = opened(cast)
    resolve(ticket, by=cast.agent.actor, at=MONDAY, record=RECORD)
    with pytest.raises(AlreadyResolved):
        MOVES[status](ticket, by=cast.agent.actor, at=MONDAY)
    assert Ticket.objects.get(pk=ticket.pk).status == "resolved"


def test_waiting_on_the_customer_pauses_and_a_hold_of_ours_does_not(cast: Cast) -> None:
    ticket = opened(cast)
    hold(ticket, by=cast.agent.actor, at=MONDAY + MINUTE, reason="A supplier answers tomorrow.")
    assert commitment(ticket, "first-response").state == "running"
    wait_on_customer(ticket, by=cast.agent.actor, at=MONDAY + 2 * MINUTE)
    assert commitment(ticket, "first-response").state == "paused"
    assert Ticket.objects.get(pk=ticket.pk).due_at is None


def test_going_on_gives_back_what_was_left(cast: Cast) -> None:
    ticket = opened(cast)
    wait_on_customer(ticket, by=cast.agent.actor, at=MONDAY + HOUR - MINUTE)
    resume(ticket, by=cast.agent.actor, at=MONDAY + 24 * HOUR)
    assert commitment(ticket, "mail-answer").due_at == MONDAY + 24 * HOUR + MINUTE


def test_why_it_is_on_hold_stands_in_the_time_line(cast: Cast) -> None:
    ticket = opened(cast)
    hold(ticket, by=cast.agent.actor, at=MONDAY, reason="A supplier.")
    assert last(ticket).data == {"status": "on_hold", "reason": "A supplier."}


@pytest.mark.django_db(transaction=True)
def test_two_who_put_it_aside_at_once_do_so_once(cast: Cast, at_once: Callable[..., list[Any]]) -> None:
    ticket = opened(cast)

    def waiting() -> None:
        wait_on_customer(Ticket.objects.get(pk=ticket.pk), by=cast.agent.actor, at=MONDAY + MINUTE)

    assert at_once(waiting, waiting) == [None, None]
    assert kinds(ticket).count("waiting") == 1
