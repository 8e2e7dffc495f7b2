"""Where the demo's outgoing mail ends: an SMTP server that accepts everything, keeps it, and sends nothing on."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from upheld.cli.demo.ports import LOOPBACK

KEPT_IN_MEMORY = 1000


@dataclass(frozen=True, slots=True)
class Received:
    """One mail as it came over the wire."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        return message_from_bytes(self.raw, _class=EmailMessage, policy=policy.default)

    @property
    def text(self) -> str:
        """The plain part, or the HTML where there is no other."""
        body = self.message.get_body(preferencelist=("plain", "html"))
        return str(body.get_content()).replace("\r\n", "\n") if body else ""


class Sink:
    """Listens on the loopback interface from `start` to `stop`; with a folder, each mail is also a file in it."""

    def __init__(self, port: int, folder: Path | None = None) -> None:
        self.port = port
        self.folder = folder
        self._arrived = threading.Condition()
        self._received: deque[Received] = deque(maxlen=KEPT_IN_MEMORY)
        self._controller = Controller(self, hostname=LOOPBACK, port=port, decode_data=False, ident="Upheld demo sink")

    def start(self) -> None:
        if self.folder:
            self.folder.mkdir(parents=True, exist_ok=True)
        self._controller.start()

    def stop(self) -> None:
        self._controller.stop(no_assert=True)

    @property
    def received(self) -> list[Received]:
        with self._arrived:
            return list(self._received)

    def wait_for(self, wanted: Callable[[Received], bool], *, seconds: float) -> Received | None:
        """The first mail that is wanted, of those that came and those that come within the time; else None."""
        deadline = time.monotonic() + seconds
        with self._arrived:
            while True:
                for mail in self._received:
                    if wanted(mail):
                        return mail
                rest = deadline - time.monotonic()
                if rest <= 0:
                    return None
                self._arrived.wait(rest)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        raw = envelope.content
        assert isinstance(raw, bytes)
        mail = Received(envelope.mail_from or "", tuple(envelope.rcpt_tos), raw)
        if self.folder:
            (self.folder / f"{time.time_ns()}.eml").write_bytes(raw)
        with self._arrived:
            self._received.append(mail)
            self._arrived.notify_all()
        return "250 Kept"
