"""A policy in force for every test of this room that asks for one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from upheld.commitments.actions import publish
from upheld.commitments.models import PolicyVersion
from upheld.commitments.policies import forget_what_is_in_force
from upheld.commitments.tests.scenes import LEAD, MONDAY, write_policy


@pytest.fixture
def policy(db: None, tmp_path: Path) -> Iterator[PolicyVersion]:
    forget_what_is_in_force()
    yield publish(write_policy(tmp_path / "policy"), by=LEAD, at=MONDAY)
    forget_what_is_in_force()
