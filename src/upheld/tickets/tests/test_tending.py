"""What happens with tickets that nobody touches."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest

from upheld.channels.models import OutgoingMail
from upheld.commitments.verifying import verify
from upheld.conftest import Cast
from upheld.policy import Policy
from upheld.tickets import tending
from upheld.tickets.actions.conversation import customer_reply, reply
from upheld.tickets.actions.resolution import resolve
from upheld.tickets.models import Ticket
from upheld.tickets.tending import tend
from upheld.tickets.tests.scenes import DAY, MONDAY, opened

RECORD = {"resolution": "Restarted.", "steps": "Restarted it.", "cause": "configuration", "follow_up": "none"}


def test_what_is_resolved_closes_after_the_time_of_the_policy_and_not_before(cast: Cast) -> None:
    ticket = opened(cast)
    resolve(ticket, by=cast.agent.actor, at=MONDAY + DAY, record=RECORD)

    assert tend(MONDAY + 7 * DAY)["closed"] == 0
    assert tend(MONDAY + 8 * DAY)["closed"] == 1
    assert tend(MONDAY + 9 * DAY)["closed"] == 0
    ticket.refresh_from_db()
    assert ticket.status == "closed"
    assert list(verify()) == []


def test_who_is_waited_for_is_reminded_once_for_each_wait(cast: Cast) -> None:
    ticket = opened(cast)
    reply(
        ticket,
        text="Which browser?",
        by=cast.agent.actor,
        author=cast.agent.person,
        at=MONDAY,
        then="waiting_on_customer",
    )

    assert [tend(MONDAY + days * DAY)["reminded"] for days in (1, 3, 4, 5)] == [0, 1, 0, 0]
    customer_reply(ticket, text="Firefox", by=cast.customer.actor, at=MONDAY + 5 * DAY, channel="portal")
    assert tend(MONDAY + 9 * DAY)["reminded"] == 0
    reply(ticket, text="And the version?", by=cast.agent.actor, at=MONDAY + 9 * DAY, then="waiting_on_customer")
    assert tend(MONDAY + 13 * DAY)["reminded"] == 1
    assert OutgoingMail.objects.filter(key__startswith="reminder:", is_automatic=True).count() == 2
    assert list(verify()) == []


def test_who_never_answers_is_let_go(cast: Cast) -> None:
    ticket = opened(cast)
    reply(ticket, text="Which browser?", by=cast.agent.actor, at=MONDAY, then="waiting_on_customer")

    assert tend(MONDAY + 15 * DAY)["let_go"] == 1
    ticket.refresh_from_db()
    assert (ticket.status, ticket.is_settled) == ("closed", True)


def test_a_customer_who_answers_in_that_moment_is_heard(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    ticket = opened(cast)
    reply(ticket, text="Which one?", by=cast.agent.actor, at=MONDAY, then="waiting_on_customer")
    chosen = tending._waiting_since

    def choose_and_hear(policy: Policy, rule: str, now: datetime) -> Iterator[Ticket]:
        found = list(chosen(policy, rule, now))
        if rule == "close_waiting_after":
            customer_reply(
                Ticket.objects.get(pk=ticket.pk), text="This one.", by=cast.customer.actor, at=now, channel="portal"
            )
        return iter(found)

    monkeypatch.setattr(tending, "_waiting_since", choose_and_hear)
    assert tend(MONDAY + 15 * DAY)["let_go"] == 0
    assert Ticket.objects.get(pk=ticket.pk).status == "open"
