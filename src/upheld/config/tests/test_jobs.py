"""A worker that is killed costs time and no job; one that is told to stop stops."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from django.db import connection
from procrastinate import App, PsycopgConnector
from procrastinate.contrib.django.utils import connector_params

from upheld.config.alone import AFTER
from upheld.config.jobs import take_up
from upheld.config.punctual import by_index
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


def test_a_later_job_begins_when_its_time_has_come(
    processes: Processes, transactional_db: None, tmp_path: Path
) -> None:
    """And not when the queue is next looked at, which an idle worker does every five seconds."""
    path, warm = tmp_path / "marks", tmp_path / "warm"
    slow.defer(path=str(warm), seconds=0)
    processes("worker", modules=["upheld.config.tests.jobs_of_tests"])
    until(lambda: "done" in marks(warm), 15)
    later = datetime.now(UTC) + timedelta(seconds=1.5)
    slow.configure(schedule_at=later).defer(path=str(path), seconds=0)
    until(lambda: marks(path) != [], 10)
    assert datetime.now(UTC) - later < timedelta(seconds=2)


def test_the_next_job_is_found_by_the_index_also_when_the_queue_was_empty_for_long(transactional_db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_jobs (task_name, queue_name) VALUES ('a', 'b')")
        cursor.execute("ANALYZE procrastinate_jobs")
        cursor.execute(
            "INSERT INTO procrastinate_jobs (task_name, queue_name) SELECT 'a', 'b' FROM generate_series(1, 100)"
        )
    assert asyncio.run(_rows_read_for_one()) == 0


async def _rows_read_for_one() -> int:
    """How many rows of the queue are read one after another to fetch the next job."""
    async with await psycopg.AsyncConnection.connect(database_url()) as queue:
        await by_index(queue)
        worker = await (await queue.execute("INSERT INTO procrastinate_workers DEFAULT VALUES RETURNING id")).fetchone()
        await queue.execute("SELECT procrastinate_fetch_job_v2(NULL, %s)", worker)
        reads = "SELECT seq_tup_read FROM pg_stat_xact_user_tables WHERE relname = 'procrastinate_jobs'"
        (read,) = await (await queue.execute(reads)).fetchone() or (0,)
        return int(read)


def test_no_job_is_given_up_because_its_workers_died(transactional_db: None) -> None:
    """A worker's end counts as a try; a job that is in a process of its own already can do no more about it."""
    slow.defer(path="nowhere", seconds=1)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing', attempts = 11")

    async def look() -> list[int]:
        async with App(connector=PsycopgConnector(kwargs=connector_params())).open_async() as app:
            return await take_up(app, [])

    assert len(asyncio.run(look())) == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT status, attempts FROM procrastinate_jobs")
        assert cursor.fetchall() == [("todo", AFTER)]
