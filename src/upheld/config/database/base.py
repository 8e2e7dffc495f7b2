"""The engine that settings name. Django asks an empty question of each connection that it takes from the pool; here it looks
whether the server hung up, which takes no time, and asks only when the last time is a while ago.
"""

from __future__ import annotations

import select
import time
from functools import cached_property
from typing import Any
from weakref import WeakKeyDictionary

from django.db.backends.postgresql import base
from psycopg import Connection
from psycopg_pool import ConnectionPool

ASKED_AGAIN_AFTER = 5.0  # seconds; a wire that was cut without a word is noticed then
_asked: WeakKeyDictionary[Connection[Any], float] = WeakKeyDictionary()


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's, but for the check of the pool."""

    @cached_property
    def pool(self) -> ConnectionPool | None:
        pool: ConnectionPool | None = super().pool
        if pool is not None and self.settings_dict["CONN_HEALTH_CHECKS"]:
            pool._check = check
        return pool


def check(connection: Connection[Any]) -> None:
    """Raise when the connection is lost. A server that ends, or ends the connection, says so, and then there is something to
    read on a wire that has to be silent.
    """
    now = time.monotonic()
    if now - _asked.get(connection, 0.0) < ASKED_AGAIN_AFTER and _is_silent(connection):
        return
    ConnectionPool.check_connection(connection)
    _asked[connection] = now


def _is_silent(connection: Connection[Any]) -> bool:
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return not poll.poll(0)
