"""Whoever is killed, and whenever: each warning, breach, notice and rung comes once, and no row says what no event does."""

from __future__ import annotations

import json
import random
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from upheld.commitments.models import Clock, PolicyVersion
from upheld.config.tests.drill import Drill, open_the_desk, open_tickets
from upheld.config.tests.processes import Processes, until
from upheld.events.models import Event


@pytest.mark.django_db(transaction=True)
def test_killed_at_every_point_and_at_random_each_thing_happens_once(techflow: PolicyVersion, tmp_path: Path) -> None:
    found = Drill(tmp_path, seed=20260302, seconds=6, tickets=20).run()
    assert found["is_right"], json.dumps(found, indent=2)
    assert found["counted"]["warned"] + found["counted"]["breached"] > 100
    assert found["spared"] == []
    assert sum(number for what, number in found["kills"].items() if "random" in what) > 0


@pytest.mark.django_db(transaction=True)
def test_what_is_due_is_noticed_within_two_seconds(techflow: PolicyVersion, processes: Processes) -> None:
    """A ticker that nobody disturbs; how late it is, is the most that a promise of the desk can be late."""
    marks = Event.objects.filter(kind__in=("commitment.warned", "commitment.breached"))
    open_the_desk(4, random.Random(1), timedelta(seconds=0))
    processes("ticker")
    until(marks.exists, 20)
    open_tickets(24, random.Random(2), timedelta(seconds=4))
    began = datetime.now(UTC)
    time.sleep(5)
    seen = marks.filter(at__gt=began, at__lt=began + timedelta(seconds=3))
    assert len(seen) > 8
    assert max(event.recorded_at - event.at for event in seen) < timedelta(seconds=2)
    assert not Clock.objects.filter(next_wake_at__lt=began + timedelta(seconds=3)).exists()
