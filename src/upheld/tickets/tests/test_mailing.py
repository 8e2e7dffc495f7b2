"""Replies as mails: to whom, from which address of ours, and where in the thread."""

from __future__ import annotations

from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from upheld.channels.files import store
from upheld.channels.mail.outgoing.senders import sender_of
from upheld.channels.mail.outgoing.sending import queue
from upheld.channels.mail.threading import subject_of
from upheld.channels.models import OutgoingMail
from upheld.commitments.policies import in_force
from upheld.conftest import Cast
from upheld.tickets.actions.conversation import NewFile, reply
from upheld.tickets.actions.watching import watch
from upheld.tickets.mailing import MOST_REFERENCES, thread_ids
from upheld.tickets.models import Ticket
from upheld.tickets.tests.scenes import MINUTE, MONDAY, opened


def answered(cast: Cast, ticket: Ticket, **more: Any) -> EmailMessage:
    """The mail of a reply, as it leaves."""
    given: dict[str, Any] = {"text": "Try again.", "by": cast.agent.actor, "author": cast.agent.person, "at": MONDAY}
    message = reply(ticket, **given | more)
    assert message.outgoing is not None
    parsed = message_from_bytes(bytes(message.outgoing.raw), policy=policy.default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def acknowledgement(ticket: Ticket) -> OutgoingMail:
    return queue(
        key=f"acknowledge:{ticket.pk}", subject_key=ticket.key, to=[("", "customer@harbour.example")], title="We have it",
        text="…", sender=("TechFlow", "support@techflowsolutions.com"), automatic=True,
    )  # fmt: skip


def test_it_goes_to_the_requester_and_names_author_and_ticket(cast: Cast) -> None:
    ticket = opened(cast)
    mail = answered(cast, ticket)
    assert mail["To"] == "Customer Reed <customer@harbour.example>"
    assert mail["From"] == '"Agent Ames (TechFlow Solutions)" <support@techflowsolutions.com>'
    assert mail["Subject"] == f"Re: Nothing loads [{ticket.reference}]"
    assert "Auto-Submitted" not in mail


def test_it_says_from_where_it_is_read(cast: Cast) -> None:
    for text, way in (("Hello.", "ltr"), ("مرحباً", "rtl")):
        page = answered(cast, opened(cast), text=text).get_body(("html",))
        assert page is not None
        assert f'<div dir="{way}"' in page.get_content()


def test_an_answer_to_it_finds_its_ticket(cast: Cast) -> None:
    ticket = opened(cast)
    assert subject_of(answered(cast, ticket)["Reply-To"].addresses[0].addr_spec) == ticket.key


def test_who_was_chosen_and_who_watches_is_copied_once(cast: Cast) -> None:
    ticket = opened(cast)
    for person in (cast.neighbour.person, cast.customer_admin.person, cast.customer.person):
        watch(ticket, person=person, by=cast.agent.actor, at=MONDAY)
    mail = answered(cast, ticket, cc=["Neighbour@harbour.example", "boss@elsewhere.example"])
    copied = [address.addr_spec.lower() for address in mail["Cc"].addresses]
    assert sorted(copied) == ["boss@elsewhere.example", "customer_admin@harbour.example", "neighbour@harbour.example"]


def test_our_own_people_who_watch_get_notices_and_no_copies(cast: Cast) -> None:
    ticket = opened(cast)
    watch(ticket, person=cast.colleague.person, by=cast.agent.actor, at=MONDAY)
    assert "Cc" not in answered(cast, ticket)


def test_nobody_who_left_is_copied(cast: Cast) -> None:
    ticket = opened(cast)
    watch(ticket, person=cast.neighbour.person, by=cast.agent.actor, at=MONDAY)
    cast.neighbour.person.is_active = False
    cast.neighbour.person.save()
    assert "Cc" not in answered(cast, ticket)


def test_its_files_travel_along(cast: Cast) -> None:
    mail = answered(cast, opened(cast), files=[NewFile("log.txt", "text/plain", store(b"all is well"))])
    (file,) = mail.iter_attachments()
    assert (file.get_filename(), file.get_content()) == ("log.txt", "all is well")


def test_each_answer_refers_to_the_one_before(cast: Cast) -> None:
    ticket = opened(cast)
    first = answered(cast, ticket)
    second = answered(cast, ticket, at=MONDAY + MINUTE)
    assert second["In-Reply-To"] == first["Message-ID"]
    assert second["References"] == first["Message-ID"]
    third = answered(cast, ticket, at=MONDAY + 2 * MINUTE)
    assert third["In-Reply-To"] == second["Message-ID"]
    assert str(third["References"]).split() == [first["Message-ID"], second["Message-ID"]]


def test_the_acknowledgement_stands_behind_the_first_mail(cast: Cast) -> None:
    ticket = opened(cast)
    note_of_receipt = acknowledgement(ticket)
    assert thread_ids(ticket) == [note_of_receipt.message_id]
    answer = answered(cast, ticket)
    assert thread_ids(ticket) == [answer["Message-ID"], note_of_receipt.message_id]


def test_a_long_thread_keeps_its_beginning_and_its_end(cast: Cast) -> None:
    ticket = opened(cast)
    ids = [answered(cast, ticket, at=MONDAY + n * MINUTE)["Message-ID"] for n in range(MOST_REFERENCES + 5)]
    assert thread_ids(ticket) == [ids[0], *ids[-(MOST_REFERENCES - 1) :]]


def test_each_department_writes_from_its_own_address(cast: Cast) -> None:
    found = in_force()
    assert sender_of(found, "billing") == ("TechFlow Solutions", "billing@techflowsolutions.com")
    assert sender_of(found, "support", author=cast.agent.person)[0] == "Agent Ames (TechFlow Solutions)"


def test_a_department_without_an_address_writes_from_the_channels(cast: Cast) -> None:
    found = in_force()
    channels = [address for channel in found.channels.values() for address in channel.addresses]
    assert sender_of(found, "engineering")[1] == channels[0].address
    assert sender_of(replace(found, channels={}), "engineering")[1] == "support@localhost"


def test_queueing_it_twice_is_one_mail(cast: Cast) -> None:
    from upheld.tickets.mailing import mail_reply

    ticket = opened(cast)
    message = reply(ticket, text="Yes.", by=cast.agent.actor, at=MONDAY)
    assert mail_reply(ticket, message) == message.outgoing
    assert OutgoingMail.objects.count() == 1
