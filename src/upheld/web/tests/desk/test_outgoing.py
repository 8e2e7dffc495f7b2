"""The administrators' page of what leaves, and what people are told about mail that does not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from upheld.channels.mail.outgoing import outbox
from upheld.channels.models import OutgoingMail
from upheld.conftest import Cast
from upheld.events.actors import MAIL
from upheld.events.jobs import react
from upheld.events.models import Event
from upheld.people.models import Notification
from upheld.tickets.actions.assignment import assign
from upheld.tickets.actions.conversation import reply
from upheld.tickets.models import Ticket
from upheld.web.tests.conftest import Browsing

PAGE = "/desk/mails/outgoing/"


@pytest.fixture
def administrator(browse: Browsing, cast: Cast) -> Client:
    return browse(cast.administrator)


@pytest.fixture
def mail(cast: Cast, ticket: Ticket) -> OutgoingMail:
    message = reply(
        ticket, text="Hello.", by=cast.agent.actor, at=datetime.now(UTC), author=cast.agent.person, cc=["boss@harbour.example"]
    )  # fmt: skip
    assert message.outgoing is not None
    return message.outgoing


def change(mail: OutgoingMail, **given: Any) -> None:
    OutgoingMail.objects.filter(pk=mail.pk).update(**given)
    mail.refresh_from_db()


def refused(mail: OutgoingMail, *addresses: str) -> None:
    others = [one for one in mail.recipients if one not in addresses]
    change(
        mail, state="sent" if others else "failed", delivered=others, needs_a_look=True, is_late_told=True,
        refused=dict.fromkeys(addresses, "550 5.1.1 No such person"),
    )  # fmt: skip


def test_what_waits_is_shown_and_can_be_tried_at_once(administrator: Client, mail: OutgoingMail) -> None:
    change(mail, attempts=3, error="ConnectionRefusedError", next_try_at=datetime.now(UTC) + timedelta(hours=1))
    html = administrator.get(PAGE).content.decode()
    assert "ConnectionRefusedError" in html
    assert "The server could not be reached." in html
    assert "customer@harbour.example, boss@harbour.example" in html
    administrator.post(f"{PAGE}{mail.pk}/again/")
    mail.refresh_from_db()
    assert mail.next_try_at <= datetime.now(UTC)


def test_one_recipient_alone_is_tried_again(administrator: Client, mail: OutgoingMail) -> None:
    refused(mail, "boss@harbour.example")
    assert "others got it" in administrator.get(PAGE).content.decode()
    administrator.post(f"{PAGE}{mail.pk}/again/", {"only": "boss@harbour.example"})
    mail.refresh_from_db()
    assert (mail.state, mail.untried, mail.needs_a_look) == ("queued", ["boss@harbour.example"], False)
    assert Event.objects.filter(kind="message.tried_again", subject=mail.subject_key).count() == 1


def test_all_are_tried_again_also_after_it_came_back(administrator: Client, mail: OutgoingMail) -> None:
    refused(mail, *mail.recipients)
    change(mail, delivered=mail.recipients, bounced_at=datetime.now(UTC))
    administrator.post(f"{PAGE}{mail.pk}/again/")
    mail.refresh_from_db()
    assert (mail.untried, mail.refused, mail.bounced_at) == (mail.recipients, {}, None)
    refused(mail, "customer@harbour.example")
    with pytest.raises(outbox.NothingToSend):
        outbox.try_again(mail, by=MAIL, at=datetime.now(UTC), only="x@y.example")


def test_the_badge_goes_when_somebody_has_decided(administrator: Client, mail: OutgoingMail) -> None:
    assert "mails not delivered" not in administrator.get("/desk/").content.decode()
    refused(mail, "boss@harbour.example")
    assert "mails not delivered" in administrator.get(PAGE).content.decode()
    administrator.post(f"{PAGE}{mail.pk}/aside/")
    html = administrator.get(PAGE).content.decode()
    assert "mails not delivered" not in html
    assert "Everything that left was taken." in html
    again = administrator.post(f"{PAGE}{mail.pk}/aside/", follow=True).content.decode()
    assert "decided already" in again


def test_it_is_for_administrators(browse: Browsing, cast: Cast, mail: OutgoingMail) -> None:
    for somebody in (cast.agent, cast.lead, cast.customer):
        client = browse(somebody)
        assert client.get(PAGE).status_code == 404
        for act in ("again", "aside"):
            assert client.post(f"{PAGE}{mail.pk}/{act}/").status_code == 404


def test_assignee_and_author_hear_once_of_mail_that_waits_for_long(
    cast: Cast, ticket: Ticket, mail: OutgoingMail
) -> None:
    assign(ticket, to=cast.colleague, by=cast.lead.actor, at=datetime.now(UTC))
    now = datetime.now(UTC)
    assert outbox.tell_of_late(now) == 0
    assert outbox.tell_of_late(now + timedelta(hours=2)) == 1
    assert outbox.tell_of_late(now + timedelta(hours=3)) == 0
    react(Event.objects.get(kind="message.delayed").pk)
    told = Notification.objects.filter(kind="message.delayed")
    assert {one.person for one in told} == {cast.colleague.person, cast.agent.person}  # the assignee, and who wrote it
    assert all("waiting for an hour" in one.text for one in told)


def test_the_ticket_says_who_did_not_get_it(browse: Browsing, cast: Cast, ticket: Ticket, mail: OutgoingMail) -> None:
    agent = browse(cast.agent)
    assert "On its way" in agent.get(f"/desk/tickets/{ticket.pk}/").content.decode()
    refused(mail, "boss@harbour.example")
    html = agent.get(f"/desk/tickets/{ticket.pk}/").content.decode()
    for expected in ("Sent, but not to boss@harbour.example", "There is no such mailbox.", "550 5.1.1 No such person"):
        assert expected in html, expected
    change(mail, refused={"customer@harbour.example": "came back: 5.2.2"}, bounced_at=datetime.now(UTC))
    cast.customer.bounced_at = datetime.now(UTC)
    cast.customer.save()
    html = agent.get(f"/desk/tickets/{ticket.pk}/").content.decode()
    for expected in (
        "Came back from customer@harbour.example",
        "Their mailbox is full.",
        "Copy another address, or call.",
    ):
        assert expected in html, expected


def test_what_waits_says_when_it_is_tried_again(
    browse: Browsing, cast: Cast, ticket: Ticket, mail: OutgoingMail
) -> None:
    change(mail, attempts=2, error="451 4.7.1 Greylisted", next_try_at=datetime.now(UTC) + timedelta(days=40))
    html = browse(cast.agent).get(f"/desk/tickets/{ticket.pk}/").content.decode()
    for expected in ("Not taken yet: tried 2 times, again ", "It is tried again.", "451 4.7.1 Greylisted", "Try now"):
        assert expected in html, expected
    change(mail, delivered=["customer@harbour.example"])
    html = browse(cast.agent).get(f"/desk/tickets/{ticket.pk}/").content.decode()
    for expected in ("Sent to 1 of 2; 1 to be tried again ", "asks us to come back later"):
        assert expected in html, expected
    change(mail, refused={"customer@harbour.example": "550 5.1.1"}, delivered=[])
    html = browse(cast.agent).get(f"/desk/tickets/{ticket.pk}/").content.decode()
    assert "Not delivered to customer@harbour.example; 1 more to be tried again" in html


def test_an_agent_has_it_tried_again_or_leaves_it(
    browse: Browsing, cast: Cast, ticket: Ticket, mail: OutgoingMail
) -> None:
    agent, here = browse(cast.agent), f"/desk/tickets/{ticket.pk}/mails/{mail.pk}/"
    refused(mail, *mail.recipients)
    agent.post(here, {"again": "boss@harbour.example"})
    mail.refresh_from_db()
    assert (mail.untried, mail.needs_a_look) == (["boss@harbour.example"], True)
    agent.post(here, {"aside": "yes"})
    mail.refresh_from_db()
    assert not mail.needs_a_look
    assert "decided already" in agent.post(here, {"aside": "yes"}, follow=True).content.decode()


def test_a_wrong_address_is_corrected_under_the_same_message_id(
    browse: Browsing, cast: Cast, ticket: Ticket, mail: OutgoingMail
) -> None:
    agent, here, before = browse(cast.agent), f"/desk/tickets/{ticket.pk}/mails/{mail.pk}/", bytes(mail.raw)
    refused(mail, "boss@harbour.example")
    field = f"instead-{mail.pk}-boss@harbour.example"
    wrong = {"correct": "boss@harbour.example"}
    for typed, said in (
        ("", "Write another address"),
        ("chief@", "Write another address"),
        ("Customer@harbour.example", "already"),
    ):
        assert said in agent.post(here, wrong | {field: typed}, follow=True).content.decode()
    agent.post(here, wrong | {field: "chief@harbour.example"})
    mail.refresh_from_db()
    assert mail.recipients == ["customer@harbour.example", "chief@harbour.example"]
    assert (mail.untried, mail.refused, mail.needs_a_look, mail.state) == (
        ["chief@harbour.example"],
        {},
        False,
        "queued",
    )
    assert bytes(mail.raw) == before
    assert Event.objects.filter(kind="message.readdressed", subject=ticket.key).count() == 1
    again = agent.post(here, wrong | {field: "x@harbour.example"}, follow=True).content.decode()
    assert "Nothing is known against" in again


def test_only_who_may_see_the_ticket_decides(browse: Browsing, cast: Cast, ticket: Ticket, mail: OutgoingMail) -> None:
    refused(mail, "boss@harbour.example")
    here = f"/desk/tickets/{ticket.pk}/mails/{mail.pk}/"
    assert browse(cast.customer).post(here, {"aside": "yes"}).status_code == 404
    assert browse(cast.agent).get(here).status_code == 405
    assert (
        browse(cast.agent).post(f"/desk/tickets/{ticket.pk}/mails/{mail.pk + 1}/", {"aside": "yes"}).status_code == 404
    )
    mail.refresh_from_db()
    assert mail.needs_a_look
