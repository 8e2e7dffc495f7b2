"""A commitment explained for people: the sum adds up, and the time is said to the agent and to the customer."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from upheld.commitments.explaining import explain
from upheld.commitments.policies import in_force
from upheld.conftest import Cast
from upheld.tickets.actions.waiting import resume, wait_on_customer
from upheld.web.explanations import Sum, sum_of
from upheld.web.tests.conftest import Opening

NEW_YORK, BERLIN = ZoneInfo("America/New_York"), ZoneInfo("Europe/Berlin")


def explained(subject: str, clause: str, at: datetime) -> Sum:
    (found,) = [one for one in explain(subject, at=at) if one.clause.name == clause]
    zones = [("for you", BERLIN), ("for Ana", NEW_YORK)]
    return sum_of(found, in_force(), zone=BERLIN, now=at, due_in=zones)


def test_a_weekend_and_the_spring_step_stand_in_the_sum(cast: Cast, opened: Opening) -> None:
    friday = datetime(2026, 3, 6, 22, 0, tzinfo=UTC)  # 17:00 in New York, two days before its clocks go forward
    ticket = opened(requester=cast.stranger, at=friday, by=cast.stranger.actor)
    told = explained(ticket.key, "first-response", datetime(2026, 3, 9, 13, 0, tzinfo=UTC))
    assert told.state == "running"
    assert [part.kind for part in told.parts][:3] == ["counted", "closed", "counted"]
    assert told.parts[0].counted == "3 h"
    assert told.parts[-1].total == told.target
    assert any("goes forward by 1 h" in step for step in told.clock_changes)
    assert [whose for whose, _ in told.due] == ["for you", "for Ana"]
    assert told.due[1][1].endswith("EDT")


def test_a_pause_counts_nothing(cast: Cast, opened: Opening) -> None:
    at = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
    ticket = opened(at=at)
    wait_on_customer(ticket, by=cast.agent.actor, at=datetime(2026, 3, 4, 13, 0, tzinfo=UTC))
    paused = explained(ticket.key, "first-response", datetime(2026, 3, 4, 14, 0, tzinfo=UTC))
    assert (paused.state, paused.used, paused.due) == ("paused", "1 h", [])
    resume(ticket, by=cast.agent.actor, at=datetime(2026, 3, 4, 15, 0, tzinfo=UTC))
    told = explained(ticket.key, "first-response", datetime(2026, 3, 4, 16, 0, tzinfo=UTC))
    assert [part.word for part in told.parts] == ["counted", "paused", "counted", "still to come"]
    assert (told.used, told.left) == ("2 h", "6 h")


def test_what_is_late_says_by_how_much_and_nothing_else_does(cast: Cast, opened: Opening) -> None:
    ticket = opened(at=datetime(2026, 3, 4, 12, 0, tzinfo=UTC))
    assert explained(ticket.key, "first-response", datetime(2026, 3, 4, 13, 0, tzinfo=UTC)).late == ""
    late = explained(ticket.key, "first-response", datetime(2026, 3, 4, 22, 30, tzinfo=UTC))
    assert (late.late, late.parts[-1].kind) == ("2 h 30 min", "late")


def test_a_long_story_is_shortened_and_says_so(cast: Cast, opened: Opening) -> None:
    ticket = opened(requester=cast.stranger, by=cast.stranger.actor, at=datetime(2026, 1, 5, 14, 0, tzinfo=UTC))
    told = explained(ticket.key, "first-response", datetime(2026, 2, 2, 14, 0, tzinfo=UTC))
    assert len(told.parts) == 14
    assert told.left_out > 0
