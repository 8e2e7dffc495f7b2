"""A mail server of the tests' own, in a thread and on a loop of its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from ssl import SSLContext
from typing import Any

from aiosmtpd.smtp import SMTP


@contextmanager
def serving(
    handler: object, *, host: str = "127.0.0.1", tls: SSLContext | None = None, **manners: Any
) -> Iterator[int]:
    """Speaks SMTP by `manners` (those of aiosmtpd) while the block runs. Yields its port."""
    loop, ready, ports = asyncio.new_event_loop(), threading.Event(), list[int]()
    stop = asyncio.Event()

    def conversation() -> SMTP:
        return SMTP(handler, loop=loop, **{"hostname": "sink"} | manners)

    async def serve() -> None:
        server = await loop.create_server(conversation, host, 0, ssl=tls, backlog=128)
        ports.append(server.sockets[0].getsockname()[1])
        ready.set()
        await stop.wait()
        server.close()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()), daemon=True)
    thread.start()
    assert ready.wait(10)
    try:
        yield ports[0]
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
