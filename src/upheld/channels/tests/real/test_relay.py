"""A real Postfix before us and behind us: what it hands over is kept once, and what it may not hand over it keeps."""

from __future__ import annotations

import smtplib
import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.conf import settings

from upheld.channels.mail.doors.committing import Committer, NotStored
from upheld.channels.mail.doors.session import Manner
from upheld.channels.mail.outgoing.sending import queue, send
from upheld.channels.mail.receiving import Incoming
from upheld.channels.models import OutgoingMail, ReceivedMail
from upheld.channels.tests.post import SUPPORT, OutgoingServer, conninfo, letter, listening, sink
from upheld.channels.tests.real.postfix import CAN_RUN, Postfix, postfix

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not CAN_RUN, reason="Postfix is not installed, or the tests are not root"),
]
MANY = 25


def give(relay: Postfix, count: int = MANY) -> None:
    with smtplib.SMTP("127.0.0.1", relay.port, timeout=20) as client:
        for number in range(count):
            client.sendmail("customer@harbour.example", [SUPPORT], letter(f"Number {number}"))


def until(holds: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.parametrize("way", ["smtp", "lmtp"])
def test_all_that_a_relay_hands_over_is_kept_once(way: str) -> None:
    with listening(conninfo(), manner=Manner(is_lmtp=way == "lmtp")) as door, postfix(door.port, way=way) as relay:
        give(relay)
        until(lambda: ReceivedMail.objects.count() == MANY and relay.waiting() == 0)
    assert set(ReceivedMail.objects.values_list("door", flat=True)) == {way}


class SometimesAway(Committer):
    """Two of three mails find no database, the first time that they come."""

    refused: set[str]

    async def store(self, mail: Incoming) -> None:
        self.refused = getattr(self, "refused", set())
        if int(mail.sha256[:2], 16) % 3 and mail.sha256 not in self.refused:
            self.refused.add(mail.sha256)
            raise NotStored("away")
        await super().store(mail)


def test_what_we_cannot_take_now_the_relay_keeps_and_brings_again() -> None:
    with listening(conninfo(), SometimesAway) as door, postfix(door.port) as relay:
        give(relay)
        until(lambda: relay.waiting() > 0 or ReceivedMail.objects.count() == MANY)

        def is_all_there() -> bool:
            relay.flush()
            return ReceivedMail.objects.count() == MANY and relay.waiting() == 0

        until(is_all_there)
    assert len({bytes(mail.raw) for mail in ReceivedMail.objects.all()}) == MANY


def test_what_we_send_by_a_relay_arrives_with_its_message_id() -> None:
    with sink() as far, postfix(far.port) as relay:
        settings.UPHELD_SMTP = OutgoingServer("127.0.0.1", relay.port)
        mails = [
            queue(
                key=f"test:{number}", subject_key="ticket:1", to=[("Ann", "ann@harbour.example")], title=f"Number {number}",
                text="Hello", sender=("Us", SUPPORT),
            )
            for number in range(5)
        ]  # fmt: skip
        for mail in mails:
            send(mail.pk)
        until(lambda: len(far.delivered) == len(mails))
    assert {state for (state,) in OutgoingMail.objects.values_list("state")} == {"sent"}
    arrived = b"".join(one.raw for one in far.delivered)
    assert all(arrived.count(f"Message-ID: {mail.message_id}".encode()) == 1 for mail in mails)
    assert OutgoingMail.objects.filter(sent_at__lte=datetime.now(UTC)).count() == len(mails)
