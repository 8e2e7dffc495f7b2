"""The threads that watch mailboxes: none of them ever ends without a word."""

from __future__ import annotations

import threading

import pytest

from upheld.channels.mail.fetching import running
from upheld.channels.models import Mailbox
from upheld.config.imap import ImapAccount

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_nobody_foresaw_is_noted_and_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    stop, tries = threading.Event(), 0

    def conversation(*_: object) -> None:
        nonlocal tries
        tries += 1
        if tries == 1:
            raise TypeError("the server said what no server says")
        stop.set()

    monkeypatch.setattr(running, "_converse", conversation)
    monkeypatch.setattr(running, "PAUSES", (0.0,))
    running.run([ImapAccount("support", "127.0.0.1", 143, "desk", "secret", "none")], stop)
    assert tries == 2
    assert "no server says" in Mailbox.objects.get(name="support").failure
