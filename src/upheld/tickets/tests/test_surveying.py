"""Asking the customer how it went, once, where the policy promises that somebody does."""

from __future__ import annotations

from datetime import datetime

import pytest

from upheld.channels.models import OutgoingMail
from upheld.commitments.ticker import tick
from upheld.commitments.verifying import verify
from upheld.conftest import Cast
from upheld.tickets.actions.merging import merge
from upheld.tickets.actions.resolution import close, reopen, resolve
from upheld.tickets.actions.spam import mark_spam
from upheld.tickets.models import Ticket
from upheld.tickets.tests.scenes import (
    DAY,
    MINUTE,
    MONDAY,
    RECORD,
    commitment,
    everything,
    kinds,
    opened,
    react_to_everything,
)


def settled(cast: Cast, ticket: Ticket, at: datetime = MONDAY) -> None:
    resolve(ticket, by=cast.agent.actor, at=at, record=RECORD)
    close(ticket, by=cast.agent.actor, at=at)


def surveys() -> list[OutgoingMail]:
    return list(OutgoingMail.objects.filter(key__startswith="survey:").order_by("id"))


def test_a_closed_ticket_is_asked_about(cast: Cast) -> None:
    ticket = opened(cast)
    settled(cast, ticket)
    react_to_everything()
    (mail,) = surveys()
    assert mail.recipients == ["customer@harbour.example"]
    assert f"/requests/{ticket.pk}/rating/" in bytes(mail.raw).decode()
    assert mail.is_automatic
    assert kinds(ticket)[-1] == "surveyed"
    assert commitment(ticket, "satisfaction-survey").state == "kept"
    assert list(verify()) == []


def test_a_second_run_asks_nobody_again(cast: Cast) -> None:
    settled(cast, opened(cast))
    react_to_everything()
    before = everything()
    react_to_everything()
    assert everything() == before


def test_what_is_only_resolved_is_not_asked_about(cast: Cast) -> None:
    """This policy asks after the closing."""
    resolve(opened(cast), by=cast.agent.actor, at=MONDAY, record=RECORD)
    react_to_everything()
    assert surveys() == []


def test_each_closing_is_asked_about(cast: Cast) -> None:
    ticket = opened(cast)
    settled(cast, ticket)
    react_to_everything()
    reopen(ticket, by=cast.customer.actor, at=MONDAY + MINUTE)
    settled(cast, ticket, MONDAY + 2 * MINUTE)
    react_to_everything(MONDAY + 3 * MINUTE)
    assert len(surveys()) == 2


def test_late_is_better_than_never(cast: Cast) -> None:
    """The worker was off for two days: the promise is broken, and the question is asked nevertheless."""
    ticket = opened(cast)
    settled(cast, ticket)
    while tick(MONDAY + 2 * DAY):
        pass
    react_to_everything(MONDAY + 2 * DAY)
    assert len(surveys()) == 1
    assert commitment(ticket, "satisfaction-survey").state == "breached"
    assert commitment(ticket, "satisfaction-survey").ended_at is not None


@pytest.mark.parametrize("end", ["spam", "merged"])
def test_nobody_is_asked_about_what_was_none_of_theirs(cast: Cast, end: str) -> None:
    ticket = opened(cast)
    if end == "spam":
        mark_spam(ticket, by=cast.agent.actor, at=MONDAY)
    else:
        merge(ticket, into=opened(cast), by=cast.agent.actor, at=MONDAY)
    react_to_everything()
    assert surveys() == []
