"""What machines answer to our mails: noted where it belongs, in words that say what follows, and never answered."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.conf import LazySettings

from upheld.channels.models import OutgoingMail, ReceivedMail
from upheld.channels.tests.post import letter
from upheld.conftest import Cast
from upheld.events.models import Event
from upheld.tickets.actions.conversation import reply
from upheld.tickets.models import Ticket
from upheld.tickets.tests.mailbox import take, ticket_of

State = ReceivedMail.State
COLLEAGUE = "colleague@elsewhere.example"


@pytest.fixture
def ticket(cast: Cast, settings: LazySettings, tmp_path: object) -> Ticket:
    settings.MEDIA_ROOT = tmp_path
    return ticket_of(take(letter(message_id="<first@harbour.example>")))


@pytest.fixture
def sent(cast: Cast, ticket: Ticket) -> OutgoingMail:
    said = reply(
        ticket, text="Is it on?", by=cast.agent.actor, author=cast.agent.person, at=datetime.now(UTC), cc=(COLLEAGUE,)
    )
    assert said.outgoing is not None
    return said.outgoing


def test_a_challenge_is_noted_with_what_follows_from_it(ticket: Ticket, sent: OutgoingMail) -> None:
    """It comes from a service of which we know nothing, to the signed address that our mail left from."""
    before = OutgoingMail.objects.count()
    raw = letter("Click here", sender="Boxbe <waitlist@boxbe.com>", title="Re: The pump (Action Required)")
    mail = take(raw, to=[sent.envelope_from], envelope_from="<>")
    written = ticket.messages.get(received=mail)
    assert (mail.outcome, written.is_internal) == (ticket.key, True)
    assert "our mail may not have arrived" in written.text
    assert OutgoingMail.objects.count() == before
    assert not Event.objects.filter(kind="ticket.customer_replied").exists()


def test_strangers_machines_are_noted_three_times_a_day_in_all(ticket: Ticket, sent: OutgoingMail) -> None:
    mails = [
        take(
            letter(f"Away {number}", sender=f"s{number}@else.example", auto_submitted="auto-replied"),
            to=[sent.envelope_from],
        )
        for number in range(5)
    ]
    assert [mail.state for mail in mails] == ["message"] * 3 + ["dropped"] * 2


def test_a_machine_that_guesses_is_held(ticket: Ticket, sent: OutgoingMail) -> None:
    guess = letter("Away", sender="x@else.example", auto_submitted="auto-replied", title=f"Re: [#{ticket.pk}]")
    assert take(guess).state == State.SUSPENDED
    assert ticket.messages.count() == 2


def report(sent: OutgoingMail, *failed: tuple[str, str]) -> bytes:
    forms = "\r\n".join(
        f"Final-Recipient: rfc822; {who}\r\nAction: failed\r\nStatus: {status}\r\n" for who, status in failed
    )
    return (
        "From: MAILER-DAEMON@mx.harbour.example\r\nSubject: Undelivered\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="x"\r\n\r\n'
        f"--x\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n\r\n{forms}"
        f"--x\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: {sent.message_id}\r\n--x--"
    ).encode()


@pytest.mark.parametrize(
    ("failed", "marked", "words"),
    [
        (
            [("customer@harbour.example", "4.2.2"), (COLLEAGUE, "5.1.1")],
            False,
            f"to {COLLEAGUE} could not be delivered",
        ),
        (
            [("customer@harbour.example", "5.1.1"), (COLLEAGUE, "4.2.2")],
            True,
            "to customer@harbour.example could not be",
        ),
        ([("customer@harbour.example", "4.2.2")], False, "to customer@harbour.example is delayed"),
    ],
)
def test_of_several_who_failed_only_those_for_good_are_marked(
    cast: Cast, ticket: Ticket, sent: OutgoingMail, failed: Any, marked: bool, words: str
) -> None:
    """One full mailbox marked everybody who stood in the report."""
    mail = take(report(sent, *failed), envelope_from="<>", to=[sent.envelope_from])
    cast.customer.refresh_from_db()
    assert (cast.customer.bounced_at is not None) is marked
    assert words in ticket.messages.get(received=mail).text


def test_a_report_about_another_address_of_a_contact_leaves_the_one_that_we_write_to(
    cast: Cast, ticket: Ticket
) -> None:
    cast.customer.identities.create(value="reed@private.example")
    said = reply(ticket, text="Hi", by=cast.agent.actor, at=datetime.now(UTC), cc=("reed@private.example",))
    assert said.outgoing is not None
    take(report(said.outgoing, ("reed@private.example", "5.1.1")), envelope_from="<>", to=[said.outgoing.envelope_from])
    cast.customer.refresh_from_db()
    assert cast.customer.bounced_at is None  # the address that we write to is another
