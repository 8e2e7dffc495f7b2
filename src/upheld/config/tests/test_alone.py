"""A mail that ends whoever reads it: it comes to stand in quarantine, with that as its reason, and holds back no other."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from upheld.channels.mail.receiving import accept
from upheld.channels.models import ReceivedMail
from upheld.channels.tests.post import SUPPORT, letter
from upheld.config.alone import child
from upheld.config.tests.nursery import Nursery
from upheld.config.tests.processes import database_url
from upheld.config.values import SOURCE_ROOT
from upheld.events.models import Event

POISON = """
import codecs, os, signal

def poison(name):
    if name.replace("_", "-") == "ends-the-process":
        os.kill(os.getpid(), signal.SIGKILL)
    if name.replace("_", "-") == "eats-memory":
        bytearray(16 << 30)

codecs.register(poison)
"""
"""Charsets that no program knows; in place of a fault of the reader's that nobody has found yet."""


@pytest.fixture
def variables(techflow: object, tmp_path: Path) -> dict[str, str]:
    (tmp_path / "sitecustomize.py").write_text(POISON)
    return {
        "DATABASE_URL": database_url(),
        "DJANGO_SETTINGS_MODULE": "upheld.config.settings",
        "PYTHONPATH": f"{tmp_path}{os.pathsep}{SOURCE_ROOT / 'src'}",
        "UPHELD_DATA": str(tmp_path),
        "UPHELD_DATABASE_POOL": "0",
        "UPHELD_STALLED_AFTER": "2",
        "UPHELD_WORKER_JOBS": "3",
    }


def poisoned(charset: str) -> ReceivedMail:
    raw = letter("Grüße").replace(b'charset="utf-8"', b"charset=" + charset.encode())
    assert charset.encode() in raw
    return accept(raw, envelope_to=[SUPPORT])


@pytest.mark.django_db(transaction=True)
def test_a_mail_that_kills_its_reader_is_quarantined_and_holds_back_no_other(
    variables: dict[str, str], tmp_path: Path
) -> None:
    poison = poisoned("ends-the-process")
    others = [accept(letter(sender=f"ann{number}@harbour.example"), envelope_to=[SUPPORT]).pk for number in range(4)]
    nursery, deaths = Nursery(tmp_path, variables), 0
    try:
        nursery.start("worker")
        deadline = time.monotonic() + 90
        while ReceivedMail.objects.waiting().exists() and time.monotonic() < deadline:
            for status in nursery.deaths().values():
                assert status == -signal.SIGKILL
                deaths += 1
                nursery.start("worker")
            time.sleep(0.1)
    finally:
        nursery.close()
    poison.refresh_from_db()
    assert (poison.state, poison.reason) == ("quarantined", "Reading it ends the process that reads it, every time.")
    assert set(ReceivedMail.objects.filter(pk__in=others).values_list("state", flat=True)) == {"message"}
    assert deaths == 3


@pytest.mark.django_db(transaction=True)
def test_done_alone_a_mail_cannot_eat_the_memory_of_the_machine(variables: dict[str, str]) -> None:
    poison = poisoned("eats-memory")
    event = Event.objects.get(subject=poison.key)
    assert subprocess.run(child(event.pk), env=os.environ | variables, check=False, timeout=60).returncode == 0
    poison.refresh_from_db()
    assert (poison.state, poison.reason) == ("quarantined", "Could not be taken in: MemoryError")
