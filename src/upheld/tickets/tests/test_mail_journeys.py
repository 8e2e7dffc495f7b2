"""A conversation by mail, over real SMTP in and out, with a real worker that is killed on the way."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from upheld.channels.models import OutgoingMail, ReceivedMail
from upheld.channels.tests.post import SUPPORT, Listening, Sink, letter
from upheld.commitments.models import Commitment
from upheld.conftest import Cast
from upheld.tickets.actions.conversation import reply
from upheld.tickets.models import Ticket
from upheld.tickets.tests.mailbox import text_of


def until(is_so: Callable[[], object], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def arrived(taken: Sink, number: int) -> EmailMessage:
    """The mail that came as this number, from 0; one that came twice counts once."""
    until(lambda: len(different(taken)) > number)
    return different(taken)[number]


def different(taken: Sink) -> list[EmailMessage]:
    mails: dict[str, EmailMessage] = {}
    for one in list(taken.delivered):
        mail = message_from_bytes(one.raw, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        mails.setdefault(str(mail["Message-ID"]), mail)
    return list(mails.values())


def test_a_conversation_by_mail_survives_a_killed_worker(
    door: Listening, other_server: Sink, cast: Cast, processes: Any
) -> None:
    variables = {"UPHELD_SMTP_URL": f"smtp://127.0.0.1:{other_server.port}", "UPHELD_STALLED_AFTER": "2"}
    worker = processes("worker", **variables)
    assert door.hand_over(letter("The pump stopped.", title="Pump", message_id="<1@harbour.example>"))[0] == 250

    acknowledged = arrived(other_server, 0)
    ticket = Ticket.objects.get()
    assert f"#{ticket.pk}" in text_of(acknowledged)
    assert acknowledged["In-Reply-To"] == "<1@harbour.example>"
    assert Commitment.objects.filter(subject=ticket.key, clause="first-response", state="running").exists()

    worker.kill()
    reply(ticket, text="Is it on?", by=cast.agent.actor, author=cast.agent.person, at=datetime.now(UTC))
    worker = processes("worker", **variables)
    answer = arrived(other_server, 1)
    assert text_of(answer).strip() == "Is it on?"
    assert answer["In-Reply-To"] in answer["References"].split()
    assert "<1@harbour.example>" in answer["References"].split()
    assert answer["From"].addresses[0].addr_spec == SUPPORT

    signed = answer["Reply-To"].addresses[0].addr_spec
    back = letter("Yes, it is.", title="Re: Pump", to=signed, in_reply_to=answer["Message-ID"])
    assert door.hand_over(back, to=[signed])[0] == 250
    until(lambda: ticket.messages.count() == 3)
    assert Ticket.objects.count() == 1
    until(lambda: not ReceivedMail.objects.waiting().exists())
    to_the_customer = OutgoingMail.objects.filter(recipients__contains=["customer@harbour.example"])
    until(lambda: not to_the_customer.exclude(state="sent").exists())
    assert to_the_customer.count() == 2


def test_workers_killed_again_and_again_lose_and_double_nothing(
    door: Listening, other_server: Sink, cast: Cast, processes: Any
) -> None:
    variables = {"UPHELD_SMTP_URL": f"smtp://127.0.0.1:{other_server.port}", "UPHELD_STALLED_AFTER": "2"}
    mails = [letter(f"Number {number}", sender=f"person{number}@quarry.example") for number in range(24)]
    assert {door.hand_over(mail, sender=f"person{number}@quarry.example")[0] for number, mail in enumerate(mails)} == {
        250
    }
    for pause in (1.2, 1.5, 1.8):
        worker = processes("worker", **variables)
        time.sleep(pause)
        worker.kill()
        worker.wait()
    processes("worker", **variables)
    until(lambda: not ReceivedMail.objects.waiting().exists(), 60)
    until(lambda: OutgoingMail.objects.filter(state="sent", key__startswith="acknowledge:").count() == 24, 60)

    assert Ticket.objects.count() == 24
    assert all(ticket.messages.count() == 1 for ticket in Ticket.objects.all())
    twice = sum(OutgoingMail.objects.values_list("perhaps_twice", flat=True))
    assert 24 <= len([one for one in other_server.delivered if "quarry" in one.recipients[0]]) <= 24 + twice
