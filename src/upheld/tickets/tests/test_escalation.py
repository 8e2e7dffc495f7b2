"""Up the ladder, once for each reason."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from upheld.conftest import Cast
from upheld.events.models import Event
from upheld.tickets.actions.conversation import reply
from upheld.tickets.actions.errors import AlreadyRequested, NotEntitled, Refused
from upheld.tickets.actions.escalation import ASK_AGAIN_AFTER, may_request, raise_ticket, request_escalation
from upheld.tickets.actions.resolution import resolve
from upheld.tickets.models import Ticket
from upheld.tickets.recording import policy_for
from upheld.tickets.tests.scenes import MINUTE, MONDAY, RECORD, everything, kinds, last, opened


def up(cast: Cast, ticket: Ticket, **more: Any) -> Any:
    given: dict[str, Any] = {"ladder": "support", "by": cast.lead.actor, "at": MONDAY + MINUTE}
    return raise_ticket(ticket, **given | more)


def test_one_rung_at_a_time(cast: Cast) -> None:
    ticket = opened(cast)
    assert [up(cast, ticket).rung for _ in range(3)] == [2, 3, 4]
    assert Ticket.objects.get(pk=ticket.pk).level == 4


def test_from_the_highest_rung_there_is_no_way_up(cast: Cast) -> None:
    ticket = opened(cast)
    up(cast, ticket, to=4)
    assert up(cast, ticket) is None
    assert kinds(ticket) == ["opened", "raised"]


def test_to_a_rung_and_never_down(cast: Cast) -> None:
    ticket = opened(cast)
    assert up(cast, ticket, to=3).rung == 3
    assert up(cast, ticket, to=2) is None
    assert Ticket.objects.get(pk=ticket.pk).level == 3


def test_a_rung_beyond_the_ladder_is_its_highest(cast: Cast) -> None:
    assert up(cast, opened(cast), to=9).rung == 4


def test_each_ladder_is_climbed_for_itself(cast: Cast) -> None:
    ticket = opened(cast)
    up(cast, ticket)
    assert up(cast, ticket, ladder="management").rung == 2


def test_a_ladder_that_the_policy_does_not_know_is_refused(cast: Cast) -> None:
    with pytest.raises(Refused, match="no ladder"):
        up(cast, opened(cast), ladder="fire-brigade")


def test_a_key_raises_once(cast: Cast) -> None:
    ticket = opened(cast)
    assert up(cast, ticket, key="a breach") is not None
    assert up(cast, ticket, key="a breach") is None
    assert up(cast, ticket, key="another") is not None


def test_it_says_who_why_and_how_high(cast: Cast) -> None:
    ticket = opened(cast)
    row = up(cast, ticket, reason="The CEO called.", clause="first-response")
    assert (row.raised_by, row.reason, row.clause) == (cast.lead.key, "The CEO called.", "first-response")
    assert last(ticket).data == {
        "ladder": "support", "rung": 2, "level": 2, "reason": "The CEO called.", "clause": "first-response",
    }  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_one_reason_at_once_from_two_workers_raises_once(cast: Cast, at_once: Callable[..., list[Any]]) -> None:
    ticket = opened(cast)

    def raising() -> Any:
        return up(cast, Ticket.objects.get(pk=ticket.pk), key="a breach")

    results = at_once(raising, raising, raising)
    assert [type(result).__name__ for result in results].count("Escalation") == 1
    assert results.count(None) == 2
    assert kinds(ticket) == ["opened", "raised"]


def test_a_customer_whose_plan_includes_it_asks(cast: Cast) -> None:
    ticket = opened(cast)
    assert may_request(policy_for(ticket).ladders["support"], ticket)
    row = request_escalation(ticket, by=cast.customer.actor, at=MONDAY + MINUTE, reason="Our shop stands still.")
    assert row is not None
    assert (row.rung, row.raised_by) == (2, cast.customer.key)
    assert kinds(ticket) == ["opened", "escalation_requested", "raised"]


def test_what_the_customer_says_stands_in_the_thread_and_in_no_event(cast: Cast) -> None:
    ticket = opened(cast)
    request_escalation(ticket, by=cast.customer.actor, at=MONDAY + MINUTE, reason="Our shop stands still.")
    message = ticket.messages.latest("id")
    assert (message.text, message.by, message.author) == ("Our shop stands still.", "customer", cast.customer.person)
    assert "shop" not in json.dumps([event.data for event in Event.objects.about(ticket.key)])


def test_another_customer_is_told_that_the_plan_does_not_include_it(cast: Cast) -> None:
    ticket = opened(cast, by=cast.stranger)
    before = everything()
    with pytest.raises(NotEntitled):
        request_escalation(ticket, by=cast.stranger.actor, at=MONDAY, reason="Please.")
    assert everything() == before


def test_asking_again_before_anybody_acted_climbs_no_higher(cast: Cast) -> None:
    ticket = opened(cast)
    ask: dict[str, Any] = {"by": cast.customer.actor, "reason": "Our shop stands still."}
    request_escalation(ticket, at=MONDAY + MINUTE, **ask)
    before = everything()
    with pytest.raises(AlreadyRequested, match="after our next answer"):
        request_escalation(ticket, at=MONDAY + 2 * MINUTE, **ask)
    assert everything() == before
    reply(ticket, text="We are on it.", by=cast.agent.actor, at=MONDAY + 3 * MINUTE, author=cast.agent.person)
    assert request_escalation(ticket, at=MONDAY + 4 * MINUTE, **ask).rung == 3  # type: ignore[union-attr]
    with pytest.raises(AlreadyRequested):
        request_escalation(ticket, at=MONDAY + 5 * MINUTE, **ask)
    assert request_escalation(ticket, at=MONDAY + ASK_AGAIN_AFTER + 4 * MINUTE, **ask).rung == 4  # type: ignore[union-attr]


def test_what_is_settled_is_not_escalated(cast: Cast) -> None:
    ticket = opened(cast)
    resolve(ticket, by=cast.agent.actor, at=MONDAY, record=RECORD)
    with pytest.raises(Refused, match="Reopen"):
        request_escalation(ticket, by=cast.customer.actor, at=MONDAY, reason="Please.")
