"""The other server: one connection to one folder, in the few words that fetching needs."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Any, Final

import imapclient
import structlog
from django.conf import settings
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError

from upheld.channels.mail.fetching.accounts import Account
from upheld.channels.mail.fetching.bounded import Client
from upheld.channels.mail.servers import NoToken, token

log = structlog.stdlib.get_logger("upheld.fetch")

PATIENCE: Final = 60.0  # seconds for an answer
AT_ONCE: Final = 20
SIZES_AT_ONCE: Final = 500
LARGEST: Final = 2**40
HIGHEST: Final = 2**32 - 1  # of the numbers of IMAP (RFC 9051)
STEP: Final = 0.5  # seconds after which a wait looks whether it is to end
MARK: Final = "$Upheld"
Trouble = (IMAPClientError, OSError, EOFError, ValueError, KeyError, NoToken)
"""What a server, a network or a provider can do to us; the connection is given up and made anew."""


class Folder:
    """A folder that is open. Not for several threads."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.client = _signed_in(account)
        try:
            told = self.client.select_folder(account.folder)
            self.uid_validity = _number(told[b"UIDVALIDITY"])
        except BaseException:
            self.close()
            raise
        self.trying = 0
        self.may_mark = b"\\*" in told.get(b"PERMANENTFLAGS", ())

    def numbers(self, after: int = 0) -> set[int]:
        """Every mail that stands in the folder now, whatever its flags; only those with a higher number than `after`."""
        found = self.client.search(["UID", f"{after + 1}:*"])
        return {_number(number) for number in found if number > after}  # `n:*` names the last one in any case

    def sizes(self, numbers: Sequence[int]) -> dict[int, int]:
        """What the server says of these; servers take only so long a line, so it is asked for some at a time."""
        sizes: dict[int, int] = {}
        for at in range(0, len(numbers), SIZES_AT_ONCE):
            asked = numbers[at : at + SIZES_AT_ONCE]
            found = self.client.fetch(asked, ["RFC822.SIZE"])
            sizes |= {
                one: min(int(found[one][b"RFC822.SIZE"]), LARGEST)
                for one in asked
                if b"RFC822.SIZE" in found.get(one, {})
            }
        return sizes

    def mails(self, numbers: Sequence[int]) -> Iterator[tuple[int, bytes]]:
        """Number and bytes of each that is still there; marks nothing as read. One that the server cannot give is passed over.

        `trying` is the number under way, so that one that breaks the line is known by it.
        """
        for number in numbers:
            self.trying = number
            try:
                told: dict[bytes, Any] = self.client.fetch([number], ["BODY.PEEK[]"]).get(number, {})
            except IMAPClientAbortError:
                raise
            except IMAPClientError as refused:
                log.warning(
                    "the server does not give a mail",
                    mailbox=self.account.name,
                    number=number,
                    reason=str(refused)[:80],
                )
                continue
            raw = told.get(b"BODY[]")
            if isinstance(raw, bytes):
                yield number, raw
        self.trying = 0

    def settle(self, numbers: Sequence[int]) -> None:
        """Tell the server that these are stored with us."""
        account = self.account
        for at in range(0, len(numbers), AT_ONCE):
            some = list(numbers[at : at + AT_ONCE])
            if account.then == "move":
                self._move(some, account.move_to)
            elif account.then == "delete":
                self.client.delete_messages(some)
                self._expunge(some)
            elif account.then == "flag":
                self.client.add_flags(some, [imapclient.SEEN, *([MARK] if self.may_mark else [])])

    def _move(self, numbers: list[int], folder: str) -> None:
        try:
            self._moved(numbers, folder)
        except IMAPClientAbortError:
            raise
        except IMAPClientError as refused:
            if "TRYCREATE" not in str(refused).upper():
                raise
            self.client.create_folder(folder)
            self._moved(numbers, folder)

    def _moved(self, numbers: list[int], folder: str) -> None:
        if self.client.has_capability("MOVE"):
            self.client.move(numbers, folder)
            return
        self.client.copy(numbers, folder)
        self.client.delete_messages(numbers)
        self._expunge(numbers)

    def _expunge(self, numbers: list[int]) -> None:
        """Only these: without UIDPLUS they stay marked as deleted, since what others marked is not ours to remove."""
        if self.client.has_capability("UIDPLUS"):
            self.client.uid_expunge(numbers)

    def wait(self, seconds: float, is_over: Callable[[], bool]) -> None:
        """Until the server says that something changed, the time is over, or `is_over`. Without IDLE it is the time."""
        can_idle = self.client.has_capability("IDLE")
        if can_idle:
            self.client.idle()
        ends_at = time.monotonic() + seconds
        while time.monotonic() < ends_at and not is_over():
            if not can_idle:
                time.sleep(STEP)
            elif self.client.idle_check(timeout=STEP):
                break
        if can_idle:
            self.client.idle_done()

    def close(self) -> None:
        try:
            self.client.logout()
        except Trouble:  # some servers end the line without a word of farewell
            with suppress(OSError):
                self.client.shutdown()


def _number(told: Any) -> int:
    """A number as the server gives them. Raises ValueError for one that there cannot be."""
    number = int(told)
    if not 0 < number <= HIGHEST:
        raise ValueError(f"the server gave the number {str(told)[:30]}")
    return number


def _signed_in(account: Account) -> imapclient.IMAPClient:
    context = ssl.create_default_context()
    client = Client(
        account.host,
        account.port,
        ssl=account.security == "tls",
        ssl_context=context if account.security == "tls" else None,
        timeout=PATIENCE,
        most=settings.UPHELD_MAIL_MAX_BYTES,
    )
    try:
        if account.security == "starttls":
            client.starttls(context)
        if account.grant is not None:
            client.oauth2_login(account.user, token(account.grant))
        else:
            client.login(account.user, account.password)
    except BaseException:
        client.shutdown()
        raise
    return client
