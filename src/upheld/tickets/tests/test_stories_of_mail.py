"""What people told of other desks, as stories in which ours does right: whose mail it is, and into which ticket it goes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import make_msgid
from typing import Any

import pytest
from django.conf import LazySettings

from upheld.accounts.actions import add_account
from upheld.accounts.models import Contact
from upheld.channels.mail.threading import reply_address
from upheld.channels.models import OutgoingMail, ReceivedMail
from upheld.channels.tests.post import SUPPORT, letter
from upheld.conftest import Cast
from upheld.people.models import Notification
from upheld.tickets.actions.conversation import reply
from upheld.tickets.actions.merging import merge, unmerge
from upheld.tickets.actions.resolution import close
from upheld.tickets.models import Link, Message, Ticket
from upheld.tickets.tests.mailbox import acknowledgement, take, text_of, ticket_of

State = ReceivedMail.State
FIRST = "<first@harbour.example>"
STRANGER = "Stranger Reed <stranger@quarry.example>"


@pytest.fixture(autouse=True)
def relay(settings: LazySettings, tmp_path: object) -> None:
    """Mail comes by a relay of ours that says what it found out."""
    settings.MEDIA_ROOT = tmp_path
    settings.UPHELD_MAIL = replace(settings.UPHELD_MAIL, trusted_authserv=frozenset({"mx.desk.example"}))


def now() -> datetime:
    return datetime.now(UTC)


def proved(raw: bytes, domain: str = "harbour.example") -> bytes:
    return f"Authentication-Results: mx.desk.example; dkim=pass header.d={domain}\r\n".encode() + raw


def disproved(raw: bytes) -> bytes:
    return b"Authentication-Results: mx.desk.example; dkim=fail header.d=harbour.example\r\n" + raw


@pytest.fixture
def ticket(cast: Cast) -> Ticket:
    return ticket_of(take(letter(message_id=FIRST)))


def answer(cast: Cast, ticket: Ticket, *, cc: tuple[str, ...] = (), bcc: tuple[str, ...] = ()) -> OutgoingMail:
    said = reply(ticket, text="Is it on?", by=cast.agent.actor, author=cast.agent.person, at=now(), cc=cc, bcc=bcc)
    assert said.outgoing is not None
    return said.outgoing


def closed(cast: Cast, ticket: Ticket) -> Ticket:
    close(ticket, by=cast.customer.actor, at=now())
    return ticket


# -- "the reply made a new ticket" -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("where", ["to", "cc", "bcc"])
def test_our_address_may_stand_in_to_in_cc_or_in_the_envelope_only(cast: Cast, ticket: Ticket, where: str) -> None:
    """Chatwoot 15365: with the address in Cc, the answer vanished without a line in any log."""
    signed = answer(cast, ticket).envelope_from
    heads: dict[str, dict[str, Any]] = {
        "to": {"to": signed},
        "cc": {"to": "colleague@harbour.example", "cc": signed},
        "bcc": {"to": "a@b.example"},
    }
    mail = take(letter("Yes.", **heads[where]), to=[signed])
    assert mail.outcome == ticket.key


def test_what_a_mailbox_holds_without_an_envelope_is_found_by_its_head(cast: Cast, ticket: Ticket) -> None:
    signed = answer(cast, ticket).envelope_from
    assert take(letter("Yes.", to="a@b.example", delivered_to=signed), to=[]).outcome == ticket.key
    assert take(letter("Yes again.", to="a@b.example", cc=signed), to=[]).outcome == ticket.key


def test_an_answer_to_the_acknowledgement_before_anybody_did_anything(cast: Cast, ticket: Ticket) -> None:
    """osTicket 902, uvdesk 258."""
    told = acknowledgement(ticket)
    assert told is not None
    assert take(letter("More", title=f"Re: {told['Subject']}", in_reply_to=told["Message-ID"])).outcome == ticket.key


@pytest.mark.parametrize("mark", ["Re", "AW", "VS", "SV", "Odp", "RE[2]", "Antw", "回复"])
def test_an_answer_is_one_in_whatever_language_its_subject_says_so(cast: Cast, ticket: Ticket, mark: str) -> None:
    """OTRS Community 14: `VS:` made a new ticket every time."""
    assert take(letter("Hello", title=f"{mark}: The pump [#{ticket.pk}]")).outcome == ticket.key


def test_two_customers_with_one_letter_in_their_references_have_two_tickets_and_keep_them(cast: Cast) -> None:
    """Zammad 5716, and the other way round: what one wrote is never another's."""
    letter_to_many: dict[str, Any] = {"references": "<newsletter@techflow.example>"}
    mine = ticket_of(take(letter("One", **letter_to_many)))
    theirs = ticket_of(take(letter("Uno", sender=STRANGER, **letter_to_many)))
    assert mine != theirs
    assert take(letter("Two", **letter_to_many)).outcome == mine.key
    assert take(letter("Due", sender=STRANGER, **letter_to_many)).outcome == theirs.key
    assert Ticket.objects.count() == 2


def test_mails_without_message_id_are_all_kept_and_each_is_one(cast: Cast) -> None:
    """Libredesk drops what has no Message-ID."""
    mails = [take(letter(f"Text {number}", title=f"Title {number}", message_id="")) for number in range(3)]
    assert len({mail.outcome for mail in mails}) == 3
    assert [mail.message_id for mail in mails] == ["", "", ""]


def test_an_old_date_or_an_old_answer_changes_nothing(cast: Cast, ticket: Ticket) -> None:
    """FreeScout's three days, Libredesk's forty-eight hours."""
    Message.objects.filter(ticket=ticket).update(at=now() - timedelta(days=90))
    ReceivedMail.objects.update(received_at=now() - timedelta(days=90))
    assert take(letter("Back from leave.", references=FIRST)).outcome == ticket.key


def test_a_reply_that_overtakes_what_it_answers_is_put_right(cast: Cast) -> None:
    reply_first = take(letter("And the pipe.", sender="neighbour@harbour.example", in_reply_to=FIRST))
    late = take(letter("The pump is broken.", message_id=FIRST))
    assert late.outcome == reply_first.outcome
    assert Ticket.objects.count() == 1


def test_who_writes_twice_after_the_end_has_one_follow_up(cast: Cast, ticket: Ticket) -> None:
    closed(cast, ticket)
    follow_up = ticket_of(take(letter("Again", references=FIRST)))
    assert follow_up != ticket
    assert take(letter("And again", references=FIRST)).outcome == follow_up.key
    assert Link.objects.filter(ticket=follow_up, other=ticket).count() == 1
    closed(cast, follow_up)
    third = ticket_of(take(letter("Once more", references=FIRST)))
    assert third not in (ticket, follow_up)
    assert Link.objects.filter(ticket=third, other=follow_up).exists()
    assert take(letter("Still", references=FIRST)).outcome == third.key


def test_a_stranger_with_our_signed_address_has_one_ticket_beside_it(cast: Cast, ticket: Ticket) -> None:
    signed = answer(cast, ticket).envelope_from
    first = ticket_of(take(letter("Who are you?", sender=STRANGER, to=signed), to=[signed]))
    assert take(letter("Hello?", sender=STRANGER, to=signed), to=[signed]).outcome == first.key
    assert ticket.messages.filter(author=cast.stranger.person).count() == 0


# -- "mail to a merged ticket" -----------------------------------------------------------------------------------------------


def test_mail_follows_a_chain_of_merges_and_goes_back_when_they_are_undone(cast: Cast, ticket: Ticket) -> None:
    """Frappe Helpdesk 2539, Zammad 983."""
    middle = ticket_of(take(letter("B", sender="neighbour@harbour.example", title="B")))
    last = ticket_of(take(letter("C", title="C")))
    merge(ticket, into=middle, by=cast.agent.actor, at=now())
    merge(middle, into=last, by=cast.agent.actor, at=now())
    assert take(letter("To the first", references=FIRST)).outcome == last.key
    unmerge(middle, by=cast.agent.actor, at=now())
    assert take(letter("To the second", references=FIRST)).outcome == middle.key
    unmerge(ticket, by=cast.agent.actor, at=now())
    assert take(letter("To itself", references=FIRST)).outcome == ticket.key
    ticket.refresh_from_db()
    assert not ticket.is_merged


def test_who_was_copied_in_on_a_merged_ticket_is_heard_in_the_other(cast: Cast, ticket: Ticket) -> None:
    sent = answer(cast, ticket, cc=("helper@elsewhere.example",))
    other = ticket_of(take(letter("Other", title="Other")))
    merge(ticket, into=other, by=cast.agent.actor, at=now())
    mail = take(letter("I can help", sender="helper@elsewhere.example", in_reply_to=sent.message_id))
    assert mail.outcome == other.key


# -- "the one in copy made a new ticket" -------------------------------------------------------------------------------------


def test_who_we_wrote_to_in_copy_or_unseen_answers_in_the_same_ticket(cast: Cast, ticket: Ticket) -> None:
    """uvdesk 650 and 607."""
    sent = answer(cast, ticket, cc=("one@elsewhere.example",), bcc=("two@elsewhere.example",))
    for sender in ("one@elsewhere.example", "two@elsewhere.example"):
        assert (
            take(letter("Here", sender=sender, in_reply_to=sent.message_id, to=sent.envelope_from)).outcome
            == ticket.key
        )


@pytest.mark.parametrize(("head", "joins"), [(proved, True), (disproved, False), (bytes, False)])
def test_who_a_proved_customer_copies_may_write_and_nobody_else(cast: Cast, head: Any, joins: bool) -> None:
    """A reply to all of another customer: it is heard where the one who asked for it proved to be themselves."""
    ticket = ticket_of(take(head(letter("See Stranger in copy", cc=STRANGER, message_id=FIRST))))
    answered = take(letter("I see it too", sender=STRANGER, in_reply_to=FIRST, cc="customer@harbour.example"))
    assert (answered.outcome == ticket.key) is joins
    assert not ticket.watchers.exists()
    assert not Ticket.objects.visible_to(cast.stranger.person).filter(pk=ticket.pk).exists()
    assert answer(cast, ticket).recipients == ["customer@harbour.example"]


# -- aliases, several addresses, forms and groups ----------------------------------------------------------------------------


def test_the_same_person_under_another_address_of_theirs(cast: Cast, ticket: Ticket) -> None:
    cast.customer.identities.create(value="reed@private.example")
    mail = take(letter("From my telephone", sender="Reed <reed@private.example>", references=FIRST))
    assert (mail.outcome, ticket.messages.latest("id").author) == (ticket.key, cast.customer.person)


def test_a_reply_to_elsewhere_moves_nothing(cast: Cast, ticket: Ticket) -> None:
    """Who forges a customer's From and asks for answers elsewhere gets none there."""
    take(letter("New address please", references=FIRST, reply_to="Thief <thief@evil.example>"))
    ticket.refresh_from_db()
    assert ticket.requester == cast.customer
    assert answer(cast, ticket).recipients == ["customer@harbour.example"]
    assert not Contact.objects.filter(person__email="thief@evil.example").exists()


def test_one_mail_to_two_of_our_addresses_is_one_ticket_by_whatever_ways_it_comes(cast: Cast) -> None:
    raw = letter("Both of you", to=f"{SUPPORT}, billing@techflowsolutions.com")
    first = take(b"Received: from a by b\r\n" + raw, to=[SUPPORT])
    second = take(b"Received: from a by c\r\n" + raw, to=["billing@techflowsolutions.com"])
    assert ticket_of(first).department == "support"
    assert (second.state, second.outcome) == (State.DROPPED, first.outcome)
    assert Ticket.objects.count() == 1


def test_a_plus_behind_our_address_goes_where_the_address_goes(cast: Cast) -> None:
    mail = take(letter("Hi", to="billing+crane@techflowsolutions.com"), to=["billing+crane@techflowsolutions.com"])
    assert ticket_of(mail).department == "billing"


GROUP: dict[str, Any] = {
    "list_id": "<support.techflowsolutions.com>",
    "precedence": "list",
    "list_post": f"<mailto:{SUPPORT}>",
}


def test_mail_by_a_group_that_is_our_own_address_is_a_persons(cast: Cast) -> None:
    """support@ is a Google group that hands on to the desk: its marks make nobody a machine."""
    ticket = ticket_of(take(letter("Help", message_id=FIRST, **GROUP)))
    assert acknowledgement(ticket) is not None
    take(letter("More", references=FIRST, **GROUP))
    ticket.refresh_from_db()
    last = ticket.messages.latest("id")
    assert (last.is_internal, last.by, last.text.strip()) == (False, "customer", "More")
    absent = take(letter("Away", references=FIRST, auto_submitted="auto-replied", **GROUP))
    assert ticket.messages.get(received=absent).is_internal


REWRITTEN: dict[str, Any] = {
    "sender": f"\"'Nell Reed' via Support\" <{SUPPORT}>",
    "reply_to": "nell@harbour.example",
    "x_original_from": "Nell Reed <nell@harbour.example>",
    **GROUP,
}


def test_a_group_that_rewrites_from_is_believed_when_it_is_proved_to_be_ours(cast: Cast) -> None:
    mail = take(proved(letter("Help", **REWRITTEN), "techflowsolutions.com"))
    ticket = ticket_of(mail)
    assert (ticket.requester.person.email, ticket.requester.person.name) == ("nell@harbour.example", "Nell Reed")
    assert not mail.is_authentic  # only the group is proved, not Nell
    assert mail.sender == "nell@harbour.example"
    assert acknowledgement(ticket) is not None


@pytest.mark.parametrize("behind", ["agent@techflow.example", "nell@harbour.example"])
def test_nobody_else_writes_in_our_name(cast: Cast, behind: str) -> None:
    unproved = take(letter("Help", **{**REWRITTEN, "x_original_from": behind, "reply_to": behind}))
    assert (unproved.state, Ticket.objects.count()) == (State.SUSPENDED, 0)
    for_an_agent = proved(
        letter("#resolve", **{**REWRITTEN, "x_original_from": "agent@techflow.example"}), "techflowsolutions.com"
    )
    assert take(for_an_agent).state == State.SUSPENDED


def test_a_form_on_our_pages_opens_the_ticket_of_whoever_filled_it_in(cast: Cast) -> None:
    fields: dict[str, Any] = {"sender": f"Website <{SUPPORT}>", "reply_to": "Nell <nell@harbour.example>"}
    ticket = ticket_of(take(proved(letter("Please call me", **fields), "techflowsolutions.com")))
    assert (ticket.requester.person.email, ticket.account) == ("nell@harbour.example", cast.account)


def test_a_customer_who_forwards_a_mail_stays_the_one_who_asks(cast: Cast) -> None:
    """Helpy 1266, FreeScout 2813: the first address in the text took the ticket over."""
    text = "What is this?\n\n---------- Forwarded message ---------\nFrom: Bank <bank@evil.example>\nSubject: Pay\n\nPay us."
    assert ticket_of(take(letter(text, title="Fwd: Pay"))).requester == cast.customer


def test_its_way_says_why_it_went_where_it_did(cast: Cast, ticket: Ticket) -> None:
    signed = answer(cast, ticket).envelope_from
    other = ticket_of(take(letter("Other", title="Other")))
    ways = {
        "an address that we signed": take(letter("1", to=signed), to=[signed]),
        "the mails that it refers to": take(letter("2", references=FIRST)),
        "the number in its subject": take(letter("3", title=f"[#{ticket.pk}]")),
        "in which its sender has no part": take(letter("4", references=FIRST, sender=STRANGER)),
        "nothing that we know": take(letter("5", title="Fresh")),
    }
    assert all(words in mail.steps[-1][1] for words, mail in ways.items())
    merge(ticket, into=other, by=cast.agent.actor, at=now())
    assert f"merged from {ticket.reference}" in take(letter("6", references=FIRST)).steps[-1][1]


# -- machines ----------------------------------------------------------------------------------------------------------------


def desk(number: int, told: Any, *, forgets: bool) -> bytes:
    """Another desk that acknowledges whatever it gets; a forgetful one says neither that it is a machine nor what it answers."""
    sender, title = "Help <help@otherdesk.example>", f"[Case {number}] We got your mail"
    if forgets:
        return letter(f"Case {number}", sender=sender, title=title)
    return letter(
        f"Case {number}", sender=sender, title=title, auto_submitted="auto-replied", in_reply_to=told["Message-ID"]
    )


@pytest.mark.parametrize(("forgets", "tickets"), [(False, 1), (True, 4)])
def test_two_desks_that_talk_to_each_other_fall_silent(cast: Cast, forgets: bool, tickets: int) -> None:
    """Three and out: osTicket 1041, Odoo 66329, Chatwoot 5131."""
    opened = ticket_of(take(letter("Hi", sender="Help <help@otherdesk.example>")))
    for number in range(10):
        told = acknowledgement(opened)
        if told is None:
            break
        mail = take(desk(number, told, forgets=forgets))
        if mail.outcome in ("", opened.key):
            break
        opened = ticket_of(mail)
    assert Ticket.objects.count() == tickets
    assert OutgoingMail.objects.filter(key__startswith="acknowledge:").count() == min(tickets, 3)


def test_a_letter_by_a_list_of_the_customers_is_heard_in_its_ticket_and_wakes_no_machine(
    cast: Cast, ticket: Ticket
) -> None:
    sent = answer(cast, ticket)
    acknowledged = OutgoingMail.objects.filter(key__startswith="acknowledge:").count()
    fields: dict[str, Any] = {"list_id": "<team.harbour.example>", "precedence": "list", "in_reply_to": sent.message_id}
    take(letter("It works now, from all of us.", **fields))
    last = ticket.messages.latest("id")
    assert (last.is_internal, last.by) == (False, "customer")
    assert OutgoingMail.objects.filter(key__startswith="acknowledge:").count() == acknowledged


# -- what nobody learns --------------------------------------------------------------------------------------------------------


def guess(**fields: Any) -> bytes:
    return letter(
        "x", sender=STRANGER, message_id=make_msgid(domain="quarry.example"), **{"title": "anything", **fields}
    )


def test_a_guess_is_told_nothing_of_the_ticket_that_it_names(cast: Cast) -> None:
    """Not its title, not its words, not who else is there: nor in the acknowledgement, nor in the portal."""
    ticket = ticket_of(take(letter("The secret valve", title="Secret title", message_id=FIRST)))
    signed = answer(cast, ticket).envelope_from
    for raw in (
        guess(title=f"Re: anything [#{ticket.pk}]"),
        guess(in_reply_to=FIRST, references=FIRST),
        guess(to=signed),
    ):
        opened = ticket_of(take(raw, to=[signed if b"To: " + signed.encode() in raw else SUPPORT]))
        assert opened != ticket
        told = acknowledgement(opened)
        if told is not None:
            whole = f"{told}{text_of(told)}".lower()
            assert not any(word in whole for word in ("secret", "valve", ticket.reference, "harbour.example"))
        assert not Ticket.objects.visible_to(cast.stranger.person).filter(pk=ticket.pk).exists()


def test_a_forged_address_is_as_good_as_none(cast: Cast, ticket: Ticket) -> None:
    good = reply_address(ticket.key, SUPPORT)
    forged = good.replace(good[good.index(".") + 1 : good.index("@")], "a" * (good.index("@") - good.index(".") - 1))
    other = good.replace(f"ticket-{ticket.pk}", f"ticket-{ticket.pk + 1}")
    for address in (forged, other):
        mail = take(letter("Hello", sender=STRANGER, to=address), to=[address])
        assert mail.outcome != ticket.key
    assert not Link.objects.filter(other=ticket).exists()


def test_nobody_hears_of_a_mail_that_was_held(cast: Cast, ticket: Ticket) -> None:
    before = Notification.objects.count(), OutgoingMail.objects.count()
    assert (
        take(letter("#resolve", sender="Agent Ames <agent@techflow.example>", references=FIRST)).state
        == State.SUSPENDED
    )
    assert (Notification.objects.count(), OutgoingMail.objects.count()) == before


def test_two_accounts_with_one_conversation_stay_apart(cast: Cast, ticket: Ticket) -> None:
    add_account(name="Mine", plan="standard", by=cast.agent.actor, at=now()).domains.create(name="mine.example")
    mail = take(letter("Copying you all", sender="boss@mine.example", cc="customer@harbour.example", references=FIRST))
    assert mail.outcome != ticket.key
    back = take(letter("Thank you", in_reply_to=mail.message_id, references=f"{FIRST} {mail.message_id}"))
    assert back.outcome == ticket.key
