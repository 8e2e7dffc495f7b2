"""A worker that begins a later job when its time has come, and finds the next job as quickly in a long queue as in a short."""

from __future__ import annotations

from typing import Any, Final

from procrastinate.worker import Worker
from psycopg import AsyncConnection

NEXT: Final = """
SELECT extract(epoch FROM min(scheduled_at) - clock_timestamp())::float8 AS seconds
  FROM procrastinate_jobs WHERE status = 'todo' AND scheduled_at > clock_timestamp()
"""
JUST_AFTER: Final = 0.005  # seconds


async def by_index(connection: AsyncConnection[Any]) -> None:
    """For each new connection of the queue: the next job is found by the index, and never by reading all that wait.

    The queue is mostly empty, so that is how the database has it in its statistics. When many jobs come at once it would go on
    reading the whole table, and for each row of it once more: with 700 jobs each of them cost 40 ms.
    """
    await connection.execute("SET enable_seqscan = off")
    await connection.commit()


class Punctual(Worker):
    """Procrastinate's looks for later jobs every few seconds. This one asks, when nothing is left to do, when the next is due.

    Whoever queues a job wakes the workers, so that a job that is due sooner is never missed.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._longest = self.fetch_job_polling_interval

    async def _fetch_and_process_jobs(self) -> None:
        await super()._fetch_and_process_jobs()  # type: ignore[no-untyped-call]
        if self._stop_event.is_set():
            return
        row = await self.app.connector.execute_query_one_async(NEXT)
        until_next = row["seconds"]
        wait = self._longest if until_next is None else max(0.0, until_next) + JUST_AFTER
        self.fetch_job_polling_interval = min(self._longest, wait)
