"""From when a published version holds, and that nothing changes it afterwards."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
import time_machine
from django.db import IntegrityError, transaction

from upheld.commitments import policies
from upheld.commitments.actions import publish, publish_sources
from upheld.commitments.models import PolicyVersion
from upheld.commitments.policies import FRESH_FOR, forget_what_is_in_force, version_in_force
from upheld.commitments.tests.scenes import DAY, HOUR, LEAD, MONDAY, write_policy
from upheld.policy import PolicyErrors


def next_version(tmp_path: Path, number: int, answer: str) -> dict[str, str]:
    folder = write_policy(tmp_path / f"v{number}", version=number, answer=answer)
    return {path.name: path.read_text() for path in folder.iterdir()}


def in_force_at(moment: datetime) -> PolicyVersion:
    forget_what_is_in_force()
    with time_machine.travel(moment, tick=False):
        return version_in_force()


def test_a_version_waits_for_its_day(policy: PolicyVersion, tmp_path: Path) -> None:
    march = MONDAY + 30 * DAY
    later = publish_sources(next_version(tmp_path, 2, "10m"), by=LEAD, at=MONDAY + HOUR, effective_at=march)
    assert in_force_at(march - timedelta(microseconds=1)) == policy
    assert in_force_at(march) == later


def test_a_process_that_knows_a_version_follows_the_next_one_in_time(
    policy: PolicyVersion, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    passed = 0.0
    monkeypatch.setattr(policies, "time", SimpleNamespace(monotonic=lambda: passed))
    soon = datetime.now(UTC) + timedelta(hours=1)
    later = publish_sources(next_version(tmp_path, 2, "10m"), by=LEAD, at=MONDAY, effective_at=soon)
    forget_what_is_in_force()
    with time_machine.travel(soon - timedelta(seconds=1), tick=False) as clock:
        assert version_in_force() == policy
        passed = FRESH_FOR + 0.1
        clock.shift(passed)
        assert version_in_force() == later


def test_of_two_of_one_time_the_later_published_wins(policy: PolicyVersion, tmp_path: Path) -> None:
    first, second = (
        publish_sources(next_version(tmp_path, number, answer), by=LEAD, at=MONDAY, effective_at=MONDAY + DAY)
        for number, answer in ((2, "10m"), (3, "5m"))
    )
    assert in_force_at(MONDAY + DAY) == second
    assert list(PolicyVersion.objects.newest_first()) == [second, first, policy]


def test_what_waits_for_its_day_can_be_brought_into_force_today(policy: PolicyVersion, tmp_path: Path) -> None:
    publish_sources(next_version(tmp_path, 2, "10m"), by=LEAD, at=MONDAY, effective_at=MONDAY + DAY)
    now = publish(tmp_path / "v2", by=LEAD, at=MONDAY + HOUR)
    assert in_force_at(MONDAY + HOUR) == now
    assert PolicyVersion.objects.count() == 3


def test_files_with_errors_are_refused(policy: PolicyVersion) -> None:
    with pytest.raises(PolicyErrors):
        publish_sources({"policy.yaml": "name: x"}, by=LEAD, at=MONDAY, effective_at=MONDAY)
    assert PolicyVersion.objects.get() == policy


def test_a_published_version_is_never_edited_nor_deleted(policy: PolicyVersion) -> None:
    with pytest.raises(IntegrityError, match="never edited"), transaction.atomic():
        PolicyVersion.objects.update(effective_at=MONDAY)
    with pytest.raises(IntegrityError, match="never edited"), transaction.atomic():
        PolicyVersion.objects.filter(pk=policy.pk).update(sources={})
    with pytest.raises(IntegrityError, match="never edited"), transaction.atomic():
        PolicyVersion.objects.all()._raw_delete("default")
