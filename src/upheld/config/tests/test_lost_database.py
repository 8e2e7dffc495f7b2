"""The database goes away under ticker and worker, and comes back: neither ends, nothing is lost, all goes on by itself."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from upheld.config import embedded
from upheld.config.tests.processes import Processes, until
from upheld.config.values import SOURCE_ROOT

PREPARE = "import random; from datetime import timedelta; import django; django.setup(); from upheld.config.tests import drill; "
OPEN_THE_DESK = PREPARE + "drill.open_the_desk(4, random.Random(1), timedelta(seconds=2))"
OPEN_MORE = PREPARE + "drill.open_tickets(4, random.Random(2), timedelta(seconds=2))"
AWAY_FOR = 2.5  # seconds


class Desk:
    """An installation on a server of its own, which can be stopped and started."""

    def __init__(self, folder: Path, processes: Processes) -> None:
        self.processes = processes
        self.held = embedded.attach(embedded.cluster_in(folder, durable=False))
        self.own = {"DATABASE_URL": self.held.url, "UPHELD_DATABASE_POOL": "4", "UPHELD_STALLED_AFTER": "2"}
        assert processes("migrate", "--quiet", **self.own).wait(120) == 0
        self.environment = os.environ | self.own | {"PYTHONPATH": str(SOURCE_ROOT / "src"), "UPHELD_DATA": str(folder)}

    def do(self, code: str) -> None:
        subprocess.run([sys.executable, "-c", code], env=self.environment, check=True, timeout=60)

    def stop(self) -> None:
        self.held.detach()

    def start(self) -> None:
        self.held = embedded.attach(self.held.cluster)

    def one(self, question: str) -> int:
        with psycopg.connect(self.held.url) as connection:
            row = connection.execute(question).fetchone()
        assert row is not None
        return int(row[0])


@pytest.fixture
def desk(data: Path, processes: Processes) -> Iterator[Desk]:
    desk = Desk(data, processes)
    yield desk
    processes.end()
    desk.held.detach()


DUE = "SELECT count(*) FROM commitments_clock WHERE next_wake_at < now() - interval '1 second'"
UNHEARD = "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'events.react' AND status IN ('todo', 'doing')"
MARKS = "SELECT count(*) FROM events_event WHERE kind IN ('commitment.warned', 'commitment.breached')"
TOLD = "SELECT count(*) FROM people_notification"
FAILED = "SELECT count(*) FROM procrastinate_jobs WHERE status IN ('failed', 'aborted', 'cancelled')"
BREACHES_NOT_ANNOUNCED = """
    SELECT count(*) FROM commitments_commitment WHERE state = 'breached' AND NOT EXISTS (
        SELECT FROM events_event event WHERE event.kind = 'commitment.breached' AND event.at = due_at
        AND event.key = format('%s/%s/%s/breach', commitments_commitment.subject, clause, cycle))
"""


def test_ticker_and_worker_survive_it(desk: Desk, processes: Processes) -> None:
    """What pages say meanwhile is tested in test_serving."""
    desk.do(OPEN_THE_DESK)
    running = [processes(name, **desk.own) for name in ("ticker", "worker")]
    until(lambda: desk.one(MARKS) > 0 and desk.one(UNHEARD) == 0, 40)
    assert desk.one(TOLD) > 0  # so that each of them has connections to lose

    desk.stop()
    time.sleep(AWAY_FOR)
    assert [process.poll() for process in running] == [None, None]

    desk.start()
    before = desk.one(MARKS)
    desk.do(OPEN_MORE)
    until(lambda: desk.one(MARKS) > before and desk.one(DUE) == 0 and desk.one(UNHEARD) == 0, 60)
    assert [process.poll() for process in running] == [None, None]
    assert desk.one(FAILED) == 0
    assert desk.one(BREACHES_NOT_ANNOUNCED) == 0
    assert processes("verify", **desk.own).wait(60) == 0

    desk.stop()
    for process in running:
        process.send_signal(signal.SIGTERM)
    assert [process.wait(10) for process in running] == [0, 0]  # they end when told, also without it
