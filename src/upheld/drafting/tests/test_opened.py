"""Open tickets keep their version, unless the publisher moves them and saw first what that does."""

from __future__ import annotations

from datetime import timedelta

import pytest

from upheld.commitments.models import Clock, PolicyVersion
from upheld.commitments.verifying import verify
from upheld.conftest import Cast
from upheld.drafting.actions.errors import WrongDate
from upheld.drafting.actions.publication import publish
from upheld.drafting.checking import check
from upheld.drafting.jobs import move_open_tickets
from upheld.drafting.models import Draft
from upheld.drafting.opened import outlook
from upheld.drafting.tests.conftest import NOW
from upheld.drafting.tests.test_actions import approved
from upheld.people.models import Agent
from upheld.tickets.actions.spam import mark_spam
from upheld.tickets.models import Ticket
from upheld.tickets.tests.scenes import commitment, opened

MINUTE = timedelta(minutes=1)


@pytest.fixture
def ticket(cast: Cast) -> Ticket:
    """Enterprise, P1, twelve minutes old: in time under fifteen minutes, and too late under ten."""
    ticket = opened(cast, priority="P1", at=NOW - 12 * MINUTE)
    mark_spam(opened(cast, at=NOW - 12 * MINUTE), by=cast.agent.actor, at=NOW)
    return ticket


def published(draft: Draft, cast: Cast, director: Agent, *, move_open: bool) -> PolicyVersion:
    approved(draft, cast, director)
    return publish(draft, effective_at=NOW, by=cast.lead.actor, at=NOW, move_open=move_open)


def test_what_moving_would_do_is_said_before(draft: Draft, ticket: Ticket, cast: Cast, director: Agent) -> None:
    approved(draft, cast, director)
    policy = check(draft.files).policy
    assert policy is not None
    seen = outlook(policy, at=NOW)
    assert (seen.open, seen.looked_at, seen.missed) == (1, 1, 1)
    assert dict(seen.by_clause) == {"first-response": 1}
    assert commitment(ticket, "first-response").state == "running"
    assert Clock.objects.get(pk=ticket.key).version.number == 1


def test_they_keep_their_version(draft: Draft, ticket: Ticket, cast: Cast, director: Agent) -> None:
    published(draft, cast, director, move_open=False)
    assert Clock.objects.get(pk=ticket.key).version.number == 1
    assert commitment(ticket, "first-response").due_at == NOW + 3 * MINUTE


def test_they_move_by_a_job_that_may_run_twice(draft: Draft, ticket: Ticket, cast: Cast, director: Agent) -> None:
    version = published(draft, cast, director, move_open=True)
    for _ in range(2):
        move_open_tickets(version.pk, cast.lead.key)
    assert Clock.objects.get(pk=ticket.key).version == version
    assert Clock.objects.exclude(version=version).count() == 1
    assert commitment(ticket, "first-response").state == "breached"
    assert list(verify()) == []


def test_not_before_the_version_holds(draft: Draft, cast: Cast, director: Agent) -> None:
    approved(draft, cast, director)
    with pytest.raises(WrongDate, match="not before"):
        publish(draft, effective_at=NOW + MINUTE, by=cast.lead.actor, at=NOW, move_open=True)
