"""Agents by mail: proved, they answer, note, command and hand on; unproved, they do nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from django.conf import LazySettings

from upheld.channels.mail.holding import NotHeld, release, run_again
from upheld.channels.models import OutgoingMail, ReceivedMail
from upheld.channels.tests.post import letter
from upheld.conftest import Cast
from upheld.events.models import Event
from upheld.tickets.commands import Command, NoSuchCommand, commands_in
from upheld.tickets.models import Ticket
from upheld.tickets.tests.mailbox import react_after, take, ticket_of

State = ReceivedMail.State
AGENT = "Agent Ames <agent@techflow.example>"
PROVED = "Authentication-Results: mx.desk.example; dkim=pass header.d=techflow.example\r\n"


@pytest.fixture(autouse=True)
def relay(settings: LazySettings, tmp_path: object) -> None:
    """Mail comes by a relay of ours that says what it found out."""
    settings.MEDIA_ROOT = tmp_path
    settings.UPHELD_MAIL = replace(settings.UPHELD_MAIL, trusted_authserv=frozenset({"mx.desk.example"}))


@pytest.fixture
def ticket(cast: Cast) -> Ticket:
    return ticket_of(take(letter(message_id="<first@harbour.example>")))


def from_agent(text: str, *, proof: str = PROVED, **fields: Any) -> ReceivedMail:
    fields = {"references": "<first@harbour.example>", "sender": AGENT, **fields}
    return take(proof.encode() + letter(text, **fields), envelope_from="agent@techflow.example")


def test_an_answer_by_mail_is_an_answer(cast: Cast, ticket: Ticket) -> None:
    mail = from_agent("Please restart it.\n\nOn 2 March 2026 Customer wrote:\n> It does not start.")
    said = ticket.messages.get(received=mail)
    assert (mail.state, said.text, said.author, said.is_internal) == (
        State.MESSAGE, "Please restart it.", cast.agent.person, False,
    )  # fmt: skip
    assert said.outgoing is not None
    assert said.outgoing.recipients == ["customer@harbour.example"]


def test_who_answers_to_all_has_written_to_the_customer_already(cast: Cast, ticket: Ticket) -> None:
    """A customer with an agent in copy got each answer of theirs twice."""
    mail = from_agent("It is done.", to="Reed <customer@harbour.example>", cc="support@techflowsolutions.com")
    said = ticket.messages.get(received=mail)
    assert (said.is_internal, said.outgoing) == (False, None)
    assert Event.objects.filter(kind="ticket.replied", subject=ticket.key).count() == 1
    assert take(letter("Thank you", in_reply_to=mail.message_id)).outcome == ticket.key


def test_commands_stand_above_or_below_the_answer(cast: Cast, ticket: Ticket) -> None:
    from_agent("#priority p1\n\nWe are on it.\n\n#assign me\n#wait")
    ticket.refresh_from_db()
    assert (ticket.priority, ticket.assignee, ticket.status) == ("P1", cast.agent, "waiting_on_customer")
    assert ticket.messages.latest("id").text == "We are on it."


def test_a_note_by_mail_stays_among_us(cast: Cast, ticket: Ticket) -> None:
    before = OutgoingMail.objects.filter(recipients__contains=["customer@harbour.example"]).count()
    from_agent("#note\nThey are always late with their bills.")
    assert ticket.messages.latest("id").is_internal
    assert OutgoingMail.objects.filter(recipients__contains=["customer@harbour.example"]).count() == before


@pytest.mark.parametrize(
    "proof", ["", PROVED.replace("pass", "fail"), PROVED.replace("techflow", "evil"), PROVED.replace("mx.", "mx2.")]
)
def test_without_proof_nothing_is_done(cast: Cast, ticket: Ticket, proof: str) -> None:
    mail = from_agent("#resolve\nAll is well.", proof=proof)
    ticket.refresh_from_db()
    assert (mail.state, ticket.status, ticket.messages.count()) == (State.SUSPENDED, "new", 1)
    assert "does not prove" in mail.reason


@pytest.mark.parametrize("text", ["#resolv\nDone.", "#priority P9", "#assign nobody@techflow.example", "#priority"])
def test_a_command_that_cannot_be_done_does_nothing_and_says_why(cast: Cast, ticket: Ticket, text: str) -> None:
    mail = from_agent(f"{text}\n")
    assert (mail.state, ticket.messages.count()) == (State.SUSPENDED, 1)
    assert mail.reason.startswith("Not done: ")


def test_an_absence_note_of_one_of_us_goes_nowhere(cast: Cast, ticket: Ticket) -> None:
    mail = from_agent("I am away.", auto_submitted="auto-replied")
    assert (mail.state, ticket.messages.count()) == (State.DROPPED, 1)


def test_somebody_who_left_cannot_act(cast: Cast, ticket: Ticket) -> None:
    cast.agent.person.is_active = False
    cast.agent.person.save()
    assert from_agent("#resolve").state == State.SUSPENDED


FORWARDS = [
    """---------- Forwarded message ---------
From: Nell Reed <nell@harbour.example>
Date: Mon, 2 Mar 2026 at 10:00
Subject: The crane
To: <agent@techflow.example>

It does not lift.""",
    """Begin forwarded message:

> From: Nell Reed <nell@harbour.example>
> Subject: The crane
> Date: 2 March 2026 at 10:00:00 CET
> To: agent@techflow.example
>
> It does not lift.""",
    """-----Ursprüngliche Nachricht-----
Von: Nell Reed [mailto:nell@harbour.example]
Gesendet: Montag, 2. März 2026 10:00
An: Agent
Betreff: The crane

It does not lift.""",
    """________________________________
De : Nell Reed <nell@harbour.example>
Envoyé : lundi 2 mars 2026 10:00
À : agent@techflow.example
Objet : The crane

It does not lift.""",
]


@pytest.mark.parametrize("text", FORWARDS)
def test_what_one_of_us_hands_on_is_the_original_senders(cast: Cast, text: str) -> None:
    mail = from_agent(f"Can somebody look?\n\n{text}", title="Fwd: The crane", references="")
    ticket = ticket_of(mail)
    assert (ticket.requester.person.email, ticket.title) == ("nell@harbour.example", "The crane")
    first, comment = ticket.messages.order_by("id")
    assert (first.text, comment.text, comment.is_internal) == ("It does not lift.", "Can somebody look?", True)


def test_a_mail_that_is_attached_is_handed_on_too(cast: Cast) -> None:
    inner = letter("It does not lift.", sender="Nell <nell@harbour.example>", title="The crane")
    raw = letter("See below.", sender=AGENT, title="Fwd: The crane")
    boundary = b"==b"
    head, _, body = raw.partition(b"\r\n\r\n")
    kept = b"\r\n".join(line for line in head.split(b"\r\n") if not line.lower().startswith((b"content-", b"mime-")))
    whole = (
        PROVED.encode() + kept + b'\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="==b"\r\n\r\n--' + boundary
        + b"\r\nContent-Type: text/plain\r\n\r\n" + body + b"\r\n--" + boundary
        + b"\r\nContent-Type: message/rfc822\r\n\r\n" + inner + b"\r\n--" + boundary + b"--\r\n"
    )  # fmt: skip
    ticket = ticket_of(take(whole, envelope_from="agent@techflow.example"))
    assert (ticket.requester.person.email, ticket.title) == ("nell@harbour.example", "The crane")


def test_a_mail_of_ours_about_nothing_is_held(cast: Cast) -> None:
    assert from_agent("Hello everybody", references="", title="Lunch").state == State.SUSPENDED


def test_a_mail_that_its_domain_disowns_is_held(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    from upheld.channels.mail.trust.names import Names

    records = {"_dmarc.harbour.example": ["v=DMARC1; p=reject"], "harbour.example": ["v=spf1 -all"]}
    monkeypatch.setattr(Names, "ask", lambda _self, name, kind: records.get(name, []) if kind == "TXT" else [])
    from upheld.channels.mail.receiving import accept
    from upheld.tickets.intake import take_in_mail

    mail = accept(letter("Pay me"), envelope_from="customer@harbour.example", peer="203.0.113.9")
    take_in_mail(mail.pk)
    mail.refresh_from_db()
    assert (mail.state, Ticket.objects.count()) == (State.SUSPENDED, 0)
    assert "DMARC fail" in mail.reason


# -- what was held ---------------------------------------------------------------------------------------------------------


def decided(decide: Any, mail: ReceivedMail, cast: Cast) -> ReceivedMail:
    last = Event.objects.latest("id").pk
    decide(mail, by=cast.administrator.actor, at=datetime.now(UTC))
    react_after(last)
    mail.refresh_from_db()
    return mail


def test_who_lets_a_mail_through_vouches_for_its_words_and_for_no_more(cast: Cast, ticket: Ticket) -> None:
    mail = decided(release, from_agent("#resolve\nPlease restart it.", proof=""), cast)
    written = ticket.messages.latest("id")
    ticket.refresh_from_db()
    assert (mail.state, written.is_internal, written.outgoing, ticket.status) == (State.MESSAGE, True, None, "new")
    assert [words for _, words in mail.steps][1] == "Let through by Administrator Ames"


def test_a_mail_of_one_of_us_that_somebody_sends_again_to_another_ticket_goes_nowhere(
    cast: Cast, ticket: Ticket
) -> None:
    other = ticket_of(take(letter("Another", message_id="<second@harbour.example>", title="Other")))
    from_agent("Restart it.", message_id="<ours@techflow.example>")
    again = from_agent("Restart it.\n", message_id="<ours@techflow.example>", references="<second@harbour.example>")
    assert (again.state, other.messages.count()) == (State.DROPPED, 1)


@pytest.mark.parametrize(
    "fields",
    [{"sender": "Us <support@techflowsolutions.com>"}, {"auto_submitted": "auto-replied", "sender": "a@b.example"}],
)
def test_whatever_was_held_can_be_let_through(cast: Cast, fields: dict[str, Any]) -> None:
    held = take(letter("Hello", **fields))
    assert held.state == State.SUSPENDED
    assert ticket_of(decided(release, held, cast)).title == "The pump"


def test_looked_at_again_it_is_decided_by_what_holds_now(cast: Cast, ticket: Ticket) -> None:
    mail = from_agent("#resolv")
    assert decided(run_again, mail, cast).state == State.SUSPENDED
    with pytest.raises(NotHeld):
        release(take(letter("Another")), by=cast.administrator.actor, at=datetime.now(UTC))


def test_any_mail_can_be_looked_at_again_and_what_is_a_message_stays_that_one(cast: Cast, ticket: Ticket) -> None:
    mail = take(letter("More", references="<first@harbour.example>"))
    assert decided(run_again, mail, cast).outcome == ticket.key
    assert (ticket.messages.filter(received=mail).count(), Ticket.objects.count()) == (1, 1)
    ticket.messages.filter(received=mail).delete()
    assert decided(run_again, mail, cast).outcome == ticket.key
    assert ticket.messages.filter(received=mail).count() == 1


def test_what_cannot_be_a_message_stays_in_quarantine(cast: Cast) -> None:
    mail = take(b"   \r\n")
    assert decided(release, mail, cast).state == State.QUARANTINED


def test_only_a_proved_mail_makes_its_copies_watchers(cast: Cast) -> None:
    copied: dict[str, Any] = {"cc": cast.neighbour.person.email}
    unproved = ticket_of(take(letter("One", **copied)))
    proved = ticket_of(take(PROVED.replace("techflow", "harbour").encode() + letter("Two", title="Other", **copied)))
    assert (unproved.watchers.count(), proved.watchers.count()) == (0, 1)


@pytest.mark.parametrize(
    ("text", "commands", "rest"),
    [
        ("#note\nHello", [Command("note")], "Hello"),
        ("Hello\n\n#resolve\n", [Command("resolve")], "Hello"),
        ("#priority P1\n#assign me\nHello", [Command("priority", "P1"), Command("assign", "me")], "Hello"),
        ("See ticket\n#1042 is the one\nand more", [], "See ticket\n#1042 is the one\nand more"),
        ("Use\n#include <stdio.h>\nin it", [], "Use\n#include <stdio.h>\nin it"),
        ("# a heading\ntext", [], "# a heading\ntext"),
        ("", [], ""),
    ],
)  # fmt: skip
def test_where_commands_are_read(text: str, commands: list[Command], rest: str) -> None:
    assert commands_in(text) == (commands, rest)


@pytest.mark.parametrize(("text", "near"), [("#resolv", "#resolve"), ("#asign me", "#assign"), ("#zzzzzz", "#note")])
def test_a_command_that_is_none_names_those_that_are(text: str, near: str) -> None:
    with pytest.raises(NoSuchCommand, match=near):
        commands_in(text)
