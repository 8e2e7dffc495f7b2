"""Who wants to hear of a ticket, and which tickets speak of the same thing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from upheld.conftest import Cast
from upheld.tickets.actions.errors import Refused
from upheld.tickets.actions.watching import link, unlink, unwatch, watch
from upheld.tickets.models import Link, Ticket
from upheld.tickets.tests.scenes import MONDAY, kinds, last, opened


def test_a_colleague_of_the_customer_watches_and_reads(cast: Cast) -> None:
    ticket = opened(cast)
    watch(ticket, person=cast.neighbour.person, by=cast.customer.actor, at=MONDAY)
    assert Ticket.objects.visible_to(cast.neighbour.person).get() == ticket
    assert last(ticket).data == {"person": cast.neighbour.person.pk}


def test_an_agent_watches(cast: Cast) -> None:
    ticket = opened(cast, by=cast.stranger)
    watch(ticket, person=cast.agent.person, by=cast.agent.actor, at=MONDAY)
    assert ticket.watchers.get() == cast.agent.person


def test_nobody_else_does(cast: Cast) -> None:
    ticket = opened(cast)
    with pytest.raises(Refused):
        watch(ticket, person=cast.stranger.person, by=cast.agent.actor, at=MONDAY)
    assert not Ticket.objects.visible_to(cast.stranger.person).exists()


def test_watching_twice_and_letting_go_twice_is_done_once(cast: Cast) -> None:
    ticket = opened(cast)
    for action in (watch, watch, unwatch, unwatch):
        action(ticket, person=cast.neighbour.person, by=cast.customer.actor, at=MONDAY)
    assert kinds(ticket) == ["opened", "watched", "unwatched"]
    assert not Ticket.objects.visible_to(cast.neighbour.person).exists()


def test_a_link_says_who_tied_it(cast: Cast) -> None:
    ticket, other = opened(cast), opened(cast)
    row = link(ticket, other=other, kind="recurring", by=cast.agent.actor, at=MONDAY)
    assert (row.linked_by, row.linked_at, row.kind) == (cast.agent.key, MONDAY, "recurring")
    assert last(ticket).data == {"other": other.key, "tie": "recurring"}


def test_linking_twice_returns_the_link_that_stands(cast: Cast) -> None:
    ticket, other = opened(cast), opened(cast)
    first = link(ticket, other=other, by=cast.agent.actor, at=MONDAY)
    assert link(ticket, other=other, by=cast.colleague.actor, at=MONDAY) == first
    assert kinds(ticket) == ["opened", "linked"]


def test_a_ticket_is_not_tied_to_itself(cast: Cast) -> None:
    ticket = opened(cast)
    with pytest.raises(Refused):
        link(ticket, other=ticket, by=cast.agent.actor, at=MONDAY)


def test_a_link_is_taken_back_once(cast: Cast) -> None:
    ticket, other = opened(cast), opened(cast)
    row = link(ticket, other=other, by=cast.agent.actor, at=MONDAY)
    same = Link.objects.get(pk=row.pk)
    for one in (row, same):
        unlink(one, by=cast.agent.actor, at=MONDAY)
    assert kinds(ticket) == ["opened", "linked", "unlinked"]
    assert not Link.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_who_link_at_once_tie_one_link(cast: Cast, at_once: Callable[..., list[Any]]) -> None:
    ticket, other = opened(cast), opened(cast)

    def linking() -> Any:
        return link(Ticket.objects.get(pk=ticket.pk), other=other, by=cast.agent.actor, at=MONDAY)

    first, second = at_once(linking, linking)
    assert first == second
    assert kinds(ticket) == ["opened", "linked"]
