"""Settling a ticket, and taking that back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from upheld.commitments.models import Commitment
from upheld.commitments.verifying import verify
from upheld.conftest import Cast
from upheld.tickets.actions.errors import AlreadyResolved, NotResolved, RecordIncomplete, Refused
from upheld.tickets.actions.merging import merge
from upheld.tickets.actions.resolution import close, reopen, resolve
from upheld.tickets.actions.spam import mark_spam
from upheld.tickets.models import Resolution, Ticket
from upheld.tickets.tests.scenes import HOUR, MINUTE, MONDAY, RECORD, commitment, everything, kinds, opened

LATER = MONDAY + HOUR


def settle(cast: Cast, ticket: Ticket, **more: Any) -> Resolution:
    given: dict[str, Any] = {"by": cast.agent.actor, "at": LATER, "record": RECORD}
    return resolve(ticket, **given | more)


class TestResolve:
    def test_it_says_who_and_when_and_what(self, cast: Cast) -> None:
        ticket = opened(cast)
        row = settle(cast, ticket, note="A full disk.")
        assert (row.resolved_by, row.resolved_at, row.note) == (cast.agent.key, LATER, "A full disk.")
        assert row.record == RECORD
        saved = Ticket.objects.get(pk=ticket.pk)
        assert (saved.status, saved.is_settled) == ("resolved", True)

    def test_a_note_answers_what_solved_it(self, cast: Cast) -> None:
        assert settle(cast, opened(cast), note="A full disk.", record=None).record == {"resolution": "A full disk."}

    @pytest.mark.parametrize("record", [None, {}, {"resolution": ""}, {"cause": "use"}])
    def test_what_the_policy_wants_recorded_is_asked_for(self, cast: Cast, record: dict[str, str] | None) -> None:
        ticket = opened(cast)
        before = everything()
        with pytest.raises(RecordIncomplete, match="What solved it") as refused:
            settle(cast, ticket, record=record)
        assert refused.value.fields == ["resolution"]
        assert everything() == before

    def test_twice_is_refused(self, cast: Cast) -> None:
        ticket = opened(cast)
        settle(cast, ticket)
        before = everything()
        with pytest.raises(AlreadyResolved):
            settle(cast, ticket)
        assert everything() == before

    def test_it_keeps_what_waits_for_it(self, cast: Cast) -> None:
        ticket = opened(cast, priority="P1")
        settle(cast, ticket, at=MONDAY + MINUTE)
        assert commitment(ticket, "p1-reaches-level-2").state == "kept"
        assert commitment(ticket, "p1-update").state == "void"

    @pytest.mark.django_db(transaction=True)
    def test_two_agents_at_the_same_time(self, cast: Cast, at_once: Callable[..., list[Any]]) -> None:
        for _ in range(3):
            ticket = opened(cast)

            def settling(pk: int = ticket.pk) -> Any:
                return settle(cast, Ticket.objects.get(pk=pk))

            results = at_once(settling, settling)
            assert sorted(type(result).__name__ for result in results) == ["AlreadyResolved", "Resolution"]
            assert ticket.resolutions.count() == 1
            assert kinds(ticket).count("resolved") == 1
        assert list(verify()) == []


class TestReopen:
    def test_it_ends_the_resolution_and_leaves_its_row(self, cast: Cast) -> None:
        ticket = opened(cast)
        settle(cast, ticket)
        reopen(ticket, by=cast.customer.actor, at=LATER + HOUR)
        row = ticket.resolutions.get()
        assert (row.reopened_at, row.reopened_by) == (LATER + HOUR, cast.customer.key)
        saved = Ticket.objects.get(pk=ticket.pk)
        assert (saved.status, saved.is_settled) == ("open", False)

    def test_it_can_be_settled_again(self, cast: Cast) -> None:
        ticket = opened(cast)
        settle(cast, ticket)
        reopen(ticket, by=cast.agent.actor, at=LATER)
        settle(cast, ticket)
        assert ticket.resolutions.count() == 2
        assert ticket.resolutions.filter(reopened_at=None).count() == 1

    def test_what_is_open_is_refused(self, cast: Cast) -> None:
        with pytest.raises(NotResolved):
            reopen(opened(cast), by=cast.agent.actor, at=LATER)

    def test_twice_is_refused(self, cast: Cast) -> None:
        ticket = opened(cast)
        settle(cast, ticket)
        reopen(ticket, by=cast.agent.actor, at=LATER)
        with pytest.raises(NotResolved):
            reopen(ticket, by=cast.agent.actor, at=LATER)

    def test_merges_and_spam_have_their_own_way_back(self, cast: Cast) -> None:
        part, junk = opened(cast), opened(cast)
        merge(part, into=opened(cast), by=cast.agent.actor, at=MONDAY)
        mark_spam(junk, by=cast.agent.actor, at=MONDAY)
        for ticket in (part, junk):
            with pytest.raises(Refused, match="Take back"):
                reopen(ticket, by=cast.agent.actor, at=LATER)

    def test_a_critical_ticket_is_promised_an_update_again(self, cast: Cast) -> None:
        ticket = opened(cast, priority="P1")
        settle(cast, ticket, at=MONDAY + MINUTE)
        reopen(ticket, by=cast.customer.actor, at=LATER)
        assert commitment(ticket, "p1-update", 2).due_at == LATER + 4 * HOUR


class TestClose:
    def test_staff_close_what_is_resolved(self, cast: Cast) -> None:
        ticket = opened(cast)
        settle(cast, ticket)
        close(ticket, by=cast.agent.actor, at=LATER)
        assert Ticket.objects.get(pk=ticket.pk).status == "closed"
        assert ticket.resolutions.count() == 1

    def test_staff_cannot_close_what_is_not_resolved(self, cast: Cast) -> None:
        ticket = opened(cast)
        with pytest.raises(NotResolved):
            close(ticket, by=cast.agent.actor, at=LATER)
        assert kinds(ticket) == ["opened"]

    def test_the_customer_closes_at_any_time(self, cast: Cast) -> None:
        ticket = opened(cast)
        close(ticket, by=cast.customer.actor, at=LATER)
        assert Ticket.objects.get(pk=ticket.pk).is_settled
        assert ticket.resolutions.get().record == {"closed_by": "contact"}

    def test_twice_is_refused(self, cast: Cast) -> None:
        ticket = opened(cast)
        close(ticket, by=cast.customer.actor, at=LATER)
        with pytest.raises(AlreadyResolved):
            close(ticket, by=cast.customer.actor, at=LATER)

    def test_nothing_is_awaited_afterwards_but_the_survey(self, cast: Cast) -> None:
        ticket = opened(cast, priority="P1")
        close(ticket, by=cast.customer.actor, at=MONDAY + MINUTE)
        awaited = Commitment.objects.of(ticket.key).awaited().values_list("clause", flat=True)
        assert set(awaited) - {"first-response", "mail-answer"} == {"satisfaction-survey"}

    @pytest.mark.django_db(transaction=True)
    def test_the_customer_closes_while_an_agent_resolves(self, cast: Cast, at_once: Callable[..., list[Any]]) -> None:
        for _ in range(3):
            ticket = opened(cast)

            def closing(pk: int = ticket.pk) -> None:
                close(Ticket.objects.get(pk=pk), by=cast.customer.actor, at=LATER)

            def settling(pk: int = ticket.pk) -> Any:
                return settle(cast, Ticket.objects.get(pk=pk))

            closed, settled = at_once(closing, settling)
            assert closed is None
            assert isinstance(settled, Resolution | AlreadyResolved)
            assert ticket.resolutions.count() == 1
            assert Ticket.objects.get(pk=ticket.pk).status == "closed"
        assert list(verify()) == []
