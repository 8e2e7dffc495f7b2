"""Bringing a policy into force: whole or not at all, and never over what was promised before."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from upheld.commitments import policies
from upheld.commitments.actions import publish
from upheld.commitments.models import Clock, PolicyVersion
from upheld.commitments.policies import NoPolicy, forget_what_is_in_force, in_force, policy_of, version_in_force
from upheld.commitments.tests.scenes import HOUR, LEAD, MINUTE, MONDAY, happen, opened, row, write_policy
from upheld.commitments.verifying import verify
from upheld.events.models import Event
from upheld.policy import PolicyErrors


def put_in_force(folder: Path) -> PolicyVersion:
    """Publish, and forget what was known, as the commit does that no test of a rolled-back transaction comes to."""
    version = publish(folder, by=LEAD, at=MONDAY + HOUR)
    forget_what_is_in_force()
    return version


@pytest.fixture
def stricter(tmp_path: Path) -> Path:
    """The folder of the next version, in which the first answer is due after ten minutes."""
    return write_policy(tmp_path / "stricter", version=2, answer="10m")


def test_its_files_are_kept_byte_for_byte(policy: PolicyVersion, tmp_path: Path) -> None:
    assert (policy.name, policy.number, policy.published_by) == ("harbour", 1, LEAD.key)
    for path in (tmp_path / "policy").iterdir():
        assert policy.sources[path.name].encode() == path.read_bytes()


def test_it_says_so(policy: PolicyVersion) -> None:
    event = Event.objects.get(kind="policy.published")
    assert (event.subject, event.data) == (f"policy:{policy.pk}", {"name": "harbour", "version": 1})


def test_the_same_again_changes_nothing(policy: PolicyVersion, tmp_path: Path) -> None:
    assert put_in_force(tmp_path / "policy") == policy
    assert PolicyVersion.objects.count() == Event.objects.count() == 1


def test_without_one_there_is_none(db: None) -> None:
    forget_what_is_in_force()
    with pytest.raises(NoPolicy, match="upheld policy publish"):
        version_in_force()


def test_what_was_promised_stays_under_its_version(policy: PolicyVersion, stricter: Path) -> None:
    opened("ticket:1")
    newer = put_in_force(stricter)
    opened("ticket:2")
    assert row(subject="ticket:1").due_at == MONDAY + HOUR
    assert row(subject="ticket:2").due_at == MONDAY + 10 * MINUTE
    assert [clock.version for clock in Clock.objects.order_by("subject")] == [policy, newer]
    assert list(verify()) == []


def test_a_later_change_of_an_old_ticket_follows_its_own_version(policy: PolicyVersion, stricter: Path) -> None:
    opened("ticket:1", priority="P2")
    put_in_force(stricter)
    happen("changed", MONDAY + MINUTE, priority="P1")
    assert row().due_at == MONDAY + HOUR
    assert list(verify()) == []


def test_back_to_the_version_before_is_a_version_of_its_own(
    policy: PolicyVersion, stricter: Path, tmp_path: Path
) -> None:
    put_in_force(stricter)
    third = put_in_force(tmp_path / "policy")
    assert third.pk > policy.pk
    assert third.digest == policy.digest
    assert in_force().version == 1


@pytest.mark.parametrize("wrong", ["within: 4h\n  calender: always", "within: 4 hours please"])
def test_a_wrong_one_is_refused_and_the_running_one_stays(policy: PolicyVersion, stricter: Path, wrong: str) -> None:
    clauses = stricter / "commitments.yaml"
    clauses.write_text(clauses.read_text().replace("within: 4h", wrong, 1))
    with pytest.raises(PolicyErrors) as refused:
        put_in_force(stricter)
    assert refused.value.problems[0].file == "commitments.yaml"
    assert refused.value.problems[0].line > 1
    assert PolicyVersion.objects.get() == policy == version_in_force()
    assert Event.objects.count() == 1


def test_an_event_that_no_room_knows_is_refused(policy: PolicyVersion, stricter: Path) -> None:
    clauses = stricter / "commitments.yaml"
    clauses.write_text(clauses.read_text().replace("ticket.replied", "ticket.replyed", 1))
    with pytest.raises(PolicyErrors, match=r"ticket\.replied"):
        put_in_force(stricter)


@pytest.mark.parametrize("raw", [b"\xff\xfe\x00", b"name: [", b""])
def test_what_cannot_be_read_is_refused(policy: PolicyVersion, stricter: Path, raw: bytes) -> None:
    (stricter / "policy.yaml").write_bytes(raw)
    with pytest.raises(PolicyErrors):
        put_in_force(stricter)
    assert version_in_force() == policy


def test_a_rollback_leaves_the_running_one(policy: PolicyVersion, stricter: Path) -> None:
    with transaction.atomic():
        put_in_force(stricter)
        transaction.set_rollback(True)
    forget_what_is_in_force()
    assert version_in_force() == policy


def test_another_process_follows_within_two_seconds(
    policy: PolicyVersion, stricter: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert version_in_force() == policy
    newer = publish(stricter, by=LEAD, at=MONDAY)
    assert version_in_force() == policy
    monkeypatch.setattr(policies, "FRESH_FOR", 0.0)
    assert version_in_force() == newer
    assert policy_of(policy.pk).version == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_publish_the_same_at_once_publish_it_once(
    policy: PolicyVersion, stricter: Path, at_once: Callable[..., list[Any]]
) -> None:
    results = at_once(*[lambda: put_in_force(stricter)] * 3)
    assert len({result.pk for result in results}) == 1
    assert PolicyVersion.objects.count() == Event.objects.filter(kind="policy.published").count() == 2
