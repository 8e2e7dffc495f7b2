"""Fetching from a real Dovecot over days: passwords and folders that go and come back, mail that is moved, looks asked for."""

from __future__ import annotations

import threading
import time
from dataclasses import replace

import pytest
from django.utils import timezone

from upheld.channels.mail.fetching import running as running_module
from upheld.channels.mail.fetching.running import in_words, run
from upheld.channels.mail.fetching.server import Trouble
from upheld.channels.models import Mailbox, Sighting
from upheld.channels.tests.post import letter
from upheld.channels.tests.real.dovecot import Dovecot
from upheld.channels.tests.real.test_fetching import account, looked, mails, pytestmark, running, server, until
from upheld.config.imap import ImapAccount

__all__ = ["account", "pytestmark", "running", "server"]
converse = running_module._converse


def test_a_wrong_password_is_told_of_and_when_it_is_right_again_nothing_is_missing(
    server: Dovecot, account: ImapAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A day of it, in short: the pauses between tries grow, so that no provider locks us out; asked for, it is tried at once."""
    wrong = [replace(account, password="old")]
    monkeypatch.setattr(running_module, "_converse", lambda _account, *rest: converse(wrong[0], *rest))
    server.put(letter("While nobody could look"))
    stop = threading.Event()
    thread = threading.Thread(target=run, args=[[account], stop])
    thread.start()
    try:
        until(lambda: Mailbox.objects.filter(name="support").exclude(failing_since=None).exists())
        row = Mailbox.objects.get(name="support")
        assert row.failure.startswith("The server refuses the user name or the password.")
        wrong[0] = account
        Mailbox.objects.filter(pk=row.pk).update(asked_at=timezone.now(), asked_by="agent:1")
        until(lambda: len(mails()) == 1, 10)
        until(lambda: Mailbox.objects.get(pk=row.pk).failure == "")
    finally:
        stop.set()
        thread.join(15)
    row.refresh_from_db()
    assert (row.missing, row.failing_since, row.asked_at) == (0, None, None)


def test_a_folder_that_vanishes_is_told_of_and_when_it_is_back_its_mail_is_taken_once(
    server: Dovecot, account: ImapAccount
) -> None:
    box = replace(account, folder="Box")
    raw = letter("In a folder of its own")
    with server.client() as client:
        client.create("Box")
    server.put(raw, folder="Box")
    assert looked(box) == 1
    with server.client() as client:
        client.delete("Box")
    with pytest.raises(Trouble) as told:
        looked(box)
    assert in_words(told.value).startswith("The folder cannot be opened: ")
    time.sleep(1.1)  # its numbering is a time in seconds
    with server.client() as client:
        client.create("Box")
    server.put(raw, folder="Box")
    server.put(letter("New"), folder="Box")
    looked(box)
    assert len(mails()) == 2
    assert Mailbox.objects.get().missing == 0
    with server.client() as client:
        client.delete("Box")


def test_mail_that_somebody_moves_back_and_forth_is_one(server: Dovecot, account: ImapAccount) -> None:
    server.put(letter("Moved"))
    looked(account)
    with server.client() as client:
        client.select("INBOX")
        client.copy("1", "Done")
        client.store("1", "+FLAGS", "\\Deleted")
        client.expunge()
    assert looked(account) == 0
    assert looked(replace(account, name="done", folder="Done")) == 1  # seen there as well
    assert (len(mails()), Sighting.objects.count()) == (1, 2)
    assert Mailbox.objects.get(name="support").on_server == 0


def test_who_asks_for_a_look_gets_one_within_seconds(server: Dovecot, account: ImapAccount) -> None:
    stop = threading.Event()
    thread = threading.Thread(target=run, args=[[account], stop])
    thread.start()
    try:
        until(lambda: Mailbox.objects.filter(name="support").exclude(reconciled_at=None).exists())
        before = Mailbox.objects.get().reconciled_at
        Sighting.objects.all().delete()
        Mailbox.objects.update(asked_at=timezone.now(), asked_by="agent:1")
        until(lambda: Mailbox.objects.get().reconciled_at != before, 10)
        until(lambda: Mailbox.objects.get().asked_at is None)
    finally:
        stop.set()
        thread.join(15)
