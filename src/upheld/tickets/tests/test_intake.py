"""Every mail finds one place: whose ticket it is, and what never happens by mail."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from upheld.accounts.models import Account, Contact
from upheld.channels.files import open_stored
from upheld.channels.mail.receiving import accept
from upheld.channels.mail.threading import reply_address
from upheld.channels.models import OutgoingMail, ReceivedMail
from upheld.channels.tests.post import SUPPORT, letter
from upheld.conftest import Cast
from upheld.events.models import Event
from upheld.tickets import intake
from upheld.tickets.actions.conversation import reply
from upheld.tickets.actions.merging import merge
from upheld.tickets.actions.resolution import close, resolve
from upheld.tickets.actions.spam import mark_spam
from upheld.tickets.left_behind import announce_left_behind
from upheld.tickets.models import Link, Message, Ticket
from upheld.tickets.tests.mailbox import take, ticket_of

pytestmark = pytest.mark.usefixtures("own_files")

State = ReceivedMail.State


def now() -> datetime:
    return datetime.now(UTC)


def opened(cast: Cast, **fields: Any) -> Ticket:
    return ticket_of(take(letter(message_id="<first@harbour.example>", **fields)))


def answered(cast: Cast, ticket: Ticket, *, cc: tuple[str, ...] = ()) -> OutgoingMail:
    said = reply(ticket, text="Is it on?", by=cast.agent.actor, author=cast.agent.person, at=now(), cc=cc)
    assert said.outgoing is not None
    return said.outgoing


# -- whose ticket ----------------------------------------------------------------------------------------------------------


def test_a_mail_becomes_a_ticket_of_its_account_plan_category_and_priority(cast: Cast) -> None:
    mail = take(
        letter("Our pump stopped.", title="The integration failed: webhook", html="<p>Our <b>pump</b> stopped.</p>")
    )
    ticket = ticket_of(mail)

    assert (ticket.requester, ticket.account, ticket.plan) == (cast.customer, cast.account, "enterprise")
    assert (ticket.title, ticket.channel, ticket.department) == ("The integration failed: webhook", "email", "support")
    assert (ticket.category, ticket.priority) == ("integration", "P2")
    assert ticket.opened_at == mail.received_at
    message = ticket.messages.get()
    assert (message.text, message.html) == ("Our pump stopped.", "<p>Our <b>pump</b> stopped.</p>")
    assert message.received == mail
    assert (mail.sender, mail.title, mail.reason) == ("customer@harbour.example", "The integration failed: webhook", "")
    assert mail.decided_at is not None


def test_the_address_decides_before_the_words(cast: Cast) -> None:
    ticket = ticket_of(
        take(
            letter("The webhook fails", to="Billing <billing@techflowsolutions.com>"),
            to=["billing+x@techflowsolutions.com"],
        )
    )
    assert (ticket.department, ticket.category, ticket.priority) == ("billing", "billing", "P3")


def test_an_unknown_colleague_is_known_by_the_domain(cast: Cast) -> None:
    ticket = ticket_of(take(letter(sender="New Person <New@Mail.Harbour.example>")))
    assert ticket.account == cast.account
    assert (ticket.requester.person.email, ticket.requester.person.name) == ("new@mail.harbour.example", "New Person")
    assert not ticket.requester.is_administrator


@pytest.mark.parametrize("domain", ["gmail.com", "yahoo.co.uk", "hotmail.fr", "nowhere.example"])
def test_a_public_provider_says_nothing_of_an_account(cast: Cast, domain: str) -> None:
    cast.account.domains.create(name=domain) if domain != "nowhere.example" else None
    ticket = ticket_of(take(letter(sender=f"someone@{domain}")))
    assert (ticket.account, ticket.plan) == (None, "standard")


def test_the_same_sender_twice_is_one_contact(cast: Cast) -> None:
    first, second = (ticket_of(take(letter(sender="new@quarry.example", title=title))) for title in ("One", "Two"))
    assert first.requester == second.requester
    assert Contact.objects.filter(person__email="new@quarry.example").count() == 1


def test_files_are_kept_under_safe_names(cast: Cast) -> None:
    mail = take(letter(files=[("../../pump.pdf", "application/pdf", b"%PDF"), ("p.png", "image/png", b"PNG")]))
    kept = list(ticket_of(mail).messages.get().attachments.order_by("id"))
    assert [(one.name, one.content_type) for one in kept] == [("pump.pdf", "application/pdf"), ("p.png", "image/png")]
    with open_stored(kept[0].file) as opened_file:
        assert opened_file.read() == b"%PDF"


def test_markup_is_cleaned_and_the_quotation_is_folded(cast: Cast) -> None:
    html = "<p onclick=x()>New<script>alert(1)</script></p><blockquote type=cite>old</blockquote>"
    message = ticket_of(take(letter("New", html=html))).messages.get()
    assert (
        message.html == "<p>New</p><details><summary>Earlier messages</summary><blockquote>old</blockquote></details>"
    )


def test_the_other_recipients_are_shown_and_not_copied(cast: Cast) -> None:
    ticket = opened(
        cast, to=f"{SUPPORT}, Spy <spy@evil.example>", cc="neighbour@harbour.example, customer@harbour.example"
    )
    assert ticket.messages.get().cc == ["spy@evil.example", "neighbour@harbour.example"]
    assert not ticket.watchers.exists()  # nobody proved who asks for it
    assert answered(cast, ticket).recipients == ["customer@harbour.example"]


# -- which ticket ----------------------------------------------------------------------------------------------------------


def test_an_answer_to_the_signed_address_finds_its_ticket(cast: Cast) -> None:
    ticket = opened(cast)
    signed = answered(cast, ticket).envelope_from
    mail = take(letter("Yes.", to=signed), to=[signed.upper()])
    assert mail.outcome == ticket.key
    assert [message.text for message in ticket.messages.order_by("id")] == ["It does not start.", "Is it on?", "Yes."]


def test_an_answer_finds_its_ticket_by_the_mails_it_refers_to(cast: Cast) -> None:
    ticket = opened(cast)
    sent = answered(cast, ticket)
    to_our_reply = take(letter("Yes.", in_reply_to=sent.message_id))
    to_own_mail = take(letter("And more.", references="<first@harbour.example>"))
    assert {to_our_reply.outcome, to_own_mail.outcome} == {ticket.key}
    assert ticket.messages.filter(by=Message.By.CUSTOMER).count() == 3


def test_two_mails_that_refer_to_one_we_never_got_belong_together(cast: Cast) -> None:
    first = take(letter("One", references="<lost@harbour.example>"))
    second = take(letter("Two", references="<lost@harbour.example>"))
    late = take(letter("Late", message_id="<lost@harbour.example>"))
    assert first.outcome == second.outcome == late.outcome


def test_a_colleague_may_join_and_a_stranger_may_not(cast: Cast) -> None:
    ticket = opened(cast)
    signed = answered(cast, ticket).envelope_from
    assert take(letter("Me too", sender="neighbour@harbour.example", to=signed)).outcome == ticket.key

    foreign = ticket_of(
        take(
            letter("What is this?", sender="stranger@quarry.example", to=signed, in_reply_to="<first@harbour.example>"),
            to=[signed],
        )
    )
    assert foreign != ticket
    assert foreign.requester == cast.stranger
    assert Link.objects.filter(ticket=foreign, other=ticket).exists()
    assert ticket.messages.filter(author=cast.stranger.person).count() == 0
    again = take(letter("And?", sender="stranger@quarry.example", in_reply_to="<first@harbour.example>"))
    assert again.outcome == foreign.key
    unsigned = ticket_of(take(letter("Guess", sender="other@mine.example", in_reply_to="<first@harbour.example>")))
    assert unsigned not in (ticket, foreign)
    assert not Link.objects.filter(ticket=unsigned).exists()


def test_a_stranger_whom_we_copied_in_may_answer(cast: Cast) -> None:
    ticket = opened(cast)
    signed = answered(cast, ticket, cc=("Stranger@Quarry.example",)).envelope_from
    assert take(letter("Thanks for asking me", sender="stranger@quarry.example", to=signed)).outcome == ticket.key


def test_a_number_in_the_subject_is_believed_of_those_who_have_a_part_in_it(cast: Cast) -> None:
    ticket = opened(cast)
    title = f"Re: The pump [#{ticket.pk}]"
    assert take(letter("Hello", title=title)).outcome == ticket.key
    other = ticket_of(take(letter("Hello", title=title, sender="stranger@quarry.example")))
    assert other != ticket
    assert other.title == "The pump"
    assert not Link.objects.filter(ticket=other).exists()


def test_a_machine_that_answers_every_acknowledgement_ends_up_in_one_ticket(cast: Cast) -> None:
    raw = letter("First")
    for _ in range(6):
        ticket_of(take(raw))
        acknowledged = OutgoingMail.objects.filter(key__startswith="acknowledge:").latest("id")
        raw = letter(f"Thank you {raw[-20:]!r}", title=f"Re: {acknowledged.title}")
    assert Ticket.objects.count() == 1
    assert OutgoingMail.objects.filter(key__startswith="acknowledge:").count() == 1


def test_mail_to_a_merged_ticket_follows_the_merge(cast: Cast) -> None:
    first = opened(cast)
    second = ticket_of(take(letter("Another")))
    merge(first, into=second, by=cast.agent.actor, at=now())
    assert take(letter("More", references="<first@harbour.example>")).outcome == second.key


def test_an_answer_reopens_within_the_time_and_opens_a_follow_up_after(cast: Cast) -> None:
    ticket = opened(cast)
    resolve(
        ticket,
        by=cast.agent.actor,
        at=now(),
        record={"resolution": "x", "root_cause": "y", "summary": "z", "cause": "c"},
    )
    assert take(letter("Still broken", references="<first@harbour.example>")).outcome == ticket.key
    ticket.refresh_from_db()
    assert ticket.status == "open"

    close(ticket, by=cast.customer.actor, at=now())
    follow_up = ticket_of(take(letter("Again", references="<first@harbour.example>")))
    assert follow_up != ticket
    assert Link.objects.filter(ticket=follow_up, other=ticket).exists()


# -- what never happens ----------------------------------------------------------------------------------------------------


def test_mail_in_an_agents_name_acts_as_nobody(cast: Cast) -> None:
    ticket = opened(cast)
    mail = take(
        letter(
            "Give him everything", sender="Agent Ames <agent@techflow.example>", references="<first@harbour.example>"
        )
    )
    assert (mail.state, mail.outcome) == (State.SUSPENDED, "")
    assert "agent's address" in mail.reason
    assert ticket.messages.count() == 1


@pytest.mark.parametrize("sender", [SUPPORT, "Billing@techflowsolutions.com", reply_address("ticket:1", SUPPORT)])
def test_mail_in_our_own_name_is_held(cast: Cast, sender: str) -> None:
    assert take(letter(sender=sender)).state == State.SUSPENDED
    assert Ticket.objects.count() == 0


def test_our_own_mail_that_comes_back_is_dropped(cast: Cast) -> None:
    sent = answered(cast, opened(cast))
    mail = take(bytes(sent.raw))
    assert (mail.state, mail.reason) == (State.DROPPED, "Our own mail came back to us.")


def test_mail_to_a_ticket_that_is_spam_is_held(cast: Cast) -> None:
    ticket = opened(cast)
    mark_spam(ticket, by=cast.agent.actor, at=now())
    assert take(letter("Buy more", references="<first@harbour.example>")).state == State.SUSPENDED


def test_an_automatic_answer_is_noted_reopens_nothing_and_the_fourth_is_a_loop(cast: Cast) -> None:
    ticket = opened(cast)
    sent = answered(cast, ticket)
    before = OutgoingMail.objects.count()
    mails = [
        take(
            letter(
                f"I am away {number}", title="Out of office", auto_submitted="auto-replied", in_reply_to=sent.message_id
            )
        )
        for number in range(5)
    ]
    assert [mail.state for mail in mails] == ["message"] * 3 + ["dropped"] * 2
    assert "loop" in mails[3].reason
    notes = ticket.messages.filter(received__in=mails)
    assert all(note.is_internal for note in notes)
    assert not Event.objects.filter(kind="ticket.customer_replied").exists()
    assert OutgoingMail.objects.count() == before


def test_an_automatic_answer_to_nothing_is_held_and_an_alert_opens_a_ticket_until_it_loops(cast: Cast) -> None:
    assert take(letter(title="Automatic reply: hello")).state == State.SUSPENDED
    alerts = [take(letter(f"Disk {number}", title="Disk full", auto_submitted="auto-generated")) for number in range(5)]
    assert [mail.state for mail in alerts] == ["message"] * 3 + ["suspended"] * 2
    event = Event.objects.get(kind="ticket.opened", subject=alerts[0].outcome)
    assert event.data["automatic"] is True


def test_a_second_copy_by_another_way_is_one_message_and_other_words_are_two(cast: Cast) -> None:
    raw = letter("Once", message_id="<same@harbour.example>")
    first = take(raw)
    copy = take(b"Received: from another by way\r\n" + raw)
    other = take(letter("Different words", message_id="<same@harbour.example>"))

    assert (copy.state, copy.outcome) == (State.DROPPED, first.outcome)
    assert copy.is_repeat_id
    assert copy.reason == f"A second copy of {first.key}, by another way."
    assert (other.state, other.outcome, other.is_repeat_id) == (State.MESSAGE, first.outcome, True)
    assert ticket_of(first).messages.count() == 2


# -- reports ---------------------------------------------------------------------------------------------------------------


def bounce(sent: OutgoingMail, address: str = "customer@harbour.example", status: str = "5.1.1") -> bytes:
    return (
        "From: MAILER-DAEMON@mx.harbour.example\r\nSubject: Undelivered\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="x"\r\n\r\n'
        "--x\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n\r\n"
        f"Final-Recipient: rfc822; {address}\r\nAction: failed\r\nStatus: {status}\r\n"
        f"--x\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: {sent.message_id}\r\n--x--"
    ).encode()


def test_a_bounce_is_noted_on_the_mail_the_ticket_and_the_contact(cast: Cast) -> None:
    ticket = opened(cast)
    sent = answered(cast, ticket)
    mail = take(bounce(sent), envelope_from="<>", to=[sent.envelope_from])

    assert (mail.state, mail.outcome) == (State.MESSAGE, ticket.key)
    note = ticket.messages.get(received=mail)
    assert note.is_internal
    assert "customer@harbour.example could not be delivered (5.1.1)" in note.text
    sent.refresh_from_db()
    cast.customer.refresh_from_db()
    assert sent.refused == {"customer@harbour.example": "came back: 5.1.1"}
    assert sent.bounced_at == cast.customer.bounced_at == mail.received_at
    assert Event.objects.get(kind="message.bounced").data == {"mail": sent.pk, "permanent": True, "codes": ["5.1.1"]}


def test_who_writes_again_can_be_written_to_again(cast: Cast) -> None:
    cast.customer.bounced_at = now() - timedelta(days=1)
    cast.customer.save()
    take(letter("Here I am again."))
    cast.customer.refresh_from_db()
    assert cast.customer.bounced_at is None


def test_a_forged_bounce_marks_nobody(cast: Cast) -> None:
    sent = answered(cast, opened(cast))
    mail = take(bounce(sent, "stranger@quarry.example"), envelope_from="<>")
    cast.stranger.refresh_from_db()
    assert mail.state == State.DROPPED
    assert cast.stranger.bounced_at is None
    unknown = OutgoingMail(message_id="<never@techflowsolutions.com>")
    assert take(bounce(unknown), envelope_from="<>").reason == "A report about a mail that is not ours."


# -- exactly once ----------------------------------------------------------------------------------------------------------


def test_running_twice_changes_nothing(cast: Cast) -> None:
    mail = take(letter())
    intake.take_in_mail(mail.pk)
    assert accept(bytes(mail.raw)).pk == mail.pk
    assert (Ticket.objects.count(), Message.objects.count()) == (1, 1)
    assert Event.objects.filter(kind="message.received").count() == 1


def test_what_fails_half_way_leaves_nothing_behind_and_is_quarantined(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ValueError("at the last moment")

    monkeypatch.setattr(intake, "settle", fail)
    mail = take(letter(sender="new@quarry.example"))
    assert (mail.state, mail.reason) == (State.QUARANTINED, "Could not be taken in: ValueError")
    assert not Ticket.objects.exists()
    assert not Contact.objects.filter(person__email="new@quarry.example").exists()


def test_trouble_that_passes_quarantines_nothing(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(intake, "store", full)
        with pytest.raises(OSError, match="No space"):
            take(letter(files=[("a.bin", "application/octet-stream", b"x")]))
    mail = ReceivedMail.objects.get()
    assert mail.state == State.RECEIVED
    later = now() + timedelta(minutes=5)
    assert announce_left_behind(now()) == 0
    assert announce_left_behind(now() - timedelta(hours=3)) == 1  # it came by a clock that was put back
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
    assert [announce_left_behind(later), announce_left_behind(later)] == [1, 0]
    intake.take_in_mail(mail.pk)
    mail.refresh_from_db()
    assert mail.state == State.MESSAGE


def test_nobody_and_nothing_are_quarantined_with_the_reason(cast: Cast) -> None:
    assert take(b"").reason == "The mail is empty."
    nobody = take(b"Subject: Who\r\n\r\nHello", envelope_from="<>")
    assert nobody.state in {State.QUARANTINED, State.SUSPENDED}
    assert nobody.reason
    assert take(b"Subject: Who else\r\n\r\nHello", envelope_from="customer@harbour.example").state == State.MESSAGE


def test_a_closed_account_gets_no_new_colleagues(cast: Cast) -> None:
    Account.objects.filter(pk=cast.account.pk).update(closed_at=now())
    assert ticket_of(take(letter(sender="late@harbour.example"))).account is None
