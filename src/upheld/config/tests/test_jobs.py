"""A worker that is killed costs time and no job; one that is told to stop stops."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from upheld.config.tests.jobs_of_tests import slow, undone
from upheld.config.tests.processes import Process, Processes, database_url, until

SILENCE = 2
Start = Callable[[], Process]


@pytest.fixture
def start_worker(transactional_db: None, processes: Processes) -> Start:
    """Real workers, each a process, on the test's database."""

    def start() -> Process:
        return processes("worker", modules=["upheld.config.tests.jobs_of_tests"], UPHELD_STALLED_AFTER=str(SILENCE))

    return start


def marks(path: Path) -> list[str]:
    return path.read_text().split() if path.exists() else []


def jobs_left() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'tests.slow'")
        return int(cursor.fetchone()[0])


def test_a_killed_workers_job_is_taken_up_by_another(start_worker: Start, tmp_path: Path) -> None:
    path = tmp_path / "marks"
    slow.defer(path=str(path), seconds=2)
    first = start_worker()
    until(lambda: marks(path) == ["begun"], 15)
    first.send_signal(signal.SIGKILL)
    start_worker()
    until(lambda: "done" in marks(path), 15)
    until(lambda: jobs_left() == 0, 5)
    assert marks(path) == ["begun", "begun", "done"]


def test_two_living_workers_do_a_long_job_once(start_worker: Start, tmp_path: Path) -> None:
    path = tmp_path / "marks"
    slow.defer(path=str(path), seconds=SILENCE * 2)
    start_worker()
    start_worker()
    until(lambda: "done" in marks(path), 20)
    assert marks(path) == ["begun", "done"]


def test_a_worker_ends_when_told(start_worker: Start, tmp_path: Path) -> None:
    path = tmp_path / "marks"
    slow.defer(path=str(path), seconds=1)
    worker = start_worker()
    until(lambda: marks(path) == ["begun"], 15)
    began = time.monotonic()
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(5) == 0
    assert time.monotonic() - began < 4
    assert marks(path) == ["begun", "done"]  # what it had begun it ended


def test_a_worker_waits_for_a_lost_database(start_worker: Start, tmp_path: Path) -> None:
    path = tmp_path / "marks"
    worker = start_worker()
    slow.defer(path=str(path), seconds=0)
    until(lambda: "done" in marks(path), 15)
    name = str(connection.settings_dict["NAME"])
    with psycopg.connect(database_url().replace(f"/{name}", "/postgres"), autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()",
            (name,),
        )
    connection.close()
    slow.defer(path=str(path), seconds=0)
    until(lambda: marks(path).count("done") == 2, 15)
    assert worker.poll() is None


def test_what_a_job_queues_belongs_to_its_transaction(start_worker: Start, tmp_path: Path) -> None:
    path = tmp_path / "marks"
    undone.defer(path=str(path))
    start_worker()
    start_worker()
    until(lambda: "done" in marks(tmp_path / "marks-after"), 15)
    assert marks(path) == []
