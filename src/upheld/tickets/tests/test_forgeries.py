"""Mail that pretends: whatever its head says, nobody becomes an agent, nobody is copied, nobody learns of a thread."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.conf import LazySettings

from upheld.accounts.models import Contact
from upheld.accounts.recognition import plain_name
from upheld.channels.mail.threading import reply_address
from upheld.channels.mail.trust.alignment import record_of
from upheld.channels.mail.trust.names import Names
from upheld.channels.models import OutgoingMail, ReceivedMail
from upheld.channels.tests.post import SUPPORT, letter
from upheld.conftest import Cast
from upheld.people.models import Agent
from upheld.tickets.models import Ticket
from upheld.tickets.tests.mailbox import acknowledgement, take, ticket_of, wire

State = ReceivedMail.State
FIRST = "<first@harbour.example>"
BY_EVIL = b"Authentication-Results: mx.desk.example; dkim=pass header.d=evil.example; spf=pass smtp.mailfrom=x@evil.example\r\n"


@pytest.fixture(autouse=True)
def relay(settings: LazySettings, tmp_path: object) -> None:
    """Mail comes by a relay of ours that says what it found out."""
    settings.MEDIA_ROOT = tmp_path
    settings.UPHELD_MAIL = replace(settings.UPHELD_MAIL, trusted_authserv=frozenset({"mx.desk.example"}))


@pytest.fixture
def ticket(cast: Cast) -> Ticket:
    return ticket_of(take(letter(message_id=FIRST)))


def from_head(head: str, *more: str, text: str = "#resolve\nAll is well.") -> bytes:
    fields = [
        head,
        f"To: {SUPPORT}",
        "Subject: Re: The pump",
        f"References: {FIRST}",
        "Message-ID: <x@evil.example>",
        *more,
    ]
    return BY_EVIL + ("\r\n".join(fields) + f"\r\n\r\n{text}\r\n").encode()


AGENT = "agent@techflow.example"
HEADS = {
    "the agent's name": "From: Agent Ames <x@evil.example>",
    "the agent's address as a name": f'From: "{AGENT}" <x@evil.example>',
    "the address in a name that is encoded": "From: =?utf-8?q?=22Agent=22_=3Cagent=40techflow=2Eexample=3E?= <x@evil.example>",
    "two addresses, the agent's first": f"From: {AGENT}, x@evil.example",
    "two addresses, the agent's last": f"From: x@evil.example, {AGENT}",
    "two fields, the agent's first": f"From: {AGENT}\r\nFrom: x@evil.example",
    "two fields, the agent's last": f"From: x@evil.example\r\nFrom: {AGENT}",
    "a group": f"From: agents: {AGENT}, x@evil.example;",
    "a comment": f"From: x@evil.example ({AGENT})",
    "brackets in brackets": f"From: <<{AGENT}>x@evil.example>",
    "a folded address": f"From: x@evil.example\r\n <{AGENT}>",
    "a bare return": f"From: x@evil.example\rFrom: {AGENT}",
    "a blank before the colon": f"From : {AGENT}\r\nFrom: x@evil.example",
    "a NUL": f"From: {AGENT}\x00 <x@evil.example>",
    "a point behind": f"From: {AGENT}.",
    "in large letters": f"From: {AGENT.upper()}",
    "no From, but Sender": f"Sender: {AGENT}",
    "resent": f"From: x@evil.example\r\nResent-From: {AGENT}",
    "letters that look alike": "From: Agent Ames <agent@techfl\u043ew.example>",
    "wide letters": "From: Agent Ames <agent\uff20techflow.example>",
    "a route": f"From: <@evil.example:{AGENT}>",
    "quoted": 'From: "agent"@techflow.example',
}


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS)
def test_no_head_makes_an_agent(cast: Cast, ticket: Ticket, head: str) -> None:
    sent = OutgoingMail.objects.filter(key__startswith="message:").count()
    mail = take(from_head(head), envelope_from="x@evil.example")
    ticket.refresh_from_db()
    assert (ticket.status, ticket.messages.count()) == ("new", 1)
    assert mail.state != State.RECEIVED
    assert OutgoingMail.objects.filter(key__startswith="message:").count() == sent
    if mail.state == State.MESSAGE:
        opened = ticket_of(mail)
        assert opened != ticket
        assert "@" not in str(opened.requester.person.name)
        assert not hasattr(opened.requester.person, "agent")
    assert not Agent.objects.exclude(person__email__endswith="@techflow.example").exists()


def test_a_domain_that_looks_like_another_is_seen_to_differ(cast: Cast) -> None:
    head = f"From: Reed <customer@h\u0430rbour.example>\r\nTo: {SUPPORT}\r\nSubject: Hi\r\nMessage-ID: <1@evil.example>\r\n"
    ticket = ticket_of(take(f"{head}\r\nHello\r\n".encode()))
    assert ticket.requester.person.email.startswith("customer@xn--")
    assert (ticket.account, ticket.plan) == (None, "standard")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("Nell Reed", "Nell Reed"),
        ("ceo@bank.example", ""),
        ("Reed \u202egro.knab\u202c", "Reed gro.knab"),
        ("Zo\u00eb \u30ea\u30fc\u30c9", "Zo\u00eb \u30ea\u30fc\u30c9"),
        ("Pay\u200bPal", "PayPal"),
    ],
)
def test_a_name_says_no_more_than_a_name(given: str, kept: str) -> None:
    assert plain_name(given) == kept


def test_lines_that_a_stranger_smuggles_into_a_field_stand_in_no_mail_of_ours(cast: Cast) -> None:
    sender = "=?utf-8?q?Reed=0D=0ABcc=3A_spy=40evil=2Eexample?= <new@mine.example>"
    title = "=?utf-8?q?Hi=0D=0ABcc=3A_spy=40evil=2Eexample?="
    raw = f"From: {sender}\r\nTo: {SUPPORT}\r\nSubject: {title}\r\nMessage-ID: <a@b>\r\n\r\nHello\r\n".encode()
    ticket = ticket_of(take(raw, envelope_from="new@mine.example"))
    told = acknowledgement(ticket)
    assert told is not None
    assert told["Bcc"] is None
    assert "spy@evil.example" not in str(told["To"])
    assert all("\n" not in text and "\r" not in text for text in (ticket.title, ticket.requester.person.name))


def test_an_envelope_with_many_tickets_reaches_one_of_its_senders_own(cast: Cast, ticket: Ticket) -> None:
    foreign = ticket_of(take(letter("Mine", sender="stranger@quarry.example", message_id="<2@quarry.example>")))
    both = [reply_address(foreign.key, SUPPORT), reply_address(ticket.key, SUPPORT)]
    assert take(letter("Hello", to=both[0]), to=both).outcome == ticket.key
    assert foreign.messages.count() == 1


def test_a_forged_customer_with_the_right_number_learns_nothing_and_moves_nothing(cast: Cast, ticket: Ticket) -> None:
    """Their domain publishes nothing, so the words are taken in: as words, from that address, and answered to that address."""
    forged: dict[str, Any] = {"title": f"Re: [#{ticket.pk}]", "reply_to": "x@evil.example", "cc": "x@evil.example"}
    mail = take(
        BY_EVIL + letter("Send it to me", message_id="<3@evil.example>", **forged), envelope_from="x@evil.example"
    )
    assert (mail.outcome, mail.is_authentic) == (ticket.key, False)
    ticket.refresh_from_db()
    assert (ticket.requester, ticket.watchers.count()) == (cast.customer, 0)
    assert not Contact.objects.filter(person__email="x@evil.example").exists()
    told = [wire(one) for one in OutgoingMail.objects.all()]
    assert not any(
        "evil.example" in str(one[field]) for one in told if one for field in ("To", "Cc", "Reply-To", "From")
    )
    answered = take(letter("What do they say?", sender="x@evil.example", title=f"Re: [#{ticket.pk}]"))
    assert answered.outcome != ticket.key


class Published(Names):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text

    def ask(self, name: str, kind: str) -> list[str]:
        return [self.text] if name.startswith("_dmarc.") else []


@pytest.mark.parametrize(
    ("text", "policy"),
    [
        ("v=DMARC1; p=reject", "reject"),
        ("v=DMARC1; p=quarantine; pct=0", "none"),
        ("v=DMARC1; p=reject; pct=0", "quarantine"),
        ("v=DMARC1; p=reject; t=y", "quarantine"),
        ("v=DMARC1; p=reject; pct=50", "reject"),
        ("v=DMARC1; p=none", "none"),
    ],
)
def test_a_domain_that_tries_its_policy_out_is_taken_at_its_word(text: str, policy: str) -> None:
    assert record_of("shop.example", Published(text)).policy == policy
