"""The same mail at the door, in a mailbox and in a provider's call, two hundred times at one moment: one mail, one ticket."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connection
from django.test import Client

from upheld.channels.mail.fetching import taking
from upheld.channels.models import Mailbox, ReceivedMail, Sighting
from upheld.channels.tests.post import SUPPORT, conninfo, letter, listening
from upheld.conftest import Cast
from upheld.events.models import Event
from upheld.tickets.intake import take_in_mail
from upheld.tickets.models import Message, Ticket

SECRET = "desk:a-secret-of-the-hooks"


@pytest.mark.django_db(transaction=True)
def test_one_mail_by_three_ways_two_hundred_times_at_once(cast: Cast, settings: LazySettings) -> None:
    settings.UPHELD_MAIL = replace(settings.UPHELD_MAIL, webhook_secret=SECRET)
    raw = letter()
    mailbox = Mailbox.objects.create(name="support", uid_validity=1)

    def in_mailbox(number: int) -> int:
        folder: Any = SimpleNamespace(account=SimpleNamespace(address=SUPPORT), uid_validity=1)
        taking._store(mailbox, folder, number, raw)
        return 250

    def by_call(_: int) -> int:
        told = json.dumps({"RawEmail": raw.decode(), "OriginalRecipient": SUPPORT})
        shown = {"Authorization": "Basic " + b64encode(SECRET.encode()).decode()}
        return (
            Client()
            .post("/mail/hooks/postmark/inbound/", told, content_type="application/json", headers=shown)
            .status_code
        )

    def on_its_own_line(way: Callable[[int], int]) -> Callable[[int], int]:
        def go(number: int) -> int:
            try:
                return way(number)
            finally:
                connection.close()

        return go

    with listening(conninfo()) as door, ThreadPoolExecutor(12) as senders:
        ways = [on_its_own_line(in_mailbox), on_its_own_line(by_call), lambda _: door.hand_over(raw)[0]]
        answers = list(senders.map(lambda number: ways[number % 3](number), range(201)))
    assert set(answers) == {200, 250}
    mail = ReceivedMail.objects.get()
    assert bytes(mail.raw) == raw
    assert Event.objects.filter(kind="message.received").count() == 1
    assert Sighting.objects.filter(mail=mail).count() == 67
    for _ in range(2):
        take_in_mail(mail.pk)
    assert (Ticket.objects.count(), Message.objects.filter(received=mail).count()) == (1, 1)
