"""The shipped policies speak only of subjects, events and attributes that the rooms declare."""

from pathlib import Path

import pytest

from upheld.config.subjects import VOCABULARY
from upheld.policy import load
from upheld.policy.lint import lint
from upheld.policy.loader import check

POLICIES = Path(__file__).parents[4] / "policies"


@pytest.mark.parametrize("name", ["techflow", "crm-pro", "yourbestsoftware", "guidelines"])
def test_a_shipped_policy_speaks_the_vocabulary_of_the_rooms(name: str) -> None:
    assert check(POLICIES / name, vocabulary=VOCABULARY) == []


@pytest.mark.parametrize("name", ["techflow", "crm-pro", "yourbestsoftware", "guidelines"])
def test_the_vocabulary_shows_the_lint_no_error(name: str) -> None:
    policy = load(POLICIES / name, vocabulary=VOCABULARY)

    assert [finding for finding in lint(policy, vocabulary=VOCABULARY) if finding.severity == "error"] == []
