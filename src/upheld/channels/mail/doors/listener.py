"""The door for mail by SMTP: 250 only after the COMMIT, 451 whenever we cannot, 552 for what is too large."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import structlog
from django.conf import settings

from upheld.channels.mail.doors.committing import Committer, database
from upheld.channels.mail.doors.session import Allowance, Conversation, Door, Manner, Room
from upheld.channels.mail.trust.believing import believed

log = structlog.stdlib.get_logger("upheld.mail")

HOSTNAME: Final = urlsplit(settings.UPHELD_URL).hostname or "localhost"
MOST_CONVERSATIONS: Final = 1000
PROXY_PATIENCE: Final = 5.0  # seconds in which a balancer has to name the source
IDLE: Final = 300.0  # seconds without a command after which a conversation is ended
GRACE: Final = 10.0  # seconds that mails under way have to be stored when we stop
ROOM: Final = 512 * 1024 * 1024


def run(stop: threading.Event) -> None:
    """Take mail on the address of UPHELD_SMTP_LISTEN until `stop` is set."""
    asyncio.run(_until(stop))


async def _until(stop: threading.Event) -> None:
    told, mail = asyncio.Event(), settings.UPHELD_MAIL
    by_smtp = Manner(is_behind_proxy=mail.is_behind_proxy, tls=certificate(mail.certificate, mail.certificate_key))
    doors = [serve(*settings.UPHELD_SMTP_LISTEN, stop=told, manner=by_smtp)]
    if mail.lmtp_listen is not None:
        doors.append(serve(mail.lmtp_listen.host, mail.lmtp_listen.port, stop=told, manner=Manner(is_lmtp=True)))
    serving = [asyncio.create_task(door) for door in doors]
    while not stop.is_set() and not any(task.done() for task in serving):
        await asyncio.wait(serving, timeout=0.1, return_when=asyncio.FIRST_COMPLETED)
    told.set()
    await asyncio.gather(*serving)


def certificate(chain: Path | None, key: Path | None) -> ssl.SSLContext | None:
    """What STARTTLS shows to other servers; None where no certificate is set. Raises OSError for one that cannot be read."""
    if chain is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(chain, key)
    return context


async def serve(
    host: str,
    port: int,
    *,
    stop: asyncio.Event,
    manner: Manner | None = None,
    committer: Committer | None = None,
    ready: Callable[[int], None] | None = None,
) -> None:
    """Listen until `stop` is set; then let mails under way finish, and end all conversations.

    Listens also while the database is away, and says 451. `ready` hears the port (asked for as 0, it is a free one).
    """
    keeper = committer or Committer(database())
    storing = asyncio.create_task(keeper.run())
    talking: set[Conversation] = set()
    door = Door(keeper, Room(ROOM), believed=believed(), allowance=Allowance(settings.UPHELD_MAIL.rate))
    way = manner or Manner()
    server = await asyncio.get_running_loop().create_server(lambda: _greet(door, way, talking), host, port, backlog=512)
    actual = server.sockets[0].getsockname()[1]
    log.info("listening for mail", host=host, port=actual)
    if ready is not None:
        ready(actual)
    try:
        await stop.wait()
    finally:
        server.close()
        await _end(talking)
        storing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await storing
    log.info("stopped listening for mail")


async def _end(talking: set[Conversation]) -> None:
    deadline = asyncio.get_running_loop().time() + GRACE
    while talking and asyncio.get_running_loop().time() < deadline:
        for conversation in list(talking):
            conversation.say_goodbye()
            if conversation.is_gone:
                talking.discard(conversation)
        await asyncio.sleep(0.05)
    for conversation in list(talking):
        if conversation.transport is not None:
            conversation.transport.abort()  # type: ignore[attr-defined]


def _greet(door: Door, manner: Manner, talking: set[Conversation]) -> asyncio.Protocol:
    if len(talking) >= MOST_CONVERSATIONS:
        return _Busy()
    return _Counted(door, manner, talking)


class _Counted(Conversation):
    """A conversation that is known for as long as it lasts."""

    def __init__(self, door: Door, manner: Manner, talking: set[Conversation]) -> None:
        self.manner = manner
        super().__init__(
            door,
            data_size_limit=settings.UPHELD_MAIL_MAX_BYTES,
            enable_SMTPUTF8=True,
            hostname=HOSTNAME,
            ident="Upheld",
            timeout=IDLE,
            tls_context=manner.tls,
            proxy_protocol_timeout=PROXY_PATIENCE if manner.is_behind_proxy else None,
            loop=asyncio.get_running_loop(),
        )
        self._talking = talking

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._talking.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._talking.discard(self)
        super().connection_lost(error)


class _Busy(asyncio.Protocol):
    """Says that there are too many of them."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.write(b"421 4.3.2 Too many connections, please try again\r\n")
        transport.close()
