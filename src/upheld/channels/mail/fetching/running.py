"""Fetching for as long as the process lives: one thread for each mailbox, connected anew whenever the line breaks."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Final

import structlog
from django.db import DatabaseError, InterfaceError, connection
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError, LoginError

from upheld.channels.mail.fetching.accounts import Account
from upheld.channels.mail.fetching.server import STEP, Folder, Trouble
from upheld.channels.mail.fetching.taking import mailbox_of, reconcile, take_in_new
from upheld.channels.mail.fetching.telling import tell_of_silence
from upheld.channels.mail.servers import NoToken
from upheld.channels.models import Mailbox

log = structlog.stdlib.get_logger("upheld.fetch")

LOOK_EVERY: Final = 60.0  # seconds after which we look for new mail, whatever the server said or did not say
RECONCILE_EVERY: Final = 600.0  # seconds after which all that it holds is compared with all that we hold
RECONNECT_AFTER: Final = 20 * 60.0  # servers end longer conversations, and a token does not live for ever
PAUSES: Final = (1.0, 2.0, 5.0, 15.0, 60.0)
PAUSES_AT_THE_DOOR: Final = (15.0, 60.0, 300.0)  # where the password is refused: providers lock out who keeps on trying
LOOK_FOR_WISHES_EVERY: Final = 2.0  # seconds after which we see that somebody asked for a look


def run(accounts: Sequence[Account], stop: threading.Event) -> None:
    """Fetch from all of them until `stop` is set. One that fails does not keep the others."""
    threads = [threading.Thread(target=_watch, args=[account, stop], name=account.name) for account in accounts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _watch(account: Account, stop: threading.Event) -> None:
    failures, broke = 0, set[int]()
    while not stop.is_set():
        pauses: tuple[float, ...] = PAUSES
        try:
            _converse(account, stop, broke)
            failures = 0
        except Trouble as trouble:
            failures += 1
            _note_failure(account, in_words(trouble))
            if isinstance(trouble, LoginError | NoToken):
                pauses = PAUSES_AT_THE_DOOR
        except (DatabaseError, InterfaceError) as away:
            failures += 1
            log.warning("database away, trying again", reason=type(away).__name__)
        except Exception as wrong:  # a thread that ended would leave its mailbox alone without a word
            failures += 1
            log.exception("fetching went wrong, trying again", mailbox=account.name)
            _note_failure(account, f"{type(wrong).__name__}: {wrong}")
        finally:
            connection.close()
        _pause(pauses[min(failures, len(pauses)) - 1] if failures else 0, _ending(account, stop))


def _converse(account: Account, stop: threading.Event, broke: set[int]) -> None:
    """One connection, for as long as it is good."""
    folder = Folder(account)
    try:
        mailbox = mailbox_of(account)
        ends_at = time.monotonic() + RECONNECT_AFTER
        while not stop.is_set() and time.monotonic() < ends_at:
            Mailbox.objects.filter(pk=mailbox.pk).update(asked_at=None, asked_by="")
            reconcile(mailbox, folder, broke=broke)
            next_at, is_over = time.monotonic() + RECONCILE_EVERY, _ending(account, stop)
            while time.monotonic() < next_at and not is_over():
                folder.wait(LOOK_EVERY, is_over)
                take_in_new(mailbox, folder)
                connection.close()
    except Trouble:
        if folder.trying:
            broke.add(folder.trying)
        raise
    finally:
        folder.close()


def in_words(trouble: BaseException) -> str:
    """What is wrong, for whoever can mend it; behind it what the server said."""
    said = str(trouble).removeprefix("b'").removesuffix("'").strip() or type(trouble).__name__
    if isinstance(trouble, LoginError):
        return f"The server refuses the user name or the password. {said}"
    if isinstance(trouble, NoToken):
        return f"There is no right to sign in: {said}"
    if isinstance(trouble, IMAPClientAbortError):
        return f"The server broke off: {said}"
    if isinstance(trouble, IMAPClientError):
        return f"The folder cannot be opened: {said}" if said.startswith("select") else f"The server refuses: {said}"
    if isinstance(trouble, OSError):
        return f"The server cannot be reached: {said}"
    return f"The server says what we cannot make out: {said}"


def _ending(account: Account, stop: threading.Event) -> Callable[[], bool]:
    """Whether we are to stop, or somebody asked for a look: then all that waits ends. Costs a query every few seconds."""
    asked_at, is_wanted = time.monotonic(), False

    def is_over() -> bool:
        nonlocal asked_at, is_wanted
        if stop.is_set() or is_wanted:
            return True
        if time.monotonic() - asked_at < LOOK_FOR_WISHES_EVERY:
            return False
        asked_at = time.monotonic()
        try:
            is_wanted = Mailbox.objects.filter(name=account.name).exclude(asked_at=None).exists()
            return is_wanted
        except (DatabaseError, InterfaceError):
            return False
        finally:
            connection.close()

    return is_over


def _pause(seconds: float, is_over: Callable[[], bool]) -> None:
    ends_at = time.monotonic() + seconds
    while time.monotonic() < ends_at and not is_over():
        time.sleep(min(STEP, seconds))


def _note_failure(account: Account, reason: str) -> None:
    log.warning("mailbox not reached, trying again", mailbox=account.name, reason=reason.partition(":")[0])
    try:
        row = mailbox_of(account)
        now = datetime.now(UTC)
        row.failure, row.failing_since = reason[:400], row.failing_since or now
        row.asked_at, row.asked_by = None, ""
        row.save(update_fields=["failure", "failing_since", "asked_at", "asked_by"])
        tell_of_silence(row, at=now)
    except (DatabaseError, InterfaceError):
        log.warning("database away, the failure stands nowhere", mailbox=account.name)
