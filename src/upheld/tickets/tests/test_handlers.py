"""What tickets do when something happened: each once, however often the job runs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.db import connection

from upheld.accounts.actions import change_plan
from upheld.accounts.models import Account
from upheld.channels.models import OutgoingMail
from upheld.commitments.actions import waive
from upheld.commitments.ticker import tick
from upheld.commitments.verifying import verify
from upheld.conftest import Cast
from upheld.events.actions import record
from upheld.events.actors import MAIL
from upheld.events.jobs import react
from upheld.events.models import Event
from upheld.people.models import Notification
from upheld.tickets import handlers
from upheld.tickets.actions.assignment import assign
from upheld.tickets.actions.changing import change
from upheld.tickets.actions.conversation import customer_reply, note, reply
from upheld.tickets.actions.errors import Refused
from upheld.tickets.actions.escalation import raise_ticket
from upheld.tickets.actions.resolution import reopen, resolve
from upheld.tickets.actions.watching import watch
from upheld.tickets.models import Ticket
from upheld.tickets.tests.scenes import HOUR, MINUTE, MONDAY, RECORD, everything, kinds, opened, react_to_everything


def told(kind: str) -> list[tuple[str, str, bool]]:
    """Who was told of events of that kind: name, text, urgent."""
    rows = Notification.objects.filter(kind=kind).select_related("person").order_by("person__email", "id")
    return [(row.person.email.partition("@")[0], row.text.partition(" ")[2], row.urgent) for row in rows]


def mailed() -> list[tuple[str, str]]:
    """Notices by mail: to whom, and of what."""
    rows = OutgoingMail.objects.filter(key__startswith="notice:").order_by("id")
    return [(row.recipients[0].partition("@")[0], row.title.partition(" ")[2]) for row in rows]


def time_passes(until: datetime) -> None:
    while tick(until):
        pass
    react_to_everything(until)


class TestNotify:
    def test_a_new_ticket_is_told_to_its_team_and_mailed_to_nobody(self, cast: Cast) -> None:
        opened(cast)
        react_to_everything()
        heard = [name for name, _, _ in told("ticket.opened")]
        assert heard == ["administrator", "agent", "colleague", "lead", "senior"]
        assert mailed() == []

    def test_a_critical_one_is_mailed_to_who_is_on_call_and_leads(self, cast: Cast) -> None:
        cast.agent.presence = "present"
        cast.agent.save()
        opened(cast, priority="P1")
        react_to_everything()
        assert sorted(mailed()) == [("agent", "New: Nothing loads"), ("lead", "New: Nothing loads")]

    def test_a_second_run_tells_nobody_again(self, cast: Cast) -> None:
        opened(cast, priority="P1")
        react_to_everything()
        before = everything()
        react_to_everything()
        assert everything() == before

    def test_nobody_is_told_what_they_did_themselves(self, cast: Cast) -> None:
        ticket = opened(cast)
        assign(ticket, to=cast.agent, by=cast.agent.actor, at=MONDAY)
        react_to_everything()
        assert told("ticket.assigned") == []

    def test_the_assignee_hears_of_it_here_and_by_mail(self, cast: Cast) -> None:
        ticket = opened(cast)
        assign(ticket, to=cast.agent, by=cast.lead.actor, at=MONDAY)
        react_to_everything()
        assert told("ticket.assigned") == [("agent", "Assigned: Nothing loads", False)]
        assert mailed() == [("agent", "Assigned: Nothing loads")]

    def test_with_an_assignee_and_no_watcher_nobody_else_hears_of_an_answer(self, cast: Cast) -> None:
        ticket = opened(cast)
        assign(ticket, to=cast.agent, by=cast.agent.actor, at=MONDAY)
        customer_reply(ticket, text="Well?", by=cast.customer.actor, at=MONDAY + MINUTE, channel="portal")
        react_to_everything()
        assert [name for name, _, _ in told("ticket.customer_replied")] == ["agent"]

    def test_a_colleague_of_the_customer_hears_of_answers_and_not_of_what_we_do(self, cast: Cast) -> None:
        ticket = opened(cast)
        watch(ticket, person=cast.neighbour.person, by=cast.customer.actor, at=MONDAY)
        customer_reply(ticket, text="Well?", by=cast.customer.actor, at=MONDAY + MINUTE, channel="portal")
        raise_ticket(ticket, ladder="support", by=cast.agent.actor, at=MONDAY + MINUTE)
        note(ticket, text="Hm.", by=cast.agent.actor, at=MONDAY + MINUTE)
        react_to_everything()
        heard = Notification.objects.filter(person=cast.neighbour.person)
        assert [row.kind for row in heard] == ["ticket.customer_replied"]
        assert [title for name, title in mailed() if name == "neighbour"] == ["The customer wrote: Nothing loads"]

    def test_who_stands_on_the_rung_is_told_urgently(self, cast: Cast) -> None:
        ticket = opened(cast)
        raise_ticket(ticket, ladder="support", by=cast.agent.actor, at=MONDAY)
        react_to_everything()
        assert ("senior", "Raised to you: Nothing loads", True) in told("ticket.raised")
        assert ("senior", "Raised to you: Nothing loads") in mailed()


class TestTime:
    def test_a_warning_tells_and_a_breach_tells_and_raises(self, cast: Cast) -> None:
        ticket = opened(cast, priority="P1", channel="portal")
        assign(ticket, to=cast.agent, by=cast.agent.actor, at=MONDAY)
        time_passes(MONDAY + 8 * MINUTE)
        assert told("commitment.warned") == [("agent", "First response, 50% of the time is used: Nothing loads", False)]
        assert told("commitment.breached") == []
        time_passes(MONDAY + 16 * MINUTE)
        assert told("commitment.breached") == [("lead", "First response is late: Nothing loads", True)]
        assert [(row.rung, row.clause) for row in ticket.escalations.all()] == [(2, "first-response")]

    def test_a_second_run_repeats_nothing(self, cast: Cast) -> None:
        opened(cast, priority="P1")
        time_passes(MONDAY + 5 * HOUR)
        before = everything()
        time_passes(MONDAY + 5 * HOUR)
        assert everything() == before

    def test_whatever_the_day_was_the_same_rungs_are_climbed_in_their_order(self, cast: Cast) -> None:
        late, on_time = opened(cast, priority="P1"), opened(cast, priority="P1")
        time_passes(MONDAY + 5 * HOUR)
        rungs = [[row.rung for row in ticket.escalations.all()] for ticket in (late, on_time)]
        assert rungs == [[2, 3], [2, 3]]

    def test_reactions_to_one_tickets_time_wait_for_each_other(self, cast: Cast) -> None:
        """The second breach must not climb before the first: what is one rung up depends on it."""
        tickets = opened(cast, priority="P1"), opened(cast, priority="P1")
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM procrastinate_jobs")
            while tick(MONDAY + 5 * HOUR):
                pass
            cursor.execute("SELECT (args->>'event_id')::bigint, lock FROM procrastinate_jobs ORDER BY id")
            queued = cursor.fetchall()
        events = Event.objects.in_bulk([event for event, _ in queued])
        for ticket in tickets:
            mine = [events[event] for event, lock in queued if lock == ticket.key]
            assert [event.at for event in mine] == sorted(event.at for event in mine)
            assert len(mine) == Event.objects.about(ticket.key).filter(kind__startswith="commitment.").count() > 3

    def test_what_is_settled_is_raised_no_more(self, cast: Cast) -> None:
        ticket = opened(cast, priority="P1")
        while tick(MONDAY + 3 * HOUR):
            pass
        resolve(ticket, by=cast.agent.actor, at=MONDAY + 3 * HOUR, record=RECORD)
        react_to_everything(MONDAY + 3 * HOUR)
        assert not ticket.escalations.exists()
        assert told("commitment.breached")

    def test_an_effect_that_does_not_apply_keeps_no_other_from_happening(
        self, cast: Cast, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(*_: Any, **__: Any) -> None:
            raise Refused("The policy knows no such ladder.")

        monkeypatch.setattr(handlers, "raise_ticket", refuse)
        opened(cast, priority="P1", channel="portal")
        time_passes(MONDAY + 3 * HOUR)
        paged = [text for name, text, _ in told("commitment.breached") if name == "lead"]
        assert "Critical ticket reaches level 2 is late: Nothing loads" in paged


class TestTriggers:
    def test_a_ticket_that_becomes_what_a_ladder_describes_is_raised_once(self, cast: Cast) -> None:
        ticket = opened(cast)
        change(ticket, by=cast.agent.actor, at=MONDAY, tags=["major-incident"])
        react_to_everything()
        change(ticket, by=cast.agent.actor, at=MONDAY, tags=["major-incident", "eu"])
        react_to_everything()
        assert [(row.ladder, row.rung) for row in ticket.escalations.all()] == [("management", 2)]

    def test_a_settled_one_is_not(self, cast: Cast) -> None:
        ticket = opened(cast)
        resolve(ticket, by=cast.agent.actor, at=MONDAY, record=RECORD)
        change(ticket, by=cast.agent.actor, at=MONDAY, tags=["major-incident"])
        react_to_everything()
        assert not ticket.escalations.exists()


class TestAccounts:
    def test_its_open_tickets_follow_the_plan_and_no_others_do(self, cast: Cast) -> None:
        mine, settled, theirs = opened(cast), opened(cast), opened(cast, by=cast.stranger)
        resolve(settled, by=cast.agent.actor, at=MONDAY, record=RECORD)
        change_plan(cast.account, plan="professional", by=cast.administrator.actor, at=MONDAY)
        for _ in range(2):
            react_to_everything()
        plans = [Ticket.objects.get(pk=ticket.pk).plan for ticket in (mine, settled, theirs)]
        assert plans == ["professional", "enterprise", "standard"]
        assert kinds(mine) == ["opened", "changed"]
        assert list(verify()) == []

    def test_a_plan_that_the_tickets_policy_does_not_know_leaves_its_promise(self, cast: Cast) -> None:
        first, second = opened(cast), opened(cast)
        Account.objects.filter(pk=cast.account.pk).update(plan="platinum")
        record("account.changed", cast.account.key, by=cast.agent.actor, at=MONDAY, data={"plan": "platinum"})
        react_to_everything()
        assert [kinds(ticket) for ticket in (first, second)] == [["opened"], ["opened"]]

    def test_a_ticket_that_is_reopened_catches_up(self, cast: Cast) -> None:
        ticket, same = opened(cast), opened(cast)
        for one in (ticket, same):
            resolve(one, by=cast.agent.actor, at=MONDAY, record=RECORD)
        reopen(same, by=cast.customer.actor, at=MONDAY)
        change_plan(cast.account, plan="professional", by=cast.administrator.actor, at=MONDAY)
        react_to_everything()
        reopen(ticket, by=cast.customer.actor, at=MONDAY + MINUTE)
        react_to_everything()
        assert Ticket.objects.get(pk=ticket.pk).plan == "professional"
        assert [kinds(one).count("changed") for one in (ticket, same)] == [1, 1]
        assert list(verify()) == []

    def test_other_changes_of_an_account_touch_no_ticket(self, cast: Cast) -> None:
        ticket = opened(cast)
        record("account.changed", cast.account.key, by=cast.agent.actor, at=MONDAY, data={"domain_added": "x.example"})
        react_to_everything()
        assert kinds(ticket) == ["opened"]


def test_a_mail_that_could_not_be_sent_is_told_once(cast: Cast) -> None:
    ticket = opened(cast)
    assign(ticket, to=cast.agent, by=cast.agent.actor, at=MONDAY)
    event = record("message.failed", ticket.key, by=MAIL, at=MONDAY, data={"mail": 1, "refused": 1, "of": 1})
    assert event is not None
    for _ in range(2):
        react(event.pk)
    assert told("message.failed") == [("agent", "A mail to the customer could not be delivered.", True)]


def test_a_mail_that_came_back_is_told_to_who_deals_with_it_and_to_who_wrote_it(cast: Cast) -> None:
    ticket = opened(cast)
    assign(ticket, to=cast.agent, by=cast.agent.actor, at=MONDAY)
    sent = reply(ticket, text="Hello.", by=cast.colleague.actor, at=MONDAY, author=cast.colleague.person).outgoing
    assert sent is not None
    for permanent in (False, True, True):
        data = {"mail": sent.pk, "permanent": permanent, "codes": ["5.1.1"]}
        event = record("message.bounced", ticket.key, by=MAIL, at=MONDAY, data=data, key=f"b{permanent}")
        if event is not None:
            react(event.pk)
    words = "A mail to the customer came back. Send it to another address, or call."
    assert told("message.bounced") == [("agent", words, True), ("colleague", words, True)]


def test_a_failed_mail_of_no_ticket_is_nobodys(cast: Cast) -> None:
    event = record("message.failed", "policy:1", by=MAIL, at=MONDAY, data={})
    assert event is not None
    react(event.pk)
    assert not Notification.objects.exists()


def test_a_waived_promise_is_no_longer_the_tightest(cast: Cast) -> None:
    ticket = opened(cast)
    assert Ticket.objects.get(pk=ticket.pk).due_at == MONDAY + HOUR
    waive(ticket.key, "mail-answer", 1, by=cast.lead.actor, at=MONDAY + MINUTE, reason="They called.")
    react_to_everything()
    assert Ticket.objects.get(pk=ticket.pk).due_at == MONDAY + 4 * HOUR


def test_what_was_erased_is_nothing_to_react_to(cast: Cast) -> None:
    event = record("ticket.replied", "ticket:999999", by=cast.agent.actor, at=MONDAY)
    assert event is not None
    react(event.pk)
