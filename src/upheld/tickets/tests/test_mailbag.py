"""Many mails in one transaction find the places that each would have found alone."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from upheld.channels.mail.receiving import accept
from upheld.channels.mail.trust.names import Names
from upheld.channels.models import ReceivedMail
from upheld.channels.tests.post import SUPPORT, letter
from upheld.conftest import Cast
from upheld.events.models import Event
from upheld.tickets import intake
from upheld.tickets.mailbag import take_in_together
from upheld.tickets.models import Ticket

State = ReceivedMail.State


def arrived(*mails: bytes, peer: str = "127.0.0.1") -> list[ReceivedMail]:
    return [accept(raw, envelope_to=[SUPPORT], envelope_from="a@harbour.example", peer=peer) for raw in mails]


def told(*mails: ReceivedMail) -> list[Event]:
    return list(Event.objects.filter(subject__in=[mail.key for mail in mails], kind="message.received").order_by("id"))


def states(*mails: ReceivedMail) -> list[str]:
    for mail in mails:
        mail.refresh_from_db()
    return [mail.state for mail in mails]


def test_each_finds_its_place_in_the_order_in_which_they_came(cast: Cast) -> None:
    first = letter("It does not start.", message_id="<one@harbour.example>")
    answer = letter("Now it does.", message_id="<two@harbour.example>", in_reply_to="<one@harbour.example>")
    ours = letter("Hello", sender=f"Somebody <{SUPPORT}>")
    other = letter("Another matter.", sender="Ann <ann@field.example>")
    mails = arrived(first, answer, b"", ours, other)
    assert take_in_together(told(*mails)) == {event.pk for event in told(*mails)}
    assert states(*mails) == [State.MESSAGE, State.MESSAGE, State.QUARANTINED, State.SUSPENDED, State.MESSAGE]
    assert mails[0].outcome == mails[1].outcome != mails[4].outcome
    assert Ticket.objects.count() == 2


def test_one_that_spoils_it_spoils_nothing_of_the_others(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    mails = arrived(letter("Good."), letter("Bad.", title="Bad", sender="b@field.example"))
    place_of = intake.place_of

    def spoilt(case: Any) -> Any:
        if case.parsed.subject == "Bad":
            raise ValueError("spoilt")
        return place_of(case)

    monkeypatch.setattr(intake, "place_of", spoilt)
    assert take_in_together(told(*mails)) == set()
    assert states(*mails) == [State.RECEIVED, State.RECEIVED]
    for mail in mails:
        intake.take_in_mail(mail.pk)
    assert states(*mails) == [State.MESSAGE, State.QUARANTINED]


def test_nobody_waits_for_one_whose_names_are_slow(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(_names: Names, name: str, _kind: str) -> list[str]:
        if "slow" in name:
            time.sleep(2)
        return []

    monkeypatch.setattr(Names, "ask", slow)
    swift, tardy = letter("Swift."), letter("Slow.", sender="s@slow.example")
    mails = arrived(swift, tardy, peer="203.0.113.9")
    began = time.monotonic()
    assert take_in_together(told(*mails)) == {told(mails[0])[0].pk}
    assert time.monotonic() - began < 1.8
    assert states(*mails) == [State.MESSAGE, State.RECEIVED]


def test_what_was_decided_meanwhile_is_left_as_it_is(cast: Cast) -> None:
    mails = arrived(letter("Once."), letter("Twice."))
    intake.take_in_mail(mails[0].pk)
    assert take_in_together(told(*mails)) == {event.pk for event in told(mails[1])}
    assert states(*mails) == [State.MESSAGE, State.MESSAGE]
    assert Ticket.objects.count() == 2


def test_a_crowd_costs_no_more_statements_for_each(cast: Cast) -> None:
    mails = arrived(*(letter("Pump.", sender=f"p{number}@harbour.example") for number in range(4)))
    with CaptureQueriesContext(connection) as captured:
        take_in_together(told(*mails))
    assert len([one for one in captured if "SAVEPOINT" not in one["sql"]]) <= 4 * 17 + 5
