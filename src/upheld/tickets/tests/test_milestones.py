"""What a policy promises besides answers."""

from __future__ import annotations

import pytest

from upheld.commitments.verifying import verify
from upheld.conftest import Cast
from upheld.tickets.actions.errors import Refused
from upheld.tickets.actions.milestones import MILESTONES, milestones_of, reach
from upheld.tickets.actions.resolution import resolve
from upheld.tickets.recording import policy_for
from upheld.tickets.subject import TICKET
from upheld.tickets.tests.scenes import DAY, MONDAY, RECORD, commitment, kinds, last, opened


def test_every_milestone_is_an_event_that_policies_know() -> None:
    assert {f"ticket.{name}" for name in MILESTONES} <= set(TICKET.events)


def test_those_that_the_policy_waits_for_are_offered(cast: Cast) -> None:
    assert set(milestones_of(policy_for(opened(cast)))) == {"root_cause_recorded", "reviewed", "surveyed"}


def test_it_keeps_what_waits_for_it_after_the_resolution(cast: Cast) -> None:
    ticket = opened(cast, tags=["major-incident"])
    resolve(ticket, by=cast.agent.actor, at=MONDAY, record=RECORD)
    assert commitment(ticket, "root-cause").due_at == MONDAY + 7 * DAY
    reach(ticket, "root_cause_recorded", by=cast.agent.actor, at=MONDAY + DAY, note="A full disk.")
    assert commitment(ticket, "root-cause").state == "kept"
    assert commitment(ticket, "post-incident-review").state == "running"
    assert list(verify()) == []


def test_it_is_a_note_that_only_colleagues_read(cast: Cast) -> None:
    ticket = opened(cast)
    message = reach(
        ticket, "reviewed", by=cast.agent.actor, author=cast.agent.person, at=MONDAY, note=" All were there. "
    )
    assert (message.text, message.is_internal) == ("Post-incident review held: All were there.", True)
    assert last(ticket).data == {"message": message.pk}


@pytest.mark.parametrize("note", ["", "  "])
def test_a_milestone_without_a_word_is_refused(cast: Cast, note: str) -> None:
    ticket = opened(cast)
    with pytest.raises(Refused, match="few words"):
        reach(ticket, "reviewed", by=cast.agent.actor, at=MONDAY, note=note)
    assert kinds(ticket) == ["opened"]


@pytest.mark.parametrize("name", ["", "resolved", "opened", "nonsense"])
def test_what_is_no_milestone_is_refused(cast: Cast, name: str) -> None:
    with pytest.raises(Refused, match="no milestone"):
        reach(opened(cast), name, by=cast.agent.actor, at=MONDAY, note="x")
