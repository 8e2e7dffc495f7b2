"""Moving what is under commitments to another version: seen before, done once, and held by verify afterwards."""

from __future__ import annotations

from pathlib import Path

import pytest

from upheld.commitments.actions import publish
from upheld.commitments.explaining import explain
from upheld.commitments.models import Clock, PolicyVersion
from upheld.commitments.moving import move, preview
from upheld.commitments.policies import forget_what_is_in_force, policy_of
from upheld.commitments.tests.scenes import HOUR, LEAD, MINUTE, MONDAY, happen, marks, opened, row, write_policy
from upheld.commitments.ticker import tick
from upheld.commitments.verifying import verify
from upheld.events.models import Event

MOVE = MONDAY + 30 * MINUTE


@pytest.fixture
def stricter(policy: PolicyVersion, tmp_path: Path) -> PolicyVersion:
    """The next version, in which the first answer is due after forty minutes."""
    version = publish(write_policy(tmp_path / "stricter", version=2, answer="40m"), by=LEAD, at=MOVE)
    forget_what_is_in_force()
    return version


@pytest.fixture
def running(policy: PolicyVersion) -> None:
    opened("ticket:1")
    opened("ticket:2")
    happen("replied", MONDAY + 10 * MINUTE, subject="ticket:2")


@pytest.mark.usefixtures("running")
def test_what_runs_is_promised_anew_and_what_is_over_stays(policy: PolicyVersion, stricter: PolicyVersion) -> None:
    assert move(["ticket:1", "ticket:2", "ticket:99"], to=stricter, by=LEAD, at=MOVE) == ["ticket:1", "ticket:2"]
    assert (row().due_at, row().version) == (MONDAY + 40 * MINUTE, stricter)
    kept = row(subject="ticket:2")
    assert (kept.state, kept.version) == ("kept", policy)
    assert {clock.version for clock in Clock.objects.all()} == {stricter}
    assert list(verify()) == []


@pytest.mark.usefixtures("running")
def test_it_is_an_event_and_happens_once(policy: PolicyVersion, stricter: PolicyVersion) -> None:
    move(["ticket:1"], to=stricter, by=LEAD, at=MOVE)
    assert move(["ticket:1"], to=stricter, by=LEAD, at=MOVE + MINUTE) == []
    event = Event.objects.get(kind="commitment.moved")
    assert (event.subject, event.data) == ("ticket:1", {"from": policy.pk, "to": stricter.pk})


@pytest.mark.usefixtures("running")
def test_the_ticker_goes_by_the_new_version(stricter: PolicyVersion) -> None:
    move(["ticket:1"], to=stricter, by=LEAD, at=MOVE)
    tick(MONDAY + 50 * MINUTE)
    assert marks()[:3] == [
        ("answer", "50%", MOVE),
        ("answer", "90%", MONDAY + 36 * MINUTE),
        ("answer", "breach", MONDAY + 40 * MINUTE),
    ]
    assert list(verify()) == []


@pytest.mark.usefixtures("running")
def test_moved_to_and_fro_it_still_is_the_fold(policy: PolicyVersion, stricter: PolicyVersion) -> None:
    move(["ticket:1"], to=stricter, by=LEAD, at=MOVE)
    happen("waiting", MOVE + MINUTE, status="waiting_on_customer")
    move(["ticket:1"], to=policy, by=LEAD, at=MOVE + 2 * MINUTE)
    happen("changed", MOVE + 3 * MINUTE, status="open", priority="P2")
    assert (row().version, row().target) == (policy, 4 * 3_600_000_000)
    assert list(verify()) == []


@pytest.mark.usefixtures("running")
def test_the_explanation_names_the_version_of_each_cycle_and_adds_up(
    policy: PolicyVersion, stricter: PolicyVersion
) -> None:
    move(["ticket:1", "ticket:2"], to=stricter, by=LEAD, at=MOVE)
    one = next(found for found in explain("ticket:1", at=MOVE + MINUTE) if found.clause.name == "answer")
    assert (one.version, sum(part.counted for part in one.rows if part.kind == "counted")) == (2, one.state.used)
    old = next(found for found in explain("ticket:2", at=MOVE + MINUTE) if found.clause.name == "answer")
    assert old.version == 1


@pytest.mark.usefixtures("running")
def test_one_sees_before_what_a_move_does(stricter: PolicyVersion) -> None:
    at = MONDAY + 50 * MINUTE
    seen = list(preview(["ticket:1", "ticket:2"], to=policy_of(stricter.pk), at=at))
    assert [(one.subject, one.clause, one.is_missed_at_once) for one in seen] == [("ticket:1", "answer", True)]
    assert seen[0].due_before == MONDAY + HOUR
    assert Event.objects.filter(kind="commitment.moved").count() == 0
    move(["ticket:1"], to=stricter, by=LEAD, at=at)
    assert row().due_at == seen[0].due_after == at


def test_what_is_under_no_commitment_is_passed_over(policy: PolicyVersion) -> None:
    assert move(["ticket:5"], to=policy, by=LEAD, at=MOVE) == []
