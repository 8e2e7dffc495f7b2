"""Why a commitment stands as it does, as data that adds up and as sentences."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from upheld.commitments.actions import publish, waive
from upheld.commitments.explaining import explain
from upheld.commitments.models import Commitment
from upheld.commitments.tests.scenes import DAY, HOUR, LEAD, MINUTE, MONDAY, SUBJECT, happen, opened, write_policy
from upheld.commitments.ticker import tick
from upheld.policy.explain import Explanation

pytestmark = pytest.mark.usefixtures("policy")


def explained(clause: str = "answer", cycle: int = 1, *, at: Any = MONDAY + 10 * MINUTE) -> Explanation:
    return next(one for one in explain(SUBJECT, at=at) if (one.clause.name, one.state.cycle) == (clause, cycle))


def test_a_subject_without_commitments_has_nothing_to_explain() -> None:
    assert explain("ticket:404", at=MONDAY) == []


def test_two_queries_for_all_of_them(django_assert_num_queries: Any) -> None:
    opened()
    explain(SUBJECT, at=MONDAY)
    with django_assert_num_queries(2):
        assert len(explain(SUBJECT, at=MONDAY)) == 2


def test_the_sum_adds_up_while_it_runs() -> None:
    opened()
    one = explained()
    assert [(row.kind, row.counted) for row in one.rows] == [("counted", 600_000_000), ("ahead", 3_000_000_000)]
    assert one.rows[-1].total == one.state.target


def test_a_pause_stands_in_it_and_counts_nothing() -> None:
    opened()
    happen("waiting", MONDAY + 5 * MINUTE, status="waiting_on_customer")
    happen("resumed", MONDAY + HOUR, status="open")
    one = explained(at=MONDAY + HOUR + 5 * MINUTE)
    assert [row.kind for row in one.rows] == ["counted", "paused", "counted", "ahead"]
    assert sum(row.counted for row in one.rows if row.kind == "counted") == one.state.used == 600_000_000


def test_what_the_ticker_announced_changes_no_sum() -> None:
    opened()
    tick(MONDAY + 31 * MINUTE)
    one = explained(at=MONDAY + 40 * MINUTE)
    assert sum(row.counted for row in one.rows if row.kind == "counted") == one.state.used == 2_400_000_000


def test_what_came_late_is_told_apart() -> None:
    opened()
    tick(MONDAY + 2 * HOUR)
    happen("replied", MONDAY + 3 * HOUR)
    one = explained(at=MONDAY + DAY)
    assert {row.kind: row.counted for row in one.rows} == {"counted": 3_600_000_000, "late": 7_200_000_000}
    assert any("late" in sentence for sentence in one.sentences())


def test_a_waived_one_says_so() -> None:
    opened()
    waive(SUBJECT, "answer", 1, by=LEAD, at=MONDAY + MINUTE, reason="x")
    assert explained().sentences()[-1] == "It is waived."


def test_every_state_is_what_its_row_says() -> None:
    opened()
    happen("replied", MONDAY + 10 * MINUTE)
    tick(MONDAY + 5 * HOUR)
    told = {(one.clause.name, one.state.cycle): one.state.state for one in explain(SUBJECT, at=MONDAY + 5 * HOUR)}
    assert told == {(row.clause, row.cycle): row.state for row in Commitment.objects.all()}


def test_it_is_explained_by_the_version_it_began_under(tmp_path: Path) -> None:
    opened()
    publish(write_policy(tmp_path / "next", version=2, answer="10m"), by=LEAD, at=MONDAY + MINUTE)
    one = explained()
    assert (one.version, one.state.target) == (1, 3_600_000_000)


def test_its_data_is_json() -> None:
    opened()
    data = json.loads(json.dumps(explained().as_data()))
    assert (data["due_at"], data["target_seconds"], data["left_seconds"]) == ("2026-03-02T16:00:00Z", 3600, 3000)
    assert data["policy"] == "harbour"
    assert data["late_seconds"] == 0
