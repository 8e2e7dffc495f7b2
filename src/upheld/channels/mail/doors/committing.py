"""Storing mail for many senders at once: those that wait together are committed together, and each hears when it is safe.

One durable commit costs a write to the disk whatever it holds. So the mails that arrive while one commit is under way share the
next. Nobody waits for a batch to fill up, and nobody is told "stored" before the COMMIT has returned.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import psycopg
import structlog
from django.conf import settings
from psycopg.conninfo import make_conninfo

from upheld.channels.mail.receiving import STORE, Incoming, columns

log = structlog.stdlib.get_logger("upheld.mail")

WRITERS: Final = 2  # while one waits for the disk, the other sends its rows
MOST_AT_ONCE: Final = 200
MOST_BYTES: Final = 16 * 1024 * 1024
DJANGOS: Final = frozenset({"pool", "server_side_binding", "prepare_threshold"})  # options that libpq does not know
PATIENCE: Final = "20s"  # for a statement; a sender waits minutes, but should not have to


class NotStored(Exception):
    """The mail is not in the database as far as we know: the sender has to try again."""


def database() -> str:
    """How to reach Django's database without Django."""
    at = settings.DATABASES["default"]
    options = {name: value for name, value in at["OPTIONS"].items() if name not in DJANGOS}
    parts = {
        "dbname": at["NAME"],
        "user": at["USER"],
        "password": at["PASSWORD"],
        "host": at["HOST"],
        "port": at["PORT"],
    }
    given = {name: value for name, value in parts.items() if value}
    return make_conninfo(**(options | given | {"application_name": "upheld listen"}))


class Writer:
    """One connection, made anew when it was lost."""

    def __init__(self, conninfo: str) -> None:
        self.conninfo = conninfo
        self.connection: psycopg.AsyncConnection | None = None

    async def write(self, mails: Sequence[Incoming]) -> None:
        """Return after the COMMIT. A connection that proves dead is replaced once; storing twice stores once, by digest."""
        is_fresh = self.connection is None
        try:
            await self._transaction(mails)
        except (psycopg.OperationalError, psycopg.InterfaceError):
            await self.close()
            if is_fresh:
                raise
            await self._transaction(mails)

    async def _transaction(self, mails: Sequence[Incoming]) -> None:
        if self.connection is None:
            self.connection = await self._connect()
        async with self.connection.transaction():
            await self.connection.execute(STORE, columns(mails))
            await self.before_commit()
        await self.after_commit()

    async def _connect(self) -> psycopg.AsyncConnection:
        connection = await psycopg.AsyncConnection.connect(self.conninfo, autocommit=True)
        await connection.execute("SELECT set_config('statement_timeout', %s, false)", [PATIENCE])
        await connection.execute(
            "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"
        )
        return connection

    async def close(self) -> None:
        connection, self.connection = self.connection, None
        if connection is not None:
            with contextlib.suppress(psycopg.Error, OSError):
                await connection.close()

    async def before_commit(self) -> None:
        """Where a test lets the process die."""

    async def after_commit(self) -> None:
        """Where a test lets the process die."""


@dataclass(slots=True)
class _Waiting:
    mail: Incoming
    stored: asyncio.Future[None]


@dataclass(slots=True)
class Committer:
    """`store` returns once the mail is committed. `run` does the work, until it is cancelled."""

    conninfo: str
    writer: Callable[[str], Writer] = Writer
    _waiting: deque[_Waiting] = field(default_factory=deque)
    _arrived: asyncio.Event = field(default_factory=asyncio.Event)

    async def store(self, mail: Incoming) -> None:
        """Raises NotStored when the database does not take it, for whatever reason."""
        one = _Waiting(mail, asyncio.get_running_loop().create_future())
        self._waiting.append(one)
        self._arrived.set()
        await one.stored

    async def run(self) -> None:
        """Keep the writers at work. Mails that wait when it ends are told NotStored."""
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(WRITERS):
                    group.create_task(self._write_forever())
        finally:
            while self._waiting:
                _refuse([self._waiting.popleft()], NotStored("the listener is stopping"))

    async def _write_forever(self) -> None:
        writer = self.writer(self.conninfo)
        try:
            while True:
                await self._arrived.wait()
                batch = self._next_batch()
                if batch:
                    await _settle(writer, batch)
        finally:
            await writer.close()

    def _next_batch(self) -> list[_Waiting]:
        batch: list[_Waiting] = []
        size = 0
        while (
            self._waiting
            and len(batch) < MOST_AT_ONCE
            and (not batch or size + len(self._waiting[0].mail.raw) <= MOST_BYTES)
        ):
            batch.append(self._waiting.popleft())
            size += len(batch[-1].mail.raw)
        if not self._waiting:
            self._arrived.clear()
        return batch


async def _settle(writer: Writer, batch: Sequence[_Waiting]) -> None:
    """Store the batch, or tell everybody in it that it is not stored. One mail that the database refuses spoils no other."""
    try:
        await writer.write([one.mail for one in batch])
    except asyncio.CancelledError:
        _refuse(batch, NotStored("the listener is stopping"))
        raise
    except (psycopg.OperationalError, psycopg.InterfaceError, OSError) as away:
        _refuse(batch, NotStored(type(away).__name__))
        log.warning("mail not stored, the sender tries again", reason=type(away).__name__, mails=len(batch))
    except Exception as wrong:
        if len(batch) > 1:
            for one in batch:
                await _settle(writer, [one])
        else:
            _refuse(batch, NotStored(type(wrong).__name__))
            log.exception("mail not stored, the sender tries again", size=len(batch[0].mail.raw))
    else:
        for one in batch:
            if not one.stored.done():
                one.stored.set_result(None)


def _refuse(batch: Sequence[_Waiting], why: NotStored) -> None:
    for one in batch:
        if not one.stored.done():
            one.stored.set_exception(why)
