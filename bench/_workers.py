"""Stored mail drained by real workers: until each is a ticket, and until everything that follows from it is done and sent."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from aiosmtpd.controller import Controller

from bench._processor import seconds_used

PATIENCE = 600  # seconds
QUEUED = "SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing')"
WAITING = "SELECT count(*) FROM channels_receivedmail WHERE state = 'received'"


@contextmanager
def sink() -> Iterator[None]:
    """Somebody who takes our answers; has to stand before the settings are read."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    controller = Controller(_Sink(), hostname="127.0.0.1", port=port)
    controller.start()
    os.environ["UPHELD_SMTP_URL"] = f"smtp://127.0.0.1:{port}"
    try:
        yield
    finally:
        controller.stop()


class _Sink:
    async def handle_DATA(self, *_: object) -> str:  # noqa: N802 - aiosmtpd's name
        return "250 taken"


def drained(processes: int, warm: list[bytes], mails: list[bytes]) -> dict[str, Any]:
    """Mails a second by so many workers, and the processor time of one mail, theirs and the database's."""
    command = [sys.executable, "-m", "upheld", "worker"]
    workers = [
        subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for _ in range(processes)
    ]
    try:
        _store(warm)
        _until_none(QUEUED)
        used, began = seconds_used(*(one.pid for one in workers)), time.perf_counter()

        def figures() -> dict[str, float]:
            spent = seconds_used(*(one.pid for one in workers)) - used
            seconds = time.perf_counter() - began
            return {"a_second": round(len(mails) / seconds, 1), "processor_ms": round(1e3 * spent / len(mails), 2)}

        _store(mails)
        _until_none(WAITING)
        tickets = figures()
        _until_none(QUEUED)
        return {"workers": processes, "to_tickets": tickets, "and_answered": figures()}
    finally:
        for one in workers:
            one.send_signal(signal.SIGTERM)
        for one in workers:
            one.wait(20)


def _store(mails: list[bytes]) -> None:
    """As the listener does, fifty in a commit."""
    from django.db import connection

    from upheld.channels.mail.receiving import STORE, Incoming, columns

    incoming = [Incoming(one, "person@harbour.example", ["support@techflowsolutions.com"]) for one in mails]
    for start in range(0, len(incoming), 50):
        with connection.cursor() as cursor:
            cursor.execute(STORE, columns(incoming[start : start + 50]))


def _until_none(question: str) -> None:
    from django.db import connection

    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends:
        with connection.cursor() as cursor:
            cursor.execute(question)
            if cursor.fetchone()[0] == 0:
                return
        time.sleep(0.05)
    raise RuntimeError("the workers did not come to an end")
