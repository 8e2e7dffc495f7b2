"""One conversation with a sending server. More forgiving than the library's, since any bytes are mail, and quicker.

A mail ends with CRLF "." CRLF and with nothing else, so that nobody smuggles a second one past a server that sees it otherwise.
"""

from __future__ import annotations

import asyncio
import logging
import re
import ssl
import time
from dataclasses import dataclass
from typing import Any, ClassVar, Final

import structlog
from aiosmtpd.proxy_protocol import ProxyData
from aiosmtpd.smtp import SMTP, Envelope, Session

from upheld.channels.mail.doors.committing import Committer, NotStored
from upheld.channels.mail.receiving import Incoming
from upheld.channels.mail.trust import Believed

log = structlog.stdlib.get_logger("upheld.mail")
logging.getLogger("mail.log").setLevel(logging.ERROR)  # the library would log addresses

READ_AHEAD: Final = 256 * 1024
LONGEST_COMMAND: Final = 2048
MOST_RECIPIENTS: Final = 200
END: Final = b"\r\n.\r\n"
FAIR_SHARE: Final = 500  # lines after which other conversations get their turn
NULL_SENDER: Final = "<>"
_PATH: Final = re.compile(r'\s*<(?:@[^:<>]{0,500}:)?("[^"]{1,200}"@[^<>\s]+|[^<>\s]*)>\s*(.*)', re.DOTALL)
_BARE_PATH: Final = re.compile(r"\s*([^<>\s]+)\s*(.*)", re.DOTALL)


class NotTaken(Exception):
    """The mail is thrown away; the text is the answer to the sender."""


@dataclass(slots=True)
class Room:
    """Bytes that all conversations together may hold in memory."""

    free: int

    def take(self, size: int) -> bool:
        if size > self.free:
            return False
        self.free -= size
        return True

    def give_back(self, size: int) -> None:
        self.free += size


class Allowance:
    """How many mails a source may still bring in this minute. 0 a minute is no limit."""

    def __init__(self, a_minute: int) -> None:
        self.a_minute = a_minute
        self._minute = 0
        self._brought: dict[str, int] = {}

    def take(self, source: str, now: float) -> bool:
        if not self.a_minute:
            return True
        if int(now // 60) != self._minute:
            self._minute, self._brought = int(now // 60), {}
        self._brought[source] = self._brought.get(source, 0) + 1
        return self._brought[source] <= self.a_minute


@dataclass(frozen=True, slots=True)
class Manner:
    """How a door speaks: LMTP or SMTP, behind a balancer that names the real source first, with a certificate or without."""

    is_lmtp: bool = False
    is_behind_proxy: bool = False
    tls: ssl.SSLContext | None = None


class _Quick:
    """The library looks through all members of its objects for each conversation; these are the ones that it looks for."""

    _members: ClassVar[list[str]] = []

    def __init_subclass__(cls) -> None:
        cls._members = [name for name in dir(cls) if name.startswith(("smtp_", "auth_", "handle_"))]

    def __dir__(self) -> list[str]:
        return self._members


class Door(_Quick):
    """What the library calls for the commands of all conversations."""

    def __init__(
        self, committer: Committer, room: Room, *, believed: Believed | None = None, allowance: Allowance | None = None
    ) -> None:
        self.committer = committer
        self.room = room
        self.believed = believed or Believed()
        self.allowance = allowance or Allowance(0)

    async def handle_PROXY(  # noqa: N802
        self, _server: SMTP, session: Session, _envelope: Envelope, proxy_data: ProxyData
    ) -> bool:
        """Only a relay of ours may say on whose behalf it speaks."""
        return proxy_data.valid and self.believed.is_relay(_host(session.peer))

    async def handle_MAIL(  # noqa: N802
        self, _server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        peer = source_of(session)
        if not self.believed.is_relay(peer) and not self.allowance.take(peer, time.time()):
            return "451 4.7.1 Too many mails from you in this minute, please try again"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_EHLO(  # noqa: N802 - the library finds its hooks by these names
        self, _server: SMTP, session: Session, _envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        return ["250-PIPELINING", "250-ENHANCEDSTATUSCODES", *responses]

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if len(envelope.rcpt_tos) >= MOST_RECIPIENTS:
            return "452 4.5.3 Too many recipients"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        recipients = [_escaped(one) for one in envelope.rcpt_tos]
        door = "lmtp" if isinstance(server, Conversation) and server.manner.is_lmtp else "smtp"
        mail = Incoming(envelope.content, _escaped(envelope.mail_from or ""), recipients, source_of(session), door)
        try:
            await self.committer.store(mail)
        except NotStored:
            return "451 4.3.0 Not stored, please try again"
        return f"250 2.6.0 Stored as {mail.sha256[:16]}"

    async def handle_exception(self, error: Exception) -> str:
        """An error of ours is never the mail's fault: the sender keeps it and tries again."""
        log.error("a conversation went wrong", exc_info=error)
        return "451 4.3.0 Not done, please try again"


class Conversation(_Quick, SMTP):
    """Takes mail of any form up to the size limit; lines may have any length, and bare line feeds stay as they came."""

    line_length_limit = READ_AHEAD
    command_size_limit = LONGEST_COMMAND
    is_busy = False  # a mail is under way: it is let finish when the listener stops
    manner = Manner()

    async def smtp_LHLO(self, arg: str) -> None:  # noqa: N802
        if not self.manner.is_lmtp:
            await self.push("500 5.5.1 This is SMTP")
            return
        await super().smtp_EHLO(arg)

    async def smtp_EHLO(self, arg: str) -> None:  # noqa: N802
        await (self.push("500 5.5.1 This is LMTP") if self.manner.is_lmtp else super().smtp_EHLO(arg))

    async def smtp_HELO(self, arg: str) -> None:  # noqa: N802
        await (self.push("500 5.5.1 This is LMTP") if self.manner.is_lmtp else super().smtp_HELO(arg))

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        assert self.envelope is not None
        if await self.check_helo_needed():
            return
        if arg or not self.envelope.rcpt_tos:
            await self.push("501 5.5.4 Syntax: DATA" if arg else "503 5.5.1 Error: need RCPT command")
            return
        room: Room = self.event_handler.room
        held, self.is_busy = _Held(room, self.data_size_limit or 0), True
        try:
            await self.push("354 End data with <CR><LF>.<CR><LF>")
            self.envelope.content = await self._mail(held)
            status = await self._call_handler_hook("DATA")
        except NotTaken as why:
            status = str(why)
        finally:
            self.is_busy = False
            room.give_back(held.size)
        answers = len(self.envelope.rcpt_tos) if self.manner.is_lmtp else 1  # LMTP answers for each recipient
        self._set_post_data_state()  # type: ignore[no-untyped-call]
        self._reset_timeout()
        for _ in range(answers):
            await self.push(status)

    async def _mail(self, held: _Held) -> bytes:
        """The mail with its dots undone. What is not taken is read to its end as well, before NotTaken is raised."""
        if not await self._short_lines(held):
            while True:
                try:
                    held.add((await self._reader.readuntil(END))[:-3])
                    break
                except asyncio.LimitOverrunError as long:
                    held.add(await self._reader.readexactly(long.consumed))
                    self._reset_timeout()
        return held.whole()

    async def _short_lines(self, held: _Held) -> bool:
        """Read lines that are too short to search for END from their beginning, since it may have begun in the line before.

        True if the mail ended with them. The line of DATA itself counts as the line before the first.
        """
        before, count = b"\r\n", 0
        while True:
            chunk = await self._reader.readexactly(3)
            has_end = b"\r" in chunk
            if has_end and not chunk.endswith(b"\r\n"):
                try:
                    chunk += await self._reader.readuntil(b"\r\n")
                except asyncio.LimitOverrunError as long:
                    chunk += await self._reader.readexactly(long.consumed)
                    has_end = False
            before = (before + chunk)[-len(END) :]
            is_over = before == END
            held.add(chunk[:-3] if is_over else chunk)
            if is_over or not has_end:
                return is_over
            count += 1
            if count % FAIR_SHARE == 0:
                self._reset_timeout()
                await asyncio.sleep(0)

    def _getaddr(self, arg: str) -> tuple[str | None, str | None]:
        """Whatever stands between the angle brackets: who may write to us is not decided by grammar."""
        found = _PATH.fullmatch(arg) or _BARE_PATH.fullmatch(arg)
        return (found[1] or NULL_SENDER, found[2]) if found else (None, None)

    @property
    def is_gone(self) -> bool:
        """The line is closed; an encrypted one does not always say so by itself."""
        return self.transport is None or self.transport.is_closing()

    def say_goodbye(self) -> None:
        """End the conversation, unless a mail is under way."""
        if not self.is_busy and not self.is_gone:
            transport: Any = self.transport
            transport.write(b"421 4.3.2 Going down, please try again\r\n")
            transport.close()


class _Held:
    """A mail as it grows."""

    def __init__(self, room: Room, limit: int) -> None:
        self.room = room
        self.limit = limit
        self.size = 0
        self.pieces: list[bytes] = [b"\r\n"]
        self.refusal = ""

    def add(self, piece: bytes) -> None:
        if self.refusal:
            return
        if self.limit and self.size + len(piece) > self.limit:
            self.refusal = f"552 5.3.4 Error: the mail exceeds {self.limit} bytes"
        elif not self.room.take(len(piece)):
            self.refusal = "452 4.3.1 Too much at once, please try again"
        else:
            self.size += len(piece)
            self.pieces.append(piece)
            return
        self.pieces.clear()

    def whole(self) -> bytes:
        """Raises NotTaken."""
        if self.refusal:
            raise NotTaken(self.refusal)
        return b"".join(self.pieces).replace(b"\r\n.", b"\r\n")[2:]


def source_of(session: Session) -> str:
    """The address that the mail comes from, as a balancer before us says, or as the connection does."""
    if session.proxy_data is not None and session.proxy_data.src_addr is not None:
        return str(session.proxy_data.src_addr)
    return _host(session.peer)


def _host(peer: object) -> str:
    return str(peer[0]) if isinstance(peer, tuple) and peer else ""


def _escaped(address: str) -> str:
    """Bytes that are no UTF-8 stand in the address as surrogates; shown as what they are."""
    return address.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
