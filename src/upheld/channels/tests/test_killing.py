"""The listener is killed while mail streams in. A ledger outside notes every 250; afterwards ledger and database agree."""

from __future__ import annotations

import random
import smtplib
import threading
import time
from contextlib import suppress
from typing import Any

import pytest
from django.db import connection

from upheld.channels.models import ReceivedMail
from upheld.channels.tests.post import SUPPORT, letter

SENDERS = 6
MAILS = 40  # of each sender
PATIENCE = 60.0


class Ledger:
    """Senders that keep every mail until they got a 250 for it, and note that."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.accepted: set[bytes] = set()
        self.sent = 0
        self.lock = threading.Lock()
        self.deadline = time.monotonic() + PATIENCE
        self.threads = [threading.Thread(target=self._stream, args=(number,)) for number in range(SENDERS)]
        for thread in self.threads:
            thread.start()

    def _stream(self, sender: int) -> None:
        mails = [letter(f"Mail {number} of {sender}" + "x" * 500 * number) for number in range(MAILS)]
        client: smtplib.SMTP | None = None
        while mails and time.monotonic() < self.deadline:
            try:
                client = client or smtplib.SMTP("127.0.0.1", self.port, timeout=5)
                client.ehlo_or_helo_if_needed()
                client.sendmail(f"sender{sender}@harbour.example", [SUPPORT], mails[0])
            except (OSError, smtplib.SMTPException):
                client = None
                time.sleep(0.05)
                continue
            with self.lock:
                self.accepted.add(mails.pop(0))

    @property
    def is_done(self) -> bool:
        return not any(thread.is_alive() for thread in self.threads)

    def join(self) -> None:
        for thread in self.threads:
            thread.join()


def agree(ledger: Ledger) -> None:
    kept = [bytes(raw) for raw in ReceivedMail.objects.values_list("raw", flat=True)]
    assert len(ledger.accepted) == SENDERS * MAILS
    assert len(kept) == len(set(kept))
    assert ledger.accepted <= set(kept)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT mail.id FROM channels_receivedmail mail "
            "LEFT JOIN events_event event ON event.subject = 'mail:' || mail.id AND kind = 'message.received' "
            "LEFT JOIN procrastinate_jobs job ON event.id = (args->>'event_id')::bigint AND task_name = 'events.react' "
            "GROUP BY mail.id HAVING count(job.id) <> 1"
        )
        assert cursor.fetchall() == []


@pytest.mark.parametrize("point", ["before_commit", "after_commit"])
def test_killed_at_a_named_point_it_loses_no_mail_that_it_took(
    transactional_db: None, processes: Any, free_port: int, point: str
) -> None:
    ledger = Ledger(free_port)
    deaths = 0
    while not ledger.is_done:
        mortal = {"DIE": point, "DIE_AFTER": str(3 + deaths)} if deaths < 4 else {}
        process = processes(
            "listen", modules=["upheld.channels.tests.dying"], UPHELD_SMTP_LISTEN=f"127.0.0.1:{free_port}", **mortal
        )
        while process.poll() is None and not ledger.is_done:
            time.sleep(0.02)
        deaths += process.poll() is not None
    ledger.join()
    assert deaths == 4
    agree(ledger)


def test_killed_at_any_moment_it_loses_no_mail_that_it_took(
    transactional_db: None, processes: Any, free_port: int
) -> None:
    chance = random.Random(4)
    ledger = Ledger(free_port)
    for _ in range(5):
        process = processes("listen", UPHELD_SMTP_LISTEN=f"127.0.0.1:{free_port}")
        before = len(ledger.accepted)
        while len(ledger.accepted) < before + chance.randrange(1, 40) and not ledger.is_done:
            time.sleep(chance.random() / 50)
        process.kill()
        process.wait()
    processes("listen", UPHELD_SMTP_LISTEN=f"127.0.0.1:{free_port}")
    ledger.join()
    agree(ledger)


def test_told_to_stop_it_ends_by_itself(transactional_db: None, processes: Any, free_port: int) -> None:
    process = processes("listen", UPHELD_SMTP_LISTEN=f"127.0.0.1:{free_port}")
    for _ in range(200):
        with suppress(OSError), smtplib.SMTP("127.0.0.1", free_port, timeout=5) as client:
            assert client.noop()[0] == 250
            break
        time.sleep(0.05)
    process.terminate()
    assert process.wait(15) == 0
