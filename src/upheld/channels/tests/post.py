"""A post office for tests: a listener and a sink on loopback, in threads of the test's own process, and a way to write mails."""

from __future__ import annotations

import asyncio
import smtplib
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import make_msgid
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session
from django.conf import settings
from django.db import connection
from psycopg.conninfo import make_conninfo

from upheld.channels.mail.doors import listener
from upheld.channels.mail.doors.committing import Committer
from upheld.channels.mail.doors.session import Manner
from upheld.channels.mail.outgoing.lines import LINES
from upheld.channels.tests.serving import serving

SUPPORT = "support@techflowsolutions.com"


def conninfo() -> str:
    """The database of this test."""
    at = connection.settings_dict
    parts = {
        "dbname": at["NAME"],
        "user": at["USER"],
        "password": at["PASSWORD"],
        "host": at["HOST"],
        "port": at["PORT"],
    }
    given = {name: str(value) for name, value in parts.items() if value}
    return make_conninfo("", **given, application_name="upheld listen")


def letter(
    text: str = "It does not start.",
    *,
    sender: str = "Customer Reed <customer@harbour.example>",
    to: str = SUPPORT,
    title: str = "The pump",
    html: str = "",
    files: Sequence[tuple[str, str, bytes]] = (),
    **fields: Any,
) -> bytes:
    """A mail as a usual program writes it. `fields` such as `in_reply_to` or `auto_submitted` become fields of the head."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, to, title
    mail["Date"] = "Mon, 02 Mar 2026 10:00:00 -0500"
    for name, value in {"message_id": make_msgid(domain="harbour.example"), **fields}.items():
        if value:
            mail[name.replace("_", "-")] = value
    mail.set_content(text)
    if html:
        mail.add_alternative(html, subtype="html")
    for name, content_type, data in files:
        main, _, sub = content_type.partition("/")
        mail.add_attachment(data, maintype=main, subtype=sub, filename=name)
    return mail.as_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


@dataclass
class Listening:
    port: int

    def hand_over(
        self, raw: bytes, *, sender: str = "customer@harbour.example", to: Sequence[str] = (SUPPORT,)
    ) -> tuple[int, bytes]:
        """Give a mail to the listener as another server would. Returns the answer to the end of data."""
        with smtplib.SMTP("127.0.0.1", self.port, timeout=20) as client:
            client.ehlo("mx.harbour.example")
            assert client.mail(sender)[0] == 250
            for address in to:
                assert client.rcpt(address)[0] == 250
            return client.data(raw)


@contextmanager
def listening(
    conninfo: str, committer: Callable[[str], Committer] = Committer, *, manner: Manner | None = None
) -> Iterator[Listening]:
    """A listener in a thread, ended cleanly."""
    ready, begun = threading.Event(), Listening(0)
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()

    def know(port: int) -> None:
        begun.port = port
        ready.set()

    async def serve() -> None:
        await listener.serve("127.0.0.1", 0, stop=stop, manner=manner, committer=committer(conninfo), ready=know)

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()), daemon=True)
    thread.start()
    assert ready.wait(10)
    try:
        yield begun
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(20)
        assert not thread.is_alive()
        loop.close()


@dataclass
class Delivered:
    sender: str
    recipients: list[str]
    raw: bytes


@dataclass
class Sink:
    """Another server. It takes what it is given, unless an answer is set for an address, or for the end of data."""

    port: int = 0
    delivered: list[Delivered] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    at_end: str = ""

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        answer = self.answers.get(address, "250 OK")
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.at_end:
            return self.at_end
        assert isinstance(envelope.content, bytes)
        self.delivered.append(Delivered(envelope.mail_from or "", list(envelope.rcpt_tos), envelope.content))
        return "250 Taken"


@dataclass(frozen=True)
class OutgoingServer:
    """As the environment would name it."""

    host: str
    port: int
    user: str = ""
    password: str = ""
    security: str = "none"
    grant: None = None


@contextmanager
def sink() -> Iterator[Sink]:
    """A sink in a thread, to which mails of ours leave while the block runs."""
    taken, before = Sink(), settings.UPHELD_SMTP
    with serving(taken, enable_SMTPUTF8=True) as taken.port:
        settings.UPHELD_SMTP = OutgoingServer("127.0.0.1", taken.port)
        try:
            yield taken
        finally:
            LINES.close_idle(0)
            settings.UPHELD_SMTP = before
