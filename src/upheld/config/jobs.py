"""Jobs: how the queue is worked, and how the jobs of a worker that was killed come back.

A worker tells the database every few seconds that it lives. What a silent one had begun is queued again by whichever
worker notices. That is done here, beside the work, and not by a job of its own: a queue full of long jobs could not
delay it, and nothing is written while all is well. One statement finds and re-queues under row locks, so that two workers
that look at the same moment cannot start a job twice. When the clock leaps, the work is begun anew: what was reckoned by
the old time (when the next periodic job is due) is worth nothing by the new one.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Sequence
from typing import Any

import psycopg
import structlog
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import close_old_connections, connections
from procrastinate import App, PsycopgConnector
from procrastinate.connector import BaseConnector
from procrastinate.contrib.django import app as django_app
from procrastinate.contrib.django.utils import connector_params
from procrastinate.exceptions import ConnectorException
from procrastinate.job_context import JobContext
from procrastinate.middleware import AsyncCallNext, SyncCallNext
from procrastinate.worker import Worker

from upheld.config import alone
from upheld.config.companions import in_company
from upheld.config.metrics import JOBS, TAKEN_UP
from upheld.config.punctual import Punctual, by_index
from upheld.config.silence import Watch, until_the_clock_leaps
from upheld.events.jobs import RETRY

log = structlog.stdlib.get_logger("upheld.jobs")
GRACE = 3.0  # seconds that a running job has to end when the worker is told to stop
PAUSE_WHEN_AWAY = 1.0
PATIENCE = 3.0  # seconds that the queue waits for a connection; without a database a worker would not end before

NEVER = 1e9  # seconds; the library would forget silent workers by the clock, and living ones with them when it leaps

WORDS = "SELECT id, last_heartbeat FROM procrastinate_workers"
TAKE_UP = """
WITH silent AS (
    SELECT id FROM procrastinate_jobs WHERE status = 'doing' AND (worker_id IS NULL OR worker_id = ANY(%(workers)s))
    ORDER BY id FOR UPDATE SKIP LOCKED
)
SELECT silent.id, procrastinate_retry_job_v2(silent.id, now(), NULL, NULL, NULL) FROM silent
"""
SET_ALONE = """
UPDATE procrastinate_jobs SET task_name = %(alone)s
 WHERE id = ANY(%(jobs)s) AND status = 'todo' AND task_name = 'events.react' AND attempts >= %(after)s
"""
NOT_ITS_FAULT = (
    "UPDATE procrastinate_jobs SET attempts = %(at_most)s WHERE id = ANY(%(jobs)s) AND attempts > %(at_most)s"
)
"""A worker's end counts as a try, and tries have an end: among workers that die all day no job may be given up for that."""
FORGET = "DELETE FROM procrastinate_workers WHERE id = ANY(%(workers)s)"


BRING_FORWARD = """
UPDATE procrastinate_jobs SET scheduled_at = now()
 WHERE status = 'todo' AND task_name LIKE 'events.react%%' AND scheduled_at > now() + make_interval(secs => %(seconds)s)
"""
LONGEST = 2.0**RETRY.max_attempts + 60 if RETRY.max_attempts else 3600.0
"""Seconds that a reaction is ever put off; one that waits for longer was put off before the clock was put back."""


async def work(stop: asyncio.Event) -> None:
    """Work the queue until `stop` is set. A lost database is waited for; nothing else ends it."""
    told = asyncio.create_task(stop.wait())
    while not stop.is_set():
        round_ = asyncio.create_task(_one_round())
        await asyncio.wait({round_, told}, return_when=asyncio.FIRST_COMPLETED)
        if not round_.done():
            round_.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            try:
                await round_
            except (ConnectorException, psycopg.Error, OSError) as error:
                log.warning("database away, trying again", reason=type(error).__name__)
        if not stop.is_set():
            await asyncio.wait({told}, timeout=PAUSE_WHEN_AWAY)
    told.cancel()


async def _one_round() -> None:
    """A worker with its own connections, until it is cancelled or the database goes away."""
    silence = settings.UPHELD_STALLED_AFTER
    await sync_to_async(connections.close_all)()  # what periodic jobs are queued by, perhaps of a database that is gone
    connector = PsycopgConnector(kwargs=connector_params(), timeout=PATIENCE, configure=by_index)
    async with _working_app(connector).open_async() as app:
        await connector.execute_query_async(BRING_FORWARD, seconds=LONGEST)
        looking = asyncio.create_task(_take_up_forever(app, silence))
        working = asyncio.create_task(_work(app, silence))
        leap = asyncio.create_task(until_the_clock_leaps())
        try:
            await asyncio.wait({working, leap}, return_when=asyncio.FIRST_COMPLETED)
            if leap.done():
                log.warning("the clock was moved, beginning anew", seconds=round(leap.result()))
        finally:
            if not working.done():
                working.cancel()
            for task in (looking, leap):
                await _end(task)
            with contextlib.suppress(asyncio.CancelledError):
                await working


async def _work(app: App, silence: float) -> None:
    worker = Punctual(
        app,
        name="upheld",
        concurrency=settings.UPHELD_WORKER_JOBS,
        fetch_job_polling_interval=min(5.0, silence / 4),
        update_heartbeat_interval=silence / 4,
        stalled_worker_timeout=NEVER,
        shutdown_graceful_timeout=GRACE,
        install_signal_handlers=False,
        delete_jobs="successful",
        task_middleware=[with_a_living_connection, in_company],
        worker_middleware=[counted],
    )
    app.perform_import_paths()  # type: ignore[no-untyped-call]
    await worker.run()  # type: ignore[no-untyped-call]


async def _end(task: asyncio.Task[Any]) -> None:
    """Cancel it until it has ended: a cancellation that meets a broken connection can come out as the database's error."""
    while not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=PAUSE_WHEN_AWAY)
    if not task.cancelled():
        task.exception()  # it is of no interest, and is not to be complained about


def _working_app(connector: BaseConnector) -> App:
    """The same tasks on the worker's own connections.

    Not by `replace_connector`, as Procrastinate's own command does it: then what a job queues would leave by the worker's
    connection, at once, and not with the transaction of the job.
    """
    app = App(connector=connector, import_paths=django_app.import_paths, worker_defaults=django_app.worker_defaults)
    app.tasks, app.periodic_registry = django_app.tasks, django_app.periodic_registry
    return app


async def _take_up_forever(app: App, silence: float) -> None:
    watch = Watch(silence)
    while True:
        await asyncio.sleep(silence / 4)
        with contextlib.suppress(ConnectorException):
            rows = await app.connector.execute_query_all_async(WORDS)
            workers = watch.silent({row["id"]: row["last_heartbeat"] for row in rows}, time.monotonic())
            await take_up(app, workers)


async def take_up(app: App, workers: Sequence[int]) -> list[int]:
    """Queue again what these workers, or any that have left, had begun, and forget them. Returns the jobs.

    What has outlived several workers is done in a process of its own from then on.
    """
    rows = await app.connector.execute_query_all_async(TAKE_UP, workers=list(workers))
    jobs = [int(row["id"]) for row in rows]
    if workers:
        await app.connector.execute_query_async(FORGET, workers=list(workers))
    if jobs:
        await app.connector.execute_query_async(SET_ALONE, jobs=jobs, alone=alone.NAME, after=alone.AFTER)
        await app.connector.execute_query_async(NOT_ITS_FAULT, jobs=jobs, at_most=alone.AFTER)
        TAKEN_UP.inc(len(jobs))
        log.warning("took up the jobs of a worker that fell silent", jobs=jobs)
    return jobs


def with_a_living_connection(call_next: SyncCallNext, _context: JobContext, _worker: Worker) -> Any:
    """Between jobs, as between requests, a thread lets go of its connection: one that broke must not fail all jobs after it."""
    close_old_connections()
    try:
        return call_next()
    finally:
        close_old_connections()


async def counted(call_next: AsyncCallNext, context: JobContext, _worker: Worker) -> Any:
    """Count each job by how it ended, and log what failed without its arguments."""
    task = context.job.task_name
    try:
        result = await call_next()
    except Exception:
        JOBS.labels(task, "failed").inc()
        log.exception("job failed", task=task, job=context.job.id, attempts=context.job.attempts)
        raise
    JOBS.labels(task, "done").inc()
    return result
