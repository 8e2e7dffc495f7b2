"""A job that tells of an event takes others of its kind along that wait behind it: what comes in crowds is done in crowds.

To fetch a job, to begin it and to end it costs as much as half of what most of them do, and each mail by itself is a transaction
by itself. Taken along is only what was never tried, so that whatever spoils a crowd, or ends its worker, is alone the next time.
What is taken along belongs to the worker like any other job: when it falls silent, all of them are taken up again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any, Final

import structlog
from django.db import DatabaseError, InterfaceError, connection, transaction
from django.utils.module_loading import import_string
from procrastinate.job_context import JobContext
from procrastinate.middleware import SyncCallNext
from procrastinate.worker import Worker

from upheld.config.wiring import TOGETHER
from upheld.events.jobs import EVENT, react
from upheld.events.models import Event
from upheld.statements import Asked, Given, among

log = structlog.stdlib.get_logger("upheld.jobs")

MOST: Final = 15
LOOKED_AT: Final = 60  # of the jobs that come next; a crowd of another kind is not searched through
LARGE: Final = 256 * 1024  # bytes of a mail that is alone, so that a crowd of them fits into memory
TRIES: Final = 5

CLAIM: Final = """
WITH next AS MATERIALIZED (
    SELECT id FROM procrastinate_jobs WHERE status = 'todo' ORDER BY priority DESC, id LIMIT %s
), taken AS (
    SELECT job.id, event.id AS event_id
      FROM next JOIN procrastinate_jobs job ON job.id = next.id
      JOIN events_event event ON event.id = (job.args->>'event_id')::bigint
     WHERE job.status = 'todo' AND job.task_name = 'events.react' AND job.attempts = 0 AND job.lock IS NULL
       AND job.queueing_lock IS NULL AND job.scheduled_at IS NULL
       AND event.kind = %s AND coalesce((event.data->>'size')::bigint, 0) <= %s
     ORDER BY job.id LIMIT %s FOR UPDATE OF job SKIP LOCKED
)
UPDATE procrastinate_jobs job SET status = 'doing', worker_id = %s FROM taken WHERE job.id = taken.id
RETURNING job.id, taken.event_id
"""
DONE: Final = "DELETE FROM procrastinate_jobs WHERE id = ANY(%s) AND worker_id = %s"
BACK: Final = """
SELECT procrastinate_retry_job_v2(id, now(), NULL, NULL, NULL)
  FROM procrastinate_jobs WHERE id = ANY(%s) AND worker_id = %s AND status = 'doing'
"""
EVENTS: Final = Asked(lambda: Event.objects.filter(among("id", Given("ids"))).order_by("id"))


def in_company(call_next: SyncCallNext, context: JobContext, worker: Worker) -> Any:
    """Do the job; with those that it takes along, if it may and there are any."""
    job = context.job
    if job.task_name != react.name or job.attempts or job.lock or worker.worker_id is None:
        return call_next()
    (leader,) = EVENT(pk=job.task_kwargs["event_id"]) or (None,)
    if leader is None or leader.kind not in TOGETHER or leader.data.get("size", 0) > LARGE:
        return call_next()
    jobs = _claimed(leader.kind, worker.worker_id)
    if not jobs:
        return call_next()
    told: set[int] = set()
    try:
        told = _told(leader.kind, EVENTS(ids=[leader.pk, *jobs]))
    finally:
        _let_go(jobs, told, worker)
    return None if leader.pk in told else call_next()


def _claimed(kind: str, worker_id: int) -> dict[int, int]:
    """The jobs that are taken along, by the number of their event."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")  # see punctual.by_index
        cursor.execute(CLAIM, [LOOKED_AT, kind, LARGE, MOST, worker_id])
        return {event_id: job_id for job_id, event_id in cursor.fetchall()}


def _told(kind: str, events: Sequence[Event]) -> set[int]:
    """Tell of all of them. Returns of which it was done; the others are to be told of alone."""
    name = TOGETHER[kind]
    if name:
        handler: Callable[[Sequence[Event]], set[int]] = import_string(name)
        return handler(events)
    return {event.pk for event in events if _is_told(event)}


def _is_told(event: Event) -> bool:
    try:
        react.func(event.pk)
    except Exception as error:  # noqa: BLE001 - it is tried again alone, and then its failure counts and is logged
        log.info("could not be done in company", kind=event.kind, reason=type(error).__name__)
        return False
    return True


def _let_go(jobs: dict[int, int], told: set[int], worker: Worker) -> None:
    """End what was done, and queue the rest again. A worker that cannot do so stops, and then they are taken up."""
    done = [job for event, job in jobs.items() if event in told]
    left = [job for event, job in jobs.items() if event not in told]
    for _ in range(TRIES):
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(DONE, [done, worker.worker_id])
                if left:
                    cursor.execute(BACK, [left, worker.worker_id])
            return
        except (DatabaseError, InterfaceError):
            connection.close()
            time.sleep(1)
    worker.stop()  # type: ignore[no-untyped-call]
