"""Lines to the outgoing server that are kept for some seconds, since the next mail often follows at once."""

from __future__ import annotations

import smtplib
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final, cast

from upheld.channels.mail.servers import Grant, Server, token

TIMEOUT: Final = 30.0  # seconds for the connection and for each answer
QUICK: Final = 3.0  # seconds for an answer that only says that somebody is there
KEPT: Final = 10.0  # seconds that a line may be idle
MOST_IDLE: Final = 8
MOST_MAILS: Final = 100  # over one line; many servers count
TOKEN_LASTS: Final = 300.0  # seconds; providers give them for an hour


@dataclass(slots=True)
class Line:
    """A connection that has said who we are. `is_clean`: between two mails, so that the next may begin."""

    server: Server
    connection: smtplib.SMTP
    mails: int = 0
    idle_since: float = 0.0
    is_clean: bool = True

    def answers(self) -> bool:
        """Whether the server is still there and knows of no mail begun."""
        try:
            self._patience(QUICK)
            answers = self.connection.rset()[0] == 250
            self._patience(TIMEOUT)
            return answers
        except (OSError, smtplib.SMTPException):
            return False

    def close(self) -> None:
        with suppress(OSError, smtplib.SMTPException):
            self._patience(QUICK)
            self.connection.quit()
        self.connection.close()

    def _patience(self, seconds: float) -> None:
        if self.connection.sock is not None:
            self.connection.sock.settimeout(seconds)


@dataclass(slots=True)
class Lines:
    """Of one process, for all its threads. A line is used by one of them at a time, and one that broke is never used again."""

    _idle: list[Line] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _clock: threading.Timer | None = None

    def take(self, server: Server) -> Line:
        """A line to the server, kept or new. Raises what connecting raises, and NoToken."""
        while (line := self._pop(server)) is not None:
            if line.answers():
                return line
            line.connection.close()
        return Line(server, _connected(server))

    def give_back(self, line: Line) -> None:
        """Keep it for the next mail if it may be used again, else close it."""
        line.mails += 1
        if not line.is_clean or line.mails >= MOST_MAILS:
            line.close()
            return
        line.idle_since = time.monotonic()
        with self._lock:
            self._idle.append(line)
            surplus = [self._idle.pop(0)] if len(self._idle) > MOST_IDLE else []
            self._wind_up()
        for one in surplus:
            one.close()

    def close_idle(self, older_than: float = KEPT) -> None:
        """Close what nobody has used for that long."""
        now = time.monotonic()
        with self._lock:
            old = [line for line in self._idle if now - line.idle_since >= older_than]
            self._idle = [line for line in self._idle if line not in old]
            self._clock = None
            if self._idle:
                self._wind_up()
        for line in old:
            line.close()

    def _pop(self, server: Server) -> Line | None:
        now = time.monotonic()
        with self._lock:
            for number in range(len(self._idle) - 1, -1, -1):
                line = self._idle[number]
                if line.server == server and now - line.idle_since < KEPT:
                    return self._idle.pop(number)
        return None

    def _wind_up(self) -> None:
        if self._clock is None:
            self._clock = threading.Timer(KEPT, self.close_idle)
            self._clock.daemon = True
            self._clock.start()


def _connected(server: Server) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if server.security == "tls":
        connection: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT, context=context)
    else:
        connection = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT)
    try:
        connection.ehlo_or_helo_if_needed()
        if server.security == "starttls":
            connection.starttls(context=context)
        _sign_in(connection, server)
    except BaseException:
        connection.close()
        raise
    return connection


def _sign_in(connection: smtplib.SMTP, server: Server) -> None:
    if server.grant is not None:
        connection.ehlo_or_helo_if_needed()
        said = f"user={server.user}\x01auth=Bearer {TOKENS.of(server.grant)}\x01\x01"
        try:
            connection.auth("XOAUTH2", cast("Any", _once(said)))  # its stub describes two kinds of answers
        except smtplib.SMTPException:
            TOKENS.forget(server.grant)
            raise
    elif server.user:
        connection.login(server.user, server.password)


def _once(said: str) -> Callable[[bytes | None], str]:
    """What we say first; to what the server then says about it (its reason for a refusal) the answer is empty."""

    def answer(challenge: bytes | None = None) -> str:
        return said if challenge is None else ""

    return answer


class Tokens:
    """Access tokens by grant, as long as they are surely good."""

    def __init__(self) -> None:
        self._known: dict[Grant, tuple[str, float]] = {}

    def of(self, grant: Grant) -> str:
        known = self._known.get(grant)
        if known is None or time.monotonic() - known[1] > TOKEN_LASTS:
            known = self._known[grant] = (token(grant), time.monotonic())
        return known[0]

    def forget(self, grant: Grant) -> None:
        self._known.pop(grant, None)


TOKENS: Final = Tokens()
LINES: Final = Lines()
