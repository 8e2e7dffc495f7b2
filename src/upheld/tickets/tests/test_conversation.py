"""What is said on a ticket, and what follows from it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from upheld.channels.files import store
from upheld.channels.models import OutgoingMail
from upheld.commitments.verifying import verify
from upheld.conftest import Cast
from upheld.tickets.actions.conversation import NewFile, customer_reply, note, reply
from upheld.tickets.actions.errors import Refused, TicketClosed
from upheld.tickets.actions.merging import merge
from upheld.tickets.actions.reading import keep_draft
from upheld.tickets.actions.resolution import close, reopen, resolve
from upheld.tickets.actions.spam import mark_spam
from upheld.tickets.actions.waiting import hold, wait_on_customer
from upheld.tickets.models import Draft, Message, Ticket
from upheld.tickets.tests.scenes import DAY, HOUR, MINUTE, MONDAY, RECORD, commitment, everything, kinds, last, opened

LATER = MONDAY + 10 * MINUTE


def answer(cast: Cast, ticket: Ticket, text: str = "Try again, please.", **more: Any) -> Message:
    given: dict[str, Any] = {"by": cast.agent.actor, "author": cast.agent.person, "at": LATER}
    return reply(ticket, text=text, **given | more)


def write(cast: Cast, ticket: Ticket, text: str = "It still fails.", **more: Any) -> Message:
    given: dict[str, Any] = {
        "by": cast.customer.actor,
        "author": cast.customer.person,
        "at": LATER,
        "channel": "portal",
    }
    return customer_reply(ticket, text=text, **given | more)


class TestReply:
    def test_the_customer_gets_a_mail_of_it(self, cast: Cast) -> None:
        message = answer(cast, opened(cast))
        assert (message.by, message.is_internal, message.author) == ("staff", False, cast.agent.person)
        assert message.outgoing is not None
        assert message.outgoing.recipients == ["customer@harbour.example"]

    def test_it_opens_a_new_ticket_for_work(self, cast: Cast) -> None:
        ticket = opened(cast)
        answer(cast, ticket)
        row = Ticket.objects.get(pk=ticket.pk)
        assert (row.status, row.last_message_by, row.last_message_at) == ("open", "staff", LATER)
        assert row.preview == "Try again, please."

    @pytest.mark.parametrize("text", ["", "  \n "])
    def test_an_empty_one_is_refused(self, cast: Cast, text: str) -> None:
        ticket = opened(cast)
        before = everything()
        with pytest.raises(Refused):
            answer(cast, ticket, text)
        assert everything() == before

    def test_a_file_needs_no_words(self, cast: Cast) -> None:
        file = NewFile("log.txt", "text/plain", store(b"all is well"))
        message = answer(cast, opened(cast), "", files=[file])
        assert message.attachments.get().name == "log.txt"
        assert message.outgoing is not None
        assert b"log.txt" in bytes(message.outgoing.raw)

    def test_history_is_kept_without_a_mail(self, cast: Cast) -> None:
        assert answer(cast, opened(cast), send=False).outgoing is None
        assert not OutgoingMail.objects.exists()

    def test_it_can_wait_for_the_customer(self, cast: Cast) -> None:
        ticket = opened(cast)
        answer(cast, ticket, then="waiting_on_customer")
        assert Ticket.objects.get(pk=ticket.pk).status == "waiting_on_customer"

    def test_it_can_settle_the_ticket(self, cast: Cast) -> None:
        ticket = opened(cast)
        answer(cast, ticket, "Restarted.", then="resolved")
        row = Ticket.objects.get(pk=ticket.pk)
        assert (row.status, row.is_settled) == ("resolved", True)
        assert row.resolutions.get().record == {"resolution": "Restarted."}

    def test_a_thank_you_after_the_resolution_leaves_it_resolved(self, cast: Cast) -> None:
        ticket = opened(cast)
        resolve(ticket, by=cast.agent.actor, at=MONDAY, record=RECORD)
        answer(cast, ticket, then="resolved")
        assert Ticket.objects.get(pk=ticket.pk).status == "resolved"
        assert kinds(ticket) == ["opened", "resolved", "replied"]

    def test_it_takes_a_ticket_off_hold(self, cast: Cast) -> None:
        ticket = opened(cast)
        hold(ticket, by=cast.agent.actor, at=MONDAY)
        answer(cast, ticket)
        assert Ticket.objects.get(pk=ticket.pk).status == "open"

    @pytest.mark.parametrize("end", ["closed", "merged", "spam"])
    def test_what_is_over_gets_no_answer(self, cast: Cast, end: str) -> None:
        ticket = opened(cast)
        over(cast, ticket, end)
        before = everything()
        with pytest.raises(TicketClosed):
            answer(cast, ticket)
        assert everything() == before

    def test_the_draft_of_it_is_gone_and_others_stay(self, cast: Cast) -> None:
        ticket = opened(cast)
        for agent, is_internal in ((cast.agent, False), (cast.agent, True), (cast.colleague, False)):
            keep_draft(ticket, agent.person, text="Dear", is_internal=is_internal)
        answer(cast, ticket)
        left = {(draft.person, draft.is_internal) for draft in Draft.objects.all()}
        assert left == {(cast.agent.person, True), (cast.colleague.person, False)}

    def test_no_word_of_it_stands_in_the_event(self, cast: Cast) -> None:
        ticket = opened(cast)
        message = answer(cast, ticket, cc=["boss@harbour.example"])
        assert last(ticket).data == {"message": message.pk, "status": "open"}

    @pytest.mark.django_db(transaction=True)
    def test_two_at_once_are_two_answers(self, cast: Cast, at_once: Callable[..., list[Any]]) -> None:
        ticket = opened(cast, priority="P1")

        def answering(text: str) -> Callable[[], Any]:
            return lambda: answer(cast, Ticket.objects.get(pk=ticket.pk), text)

        at_once(answering("One."), answering("Two."))
        assert kinds(ticket).count("replied") == 2
        assert OutgoingMail.objects.filter(key__startswith="message:").count() == 2
        assert commitment(ticket, "first-response").state == "kept"
        assert list(verify()) == []


class TestCustomersReply:
    def test_it_stands_in_the_thread(self, cast: Cast) -> None:
        ticket = opened(cast)
        message = write(cast, ticket)
        assert (message.by, message.author, message.channel) == ("customer", cast.customer.person, "portal")
        assert last(ticket).data == {"message": message.pk, "via": "portal", "status": "new"}

    def test_it_ends_the_waiting(self, cast: Cast) -> None:
        ticket = opened(cast)
        wait_on_customer(ticket, by=cast.agent.actor, at=MONDAY)
        write(cast, ticket)
        assert Ticket.objects.get(pk=ticket.pk).status == "open"

    def test_it_leaves_a_ticket_on_hold_where_it_is(self, cast: Cast) -> None:
        ticket = opened(cast)
        hold(ticket, by=cast.agent.actor, at=MONDAY)
        write(cast, ticket)
        assert Ticket.objects.get(pk=ticket.pk).status == "on_hold"

    def test_it_begins_the_promise_of_the_next_answer(self, cast: Cast) -> None:
        ticket = opened(cast)
        write(cast, ticket)
        assert commitment(ticket, "next-answer").due_at == LATER + HOUR

    @pytest.mark.parametrize(("after", "is_back"), [(7 * DAY, True), (7 * DAY + timedelta(seconds=1), False)])
    def test_a_resolved_ticket_comes_back_within_the_policys_week(
        self, cast: Cast, after: timedelta, is_back: bool
    ) -> None:
        ticket = opened(cast)
        resolve(ticket, by=cast.agent.actor, at=MONDAY, record=RECORD)
        if is_back:
            write(cast, ticket, at=MONDAY + after)
            assert kinds(ticket)[-2:] == ["customer_replied", "reopened"]
        else:
            with pytest.raises(TicketClosed):
                write(cast, ticket, at=MONDAY + after)
        assert Ticket.objects.get(pk=ticket.pk).is_settled is not is_back

    def test_the_week_counts_from_the_latest_resolution(self, cast: Cast) -> None:
        ticket = opened(cast)
        resolve(ticket, by=cast.agent.actor, at=MONDAY, record=RECORD)
        reopen(ticket, by=cast.agent.actor, at=MONDAY + 5 * DAY)
        resolve(ticket, by=cast.agent.actor, at=MONDAY + 6 * DAY, record=RECORD)
        write(cast, ticket, at=MONDAY + 12 * DAY)
        assert Ticket.objects.get(pk=ticket.pk).status == "open"

    @pytest.mark.parametrize("end", ["closed", "spam"])
    def test_what_is_over_belongs_on_a_follow_up(self, cast: Cast, end: str) -> None:
        ticket = opened(cast)
        over(cast, ticket, end)
        before = everything()
        with pytest.raises(TicketClosed):
            write(cast, ticket)
        assert everything() == before

    def test_an_empty_one_is_refused_unless_it_is_a_picture(self, cast: Cast) -> None:
        ticket = opened(cast)
        with pytest.raises(Refused):
            write(cast, ticket, " ")
        assert write(cast, ticket, "", html="<img alt='' src='cid:1'>").html
        assert write(cast, ticket, "", files=[NewFile("a.png", "image/png", store(b"a"))]).attachments.count() == 1

    def test_the_queue_shows_its_first_words(self, cast: Cast) -> None:
        ticket = opened(cast)
        write(cast, ticket, "Once\n\nmore: " + "it fails " * 50)
        row = Ticket.objects.get(pk=ticket.pk)
        assert row.preview.startswith("Once more: it fails")
        assert len(row.preview) == 160
        assert row.last_message_by == "customer"

    @pytest.mark.django_db(transaction=True)
    def test_an_answer_and_a_resolution_at_once(self, cast: Cast, at_once: Callable[..., list[Any]]) -> None:
        """Whoever comes second finds what the first one left: never a settled ticket with an unheard customer."""
        for _ in range(3):
            ticket = opened(cast)
            asking = lambda: write(cast, Ticket.objects.get(pk=ticket.pk))  # noqa: B023, E731 - called in this round
            settling = lambda: resolve(  # noqa: E731
                Ticket.objects.get(pk=ticket.pk),  # noqa: B023
                by=cast.agent.actor,
                at=LATER,
                record=RECORD,
            )
            at_once(asking, settling)
            story = kinds(ticket)
            if story.index("resolved") < story.index("customer_replied"):
                assert story[-1] == "reopened"
            assert Ticket.objects.get(pk=ticket.pk).is_settled is (story[-1] != "reopened")
        assert list(verify()) == []

    @pytest.mark.django_db(transaction=True)
    def test_an_answer_while_the_ticket_is_merged(self, cast: Cast, at_once: Callable[..., list[Any]]) -> None:
        for _ in range(3):
            part, whole = opened(cast), opened(cast)
            results = at_once(
                lambda: write(cast, Ticket.objects.get(pk=part.pk)),  # noqa: B023
                lambda: merge(
                    Ticket.objects.get(pk=part.pk),  # noqa: B023
                    into=Ticket.objects.get(pk=whole.pk),  # noqa: B023
                    by=cast.agent.actor,
                    at=LATER,
                ),
            )
            assert not any(isinstance(result, Exception) for result in results), results
            assert Ticket.objects.get(pk=part.pk).is_settled
            assert sorted(kinds(part)) == ["customer_replied", "merged", "opened"]
        assert list(verify()) == []


class TestNote:
    def test_only_colleagues_see_it(self, cast: Cast) -> None:
        ticket = opened(cast)
        note(ticket, text="He is the boss.", by=cast.agent.actor, author=cast.agent.person, at=LATER)
        assert ticket.messages.visible_to(cast.agent.person).count() == 2
        assert ticket.messages.visible_to(cast.customer.person).count() == 1

    def test_it_keeps_no_promise_and_sends_no_mail(self, cast: Cast) -> None:
        ticket = opened(cast)
        note(ticket, text="Hm.", by=cast.agent.actor, at=LATER)
        assert commitment(ticket, "first-response").state == "running"
        assert not OutgoingMail.objects.exists()
        row = Ticket.objects.get(pk=ticket.pk)
        assert (row.status, row.last_message_by) == ("new", "customer")

    def test_an_empty_one_is_refused(self, cast: Cast) -> None:
        with pytest.raises(Refused):
            note(opened(cast), text="\t", by=cast.agent.actor, at=LATER)

    @pytest.mark.parametrize("end", ["closed", "merged", "spam"])
    def test_what_is_over_can_still_be_noted_on(self, cast: Cast, end: str) -> None:
        ticket = opened(cast)
        over(cast, ticket, end)
        note(ticket, text="For the record.", by=cast.agent.actor, at=LATER)
        assert last(ticket).kind == "ticket.noted"
        assert "record" not in json.dumps(last(ticket).data)


def over(cast: Cast, ticket: Ticket, end: str) -> None:
    """End the ticket in one of the ways from which no message brings it back."""
    by = cast.agent.actor
    if end == "closed":
        close(ticket, by=cast.customer.actor, at=MONDAY)
    elif end == "merged":
        merge(ticket, into=opened(cast), by=by, at=MONDAY)
    else:
        mark_spam(ticket, by=by, at=MONDAY)
