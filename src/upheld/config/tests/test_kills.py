"""Whoever is killed, and whenever: each warning, breach, notice and rung comes once, and no row says what no event does."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from upheld.commitments.models import PolicyVersion
from upheld.config.tests.drill import Drill


@pytest.mark.django_db(transaction=True)
def test_killed_at_every_point_and_at_random_each_thing_happens_once(techflow: PolicyVersion, tmp_path: Path) -> None:
    found = Drill(tmp_path, seed=20260302, seconds=6, tickets=20).run()
    assert found["is_right"], json.dumps(found, indent=2)
    assert found["counted"]["warned"] + found["counted"]["breached"] > 100
    assert found["spared"] == []
    assert sum(number for what, number in found["kills"].items() if "random" in what) > 0
