"""Mail in a storm, the short form; `bin/chaos --mail --kills N --seed S` is the long one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from upheld.config.tests.storm import Storm


@pytest.mark.django_db(transaction=True)
def test_nothing_is_lost_and_nothing_doubled(techflow: object, tmp_path: Path, free_port: int) -> None:
    found = Storm(tmp_path, seed=20261122, seconds=8, port=free_port, mails=48).run()
    assert found["is_right"], json.dumps(found, indent=2, default=str)
    assert found["killed"] > 3
