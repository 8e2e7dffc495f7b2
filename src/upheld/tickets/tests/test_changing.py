"""Changing what a ticket is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from upheld.commitments.verifying import verify
from upheld.conftest import Cast
from upheld.tickets.actions.changing import change
from upheld.tickets.actions.errors import Refused, UnknownName
from upheld.tickets.models import Ticket
from upheld.tickets.tests.scenes import HOUR, MINUTE, MONDAY, commitment, kinds, last, opened


def test_it_says_what_is_and_what_was(cast: Cast) -> None:
    ticket = opened(cast)
    told = change(ticket, by=cast.agent.actor, at=MONDAY, priority="P2", department="billing")
    assert told == {"priority": "P2", "department": "billing"}
    assert last(ticket).data == {
        "priority": "P2", "priority_before": "P3", "department": "billing", "department_before": "support",
    }  # fmt: skip


def test_what_is_so_already_is_no_change(cast: Cast) -> None:
    ticket = opened(cast, priority="P2")
    assert change(ticket, by=cast.agent.actor, at=MONDAY, priority="P2", tags=[]) == {}
    assert kinds(ticket) == ["opened"]


def test_only_what_differs_is_told(cast: Cast) -> None:
    ticket = opened(cast, priority="P2")
    change(ticket, by=cast.agent.actor, at=MONDAY, priority="P2", category="security")
    assert last(ticket).data == {"category": "security", "category_before": "general"}


def test_impact_and_urgency_set_the_priority(cast: Cast) -> None:
    ticket = opened(cast, impact="low", urgency="low")
    change(ticket, by=cast.agent.actor, at=MONDAY, impact="high")
    assert Ticket.objects.get(pk=ticket.pk).priority == "P3"
    change(ticket, by=cast.agent.actor, at=MONDAY, urgency="high")
    assert Ticket.objects.get(pk=ticket.pk).priority == "P1"


def test_a_priority_that_is_given_wins_over_the_matrix(cast: Cast) -> None:
    ticket = opened(cast, impact="low", urgency="low")
    change(ticket, by=cast.agent.actor, at=MONDAY, impact="high", urgency="high", priority="P4")
    assert Ticket.objects.get(pk=ticket.pk).priority == "P4"


def test_an_impact_without_an_urgency_leaves_the_priority(cast: Cast) -> None:
    ticket = opened(cast, priority="P2")
    change(ticket, by=cast.agent.actor, at=MONDAY, impact="low")
    assert Ticket.objects.get(pk=ticket.pk).priority == "P2"


@pytest.mark.parametrize(
    "wrong", [{"priority": "P9"}, {"plan": "platinum"}, {"category": "x"}, {"department": "x"}, {"product_area": "x"}]
)
def test_a_name_that_the_policy_does_not_know_is_refused(cast: Cast, wrong: dict[str, str]) -> None:
    ticket = opened(cast)
    before = Ticket.objects.values().get(pk=ticket.pk)
    with pytest.raises(UnknownName):
        change(ticket, by=cast.agent.actor, at=MONDAY, tags=["a"], **wrong)
    assert Ticket.objects.values().get(pk=ticket.pk) == before
    assert kinds(ticket) == ["opened"]


def test_a_title_is_changed_without_a_word_of_it_in_the_event(cast: Cast) -> None:
    ticket = opened(cast)
    change(ticket, by=cast.agent.actor, at=MONDAY, title="Search is down")
    assert Ticket.objects.get(pk=ticket.pk).title == "Search is down"
    assert last(ticket).data == {"renamed": True}


def test_an_empty_title_is_refused(cast: Cast) -> None:
    with pytest.raises(Refused, match="needs a subject"):
        change(opened(cast), by=cast.agent.actor, at=MONDAY, title="  ")


@pytest.mark.parametrize("field", ["status", "is_settled", "assignee", "due_at", "requester", "nonsense"])
def test_what_has_an_action_of_its_own_is_not_changed_here(cast: Cast, field: str) -> None:
    with pytest.raises(TypeError, match=field):
        change(opened(cast), by=cast.agent.actor, at=MONDAY, **{field: "x"})


def test_a_lower_priority_gives_more_time_and_keeps_what_was_used(cast: Cast) -> None:
    ticket = opened(cast, priority="P1")
    change(ticket, by=cast.agent.actor, at=MONDAY + 10 * MINUTE, priority="P3")
    assert commitment(ticket, "first-response").due_at == MONDAY + 4 * HOUR
    assert commitment(ticket, "p1-update").state == "void"


def test_a_breach_stays_one_whatever_changes_afterwards(cast: Cast) -> None:
    ticket = opened(cast, priority="P1")
    change(ticket, by=cast.agent.actor, at=MONDAY + 20 * MINUTE, priority="P4")
    assert commitment(ticket, "first-response").state == "breached"
    assert commitment(ticket, "first-response").due_at == MONDAY + 15 * MINUTE


@pytest.mark.django_db(transaction=True)
def test_two_changes_at_once_are_both_kept(cast: Cast, at_once: Callable[..., list[Any]]) -> None:
    ticket = opened(cast)

    def changing(**what: Any) -> Callable[[], Any]:
        return lambda: change(Ticket.objects.get(pk=ticket.pk), by=cast.agent.actor, at=MONDAY + MINUTE, **what)

    at_once(changing(priority="P1"), changing(tags=["vip"]), changing(category="outage"))
    row = Ticket.objects.get(pk=ticket.pk)
    assert (row.priority, row.tags, row.category) == ("P1", ["vip"], "outage")
    assert kinds(ticket).count("changed") == 3
    assert list(verify()) == []
