"""Who deals with a ticket."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from upheld.conftest import Cast
from upheld.events.models import Event
from upheld.people.models import Team
from upheld.tickets.actions.assignment import assign, hand_to_team
from upheld.tickets.models import Ticket
from upheld.tickets.tests.scenes import MINUTE, MONDAY, kinds, last, opened


def test_an_agent_takes_it(cast: Cast) -> None:
    ticket = opened(cast)
    assign(ticket, to=cast.agent, by=cast.lead.actor, at=MONDAY + MINUTE)
    assert Ticket.objects.get(pk=ticket.pk).assignee == cast.agent
    assert (last(ticket).actor, last(ticket).data) == (
        cast.lead.key,
        {"assignee": cast.agent.key, "assignee_before": None},
    )


def test_it_passes_on_and_is_let_go(cast: Cast) -> None:
    ticket = opened(cast)
    assign(ticket, to=cast.agent, by=cast.agent.actor, at=MONDAY)
    assign(ticket, to=cast.colleague, by=cast.agent.actor, at=MONDAY)
    assert last(ticket).data == {"assignee": cast.colleague.key, "assignee_before": cast.agent.key}
    assign(ticket, to=None, by=cast.colleague.actor, at=MONDAY)
    assert Ticket.objects.get(pk=ticket.pk).assignee is None


def test_assigning_to_the_same_one_changes_nothing(cast: Cast) -> None:
    ticket = opened(cast)
    assign(ticket, to=cast.agent, by=cast.agent.actor, at=MONDAY + MINUTE)
    before = kinds(ticket), Ticket.objects.get(pk=ticket.pk).changed_at
    assign(ticket, to=cast.agent, by=cast.lead.actor, at=MONDAY + 2 * MINUTE)
    assert (kinds(ticket), Ticket.objects.get(pk=ticket.pk).changed_at) == before


def test_another_team_means_that_its_assignee_lets_go(cast: Cast) -> None:
    ticket, billing = opened(cast), Team.objects.create(name="Billing", department="billing")
    assign(ticket, to=cast.agent, by=cast.agent.actor, at=MONDAY)
    hand_to_team(ticket, team=billing, by=cast.agent.actor, at=MONDAY)
    row = Ticket.objects.get(pk=ticket.pk)
    assert (row.team, row.assignee) == (billing, None)
    hand_to_team(ticket, team=billing, by=cast.agent.actor, at=MONDAY)
    assert kinds(ticket).count("assigned") == 2


def test_an_assignee_of_that_team_keeps_it(cast: Cast) -> None:
    ticket, billing = opened(cast), Team.objects.create(name="Billing", department="billing")
    cast.agent.team = billing
    cast.agent.save()
    assign(ticket, to=cast.agent, by=cast.agent.actor, at=MONDAY)
    hand_to_team(ticket, team=billing, by=cast.agent.actor, at=MONDAY)
    assert Ticket.objects.get(pk=ticket.pk).assignee == cast.agent


@pytest.mark.django_db(transaction=True)
def test_two_who_take_it_at_once_take_it_one_after_the_other(cast: Cast, at_once: Callable[..., list[Any]]) -> None:
    ticket = opened(cast)
    takers = [cast.agent, cast.colleague]

    def take(by: Any) -> Any:
        return lambda: assign(Ticket.objects.get(pk=ticket.pk), to=by, by=by.actor, at=MONDAY + MINUTE)

    assert at_once(*map(take, takers)) == [None, None]
    first, second = (event for event in reversed(list(_assignments(ticket))))
    assert second.data["assignee_before"] is None
    assert first.data["assignee_before"] == second.data["assignee"]
    assert Ticket.objects.get(pk=ticket.pk).assignee.key == first.data["assignee"]  # type: ignore[union-attr]


def _assignments(ticket: Ticket) -> Any:
    return Event.objects.about(ticket.key).of_kind("ticket.assigned")
