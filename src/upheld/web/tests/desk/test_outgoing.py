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


def test_the_assignee_hears_once_of_mail_that_waits_for_long(cast: Cast, ticket: Ticket, mail: OutgoingMail) -> None:
    assign(ticket, to=cast.colleague, by=cast.lead.actor, at=datetime.now(UTC))
    now = datetime.now(UTC)
    assert outbox.tell_of_late(now) == 0
    assert outbox.tell_of_late(now + timedelta(hours=2)) == 1
    assert outbox.tell_of_late(now + timedelta(hours=3)) == 0
    react(Event.objects.get(kind="message.delayed").pk)
    told = Notification.objects.get(kind="message.delayed")
    assert told.person == cast.colleague.person
    assert "waiting for an hour" in told.text


def test_the_ticket_says_who_did_not_get_it(browse: Browsing, cast: Cast, ticket: Ticket, mail: OutgoingMail) -> None:
    agent = browse(cast.agent)
    refused(mail, "boss@harbour.example")
    assert "Sent, but not to boss@harbour.example (550" in agent.get(f"/desk/tickets/{ticket.pk}/").content.decode()
    change(mail, refused={"customer@harbour.example": "came back: 5.1.1"}, bounced_at=datetime.now(UTC))
    cast.customer.bounced_at = datetime.now(UTC)
    cast.customer.save()
    html = agent.get(f"/desk/tickets/{ticket.pk}/").content.decode()
    assert "Came back: customer@harbour.example (5.1.1). Write to another address." in html
    assert "Copy another address, or call." in html
