"""One listener on PostgreSQL for each process, and everybody in that process who wants to hear it.

What arrives within a moment is told together, a subject once, so that a burst of ten thousand breaches is one message and not ten
thousand. Whoever falls behind, or was deaf while the connection was lost, is told to look afresh.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

import psycopg
import structlog
from django.db import connections

from upheld.events.actions import LIVE_CHANNEL

log = structlog.stdlib.get_logger("upheld.live")
TOGETHER = 0.03  # seconds for which changes are gathered
MOST_TOGETHER = 200  # subjects; beyond that everybody looks afresh
MOST_WAITING = 100  # batches that a slow reader may be behind
PATIENCE = (0.2, 0.5, 1.0, 2.0, 5.0)  # seconds between tries to connect again

Change = dict[str, Any]  # {"id": event, "kind": …, "subject": …}
AFRESH: list[Change] = []  # an empty batch: something was missed


@dataclass(eq=False, slots=True)
class Subscriber:
    """Hears the changes that `may_hear` lets through."""

    may_hear: Callable[[Change], bool]
    waiting: asyncio.Queue[list[Change]] = field(default_factory=lambda: asyncio.Queue(MOST_WAITING))

    def tell(self, batch: list[Change]) -> None:
        heard = [change for change in batch if self.may_hear(change)] if batch else AFRESH
        if batch and not heard:
            return
        if self.waiting.full():
            while not self.waiting.empty():
                self.waiting.get_nowait()
            heard = AFRESH
        self.waiting.put_nowait(heard)


class Hub:
    """Listens while anybody subscribes, and reconnects by itself."""

    def __init__(self) -> None:
        self.subscribers: set[Subscriber] = set()
        self._listening: asyncio.Task[None] | None = None
        self._gathered: dict[str, Change] = {}
        self._telling: asyncio.TimerHandle | None = None
        self.listening = asyncio.Event()

    def subscribe(self, may_hear: Callable[[Change], bool]) -> Subscriber:
        subscriber = Subscriber(may_hear)
        self.subscribers.add(subscriber)
        if self._listening is None or self._listening.done():
            self._listening = asyncio.create_task(self._listen())
        return subscriber

    def unsubscribe(self, subscriber: Subscriber) -> None:
        self.subscribers.discard(subscriber)
        if not self.subscribers and self._listening is not None:
            self._listening.cancel()
            self._listening = None

    async def _listen(self) -> None:
        tries = 0
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(**_where(), autocommit=True) as connection:
                    await connection.execute(f"LISTEN {LIVE_CHANNEL}")
                    self.listening.set()
                    if tries:
                        self._tell(AFRESH)
                    tries = 0
                    async for notify in connection.notifies():
                        self._gather(notify.payload)
            except (psycopg.Error, OSError) as error:
                log.warning("live connection lost", error=type(error).__name__, tries=tries)
            finally:
                self.listening.clear()
            await asyncio.sleep(PATIENCE[min(tries, len(PATIENCE) - 1)])
            tries += 1

    def _gather(self, payload: str) -> None:
        with suppress(ValueError, TypeError, KeyError):
            change = json.loads(payload)
            self._gathered[change["subject"]] = change
        if self._telling is None:
            self._telling = asyncio.get_running_loop().call_later(TOGETHER, self._tell_gathered)

    def _tell_gathered(self) -> None:
        self._telling = None
        batch, self._gathered = list(self._gathered.values()), {}
        if batch:
            self._tell(batch if len(batch) <= MOST_TOGETHER else AFRESH)

    def _tell(self, batch: list[Change]) -> None:
        for subscriber in self.subscribers:
            subscriber.tell(batch)


_hubs: WeakKeyDictionary[asyncio.AbstractEventLoop, Hub] = WeakKeyDictionary()


def hub() -> Hub:
    """The hub of this process's event loop."""
    loop = asyncio.get_running_loop()
    if loop not in _hubs:
        _hubs[loop] = Hub()
    return _hubs[loop]


def _where() -> dict[str, Any]:
    """How to reach the database, without Django's pool: this connection does nothing but listen."""
    held = connections["default"].settings_dict
    named = {
        "dbname": held["NAME"],
        "user": held["USER"],
        "password": held["PASSWORD"],
        "host": held["HOST"],
        "port": held["PORT"],
    }
    options = {
        name: value
        for name, value in held["OPTIONS"].items()
        if name not in ("pool", "server_side_binding", "isolation_level", "assume_role")
    }
    return {**{name: value for name, value in named.items() if value}, **options}
