"""What was no matter of a customer."""

from __future__ import annotations

import pytest

from upheld.channels.models import OutgoingMail
from upheld.commitments.models import Commitment
from upheld.commitments.verifying import verify
from upheld.conftest import Cast
from upheld.people.models import Notification
from upheld.tickets.actions.errors import Refused
from upheld.tickets.actions.merging import merge
from upheld.tickets.actions.resolution import resolve
from upheld.tickets.actions.spam import mark_spam, unmark_spam
from upheld.tickets.models import Ticket
from upheld.tickets.tests.scenes import HOUR, MINUTE, MONDAY, RECORD, commitment, kinds, opened, react_to_everything


def test_it_leaves_every_queue_and_promises_nothing(cast: Cast) -> None:
    ticket = opened(cast, priority="P1")
    mark_spam(ticket, by=cast.agent.actor, at=MONDAY + MINUTE)
    assert not Ticket.objects.unsettled().exists()
    assert not Commitment.objects.of(ticket.key).awaited().exclude(state="void").exists()
    assert Ticket.objects.get(pk=ticket.pk).due_at is None


def test_nobody_is_told(cast: Cast) -> None:
    ticket = opened(cast)
    react_to_everything()
    told = Notification.objects.count(), OutgoingMail.objects.count()
    mark_spam(ticket, by=cast.agent.actor, at=MONDAY + MINUTE)
    react_to_everything()
    assert (Notification.objects.count(), OutgoingMail.objects.count()) == told


def test_twice_is_refused(cast: Cast) -> None:
    ticket = opened(cast)
    mark_spam(ticket, by=cast.agent.actor, at=MONDAY)
    with pytest.raises(Refused):
        mark_spam(ticket, by=cast.agent.actor, at=MONDAY)
    assert kinds(ticket) == ["opened", "marked_spam"]


def test_taking_it_back_gives_back_the_time_that_was_left(cast: Cast) -> None:
    ticket = opened(cast)
    mark_spam(ticket, by=cast.agent.actor, at=MONDAY + 10 * MINUTE)
    unmark_spam(ticket, by=cast.agent.actor, at=MONDAY + 5 * HOUR)
    row = Ticket.objects.get(pk=ticket.pk)
    assert (row.status, row.is_settled, row.is_spam) == ("open", False, False)
    assert commitment(ticket, "mail-answer").due_at == MONDAY + 5 * HOUR + 50 * MINUTE
    assert list(verify()) == []


def test_what_was_resolved_before_comes_back_resolved(cast: Cast) -> None:
    ticket = opened(cast)
    resolve(ticket, by=cast.agent.actor, at=MONDAY, record=RECORD)
    mark_spam(ticket, by=cast.agent.actor, at=MONDAY + MINUTE)
    unmark_spam(ticket, by=cast.agent.actor, at=MONDAY + 2 * MINUTE)
    row = Ticket.objects.get(pk=ticket.pk)
    assert (row.status, row.is_settled) == ("resolved", True)
    assert row.resolutions.filter(reopened_at=None).count() == 1


def test_what_is_no_spam_cannot_be_taken_back(cast: Cast) -> None:
    with pytest.raises(Refused):
        unmark_spam(opened(cast), by=cast.agent.actor, at=MONDAY)


def test_a_merged_ticket_is_not_marked(cast: Cast) -> None:
    """Else taking back the merge would bring spam into the queue."""
    ticket = opened(cast)
    merge(ticket, into=opened(cast), by=cast.agent.actor, at=MONDAY)
    with pytest.raises(Refused, match="merge"):
        mark_spam(ticket, by=cast.agent.actor, at=MONDAY)
