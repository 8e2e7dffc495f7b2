"""Replies that wait on the page: undo, send later, send now; and who else gets what is sent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from upheld.conftest import Cast
from upheld.tickets.actions.conversation import customer_reply
from upheld.tickets.models import Draft, ScheduledReply, Ticket
from upheld.web.desk.later import moment_of, presets
from upheld.web.tests.conftest import Browsing, Opening
from upheld.web.tests.desk.pages import address, said

HTMX = {"HX-Request": "true"}
NEW_YORK = ZoneInfo("America/New_York")


@pytest.fixture
def careful(browse: Browsing, cast: Cast) -> Client:
    """An agent who wants ten seconds."""
    cast.agent.undo_seconds, cast.agent.signature = 10, "Ames"
    cast.agent.save()
    return browse(cast.agent)


def test_a_reply_can_be_undone_and_comes_back_whole(careful: Client, cast: Cast, ticket: Ticket) -> None:
    upload = SimpleUploadedFile("log.txt", b"all of it")
    careful.post(
        address(ticket, "replies/"),
        {
            "text": "See there.",
            "cc": "boss@harbour.example",
            "bcc": "me@us.example",
            "then": "",
            "attachments": [upload],
        },
    )
    pending = ScheduledReply.objects.get()
    assert not ticket.messages.filter(by="staff").exists()
    html = said(careful, ticket)
    for expected in ("leaves in a few seconds", "Undo", "Send now", "log.txt", "Hidden copy to me@us.example"):
        assert expected in html, expected

    answer = careful.post(
        address(ticket, f"scheduled/{pending.pk}/"), {"_method": "DELETE", "text": "typed"}, headers=HTMX
    )
    assert "See there.\n\ntyped</textarea>" in answer.content.decode()
    html = said(careful, ticket)
    assert "leaves in" not in html
    for expected in ('value="boss@harbour.example"', 'value="me@us.example"', 'name="kept"'):
        assert expected in html, expected

    kept = str(pending.files.get().pk)
    again = {"text": "See there.", "then": "", "kept": kept, "put_back": pending.pk, "later": "hour"}
    careful.post(address(ticket, "replies/"), again)
    second = ScheduledReply.objects.pending().get()
    assert [one.name for one in second.files.all()] == ["log.txt"]
    assert 'name="kept"' not in said(careful, ticket)


def test_it_leaves_at_once_when_one_says_so(careful: Client, ticket: Ticket) -> None:
    careful.post(address(ticket, "replies/"), {"text": "There.", "then": "waiting_on_customer"})
    number = ScheduledReply.objects.get().pk
    careful.post(address(ticket, f"scheduled/{number}/"))
    careful.post(address(ticket, f"scheduled/{number}/"))
    assert ticket.messages.filter(by="staff").count() == 1
    ticket.refresh_from_db()
    assert ticket.status == "waiting_on_customer"
    answer = careful.post(address(ticket, f"scheduled/{number}/"), {"_method": "DELETE"}, follow=True)
    assert "the reply has left" in answer.content.decode()


def test_sending_later_says_which_promise_it_misses(agent: Client, cast: Cast, ticket: Ticket) -> None:
    agent.post(address(ticket, "replies/"), {"text": "Tomorrow.", "later": "tomorrow"})
    pending = ScheduledReply.objects.get()
    there = pending.send_at.astimezone(cast.agent.person.zoneinfo)
    assert (there.hour, there.minute) == (9, 0)
    html = said(agent, ticket)
    assert "leaves" in html
    assert "First response is due before that" in html


def test_an_hour_of_ones_own_is_read_in_ones_own_zone(agent: Client, cast: Cast, ticket: Ticket) -> None:
    cast.agent.person.zone = "Asia/Tokyo"
    cast.agent.person.save()
    wanted = (datetime.now(UTC) + timedelta(days=2)).replace(hour=1, minute=30, second=0, microsecond=0)
    local = wanted.astimezone(ZoneInfo("Asia/Tokyo"))
    agent.post(address(ticket, "replies/"), {"text": "Then.", "later": "at", "send_at": f"{local:%Y-%m-%dT%H:%M}"})
    assert ScheduledReply.objects.get().send_at == wanted


@pytest.mark.parametrize(("when", "problem"), [("", "Say on which day"), ("2020-01-01T10:00", "That time has passed")])
def test_an_hour_that_is_none_keeps_what_was_typed(agent: Client, ticket: Ticket, when: str, problem: str) -> None:
    answer = agent.post(address(ticket, "replies/"), {"text": "My words", "later": "at", "send_at": when})
    assert answer.status_code == 422
    assert problem in answer.content.decode()
    assert "My words</textarea>" in answer.content.decode()


def test_a_colleague_may_stop_it_and_its_author_has_the_text(
    agent: Client, browse: Browsing, cast: Cast, ticket: Ticket
) -> None:
    agent.post(address(ticket, "replies/"), {"text": "Wrong.", "later": "hour"})
    number = ScheduledReply.objects.get().pk
    for somebody in (cast.customer, cast.stranger):
        assert browse(somebody).post(address(ticket, f"scheduled/{number}/")).status_code == 404
    answer = browse(cast.colleague).post(address(ticket, f"scheduled/{number}/"), {"_method": "DELETE"}, follow=True)
    assert "has it in the composer" in answer.content.decode()
    assert Draft.objects.get().person == cast.agent.person
    assert agent.post(address(ticket, "scheduled/999999/")).status_code == 404


def test_nobody_is_copied_whom_only_an_unproved_mail_named(agent: Client, cast: Cast, opened: Opening) -> None:
    ticket = opened()
    customer_reply(
        ticket, text="And?", by=cast.customer.actor, at=datetime.now(UTC), author=cast.customer.person, channel="email",
        cc=["other@harbour.example", cast.customer.person.email],
    )  # fmt: skip
    html = said(agent, ticket)
    assert 'name="suggested" value="other@harbour.example">' in html
    assert f'name="suggested" value="{cast.customer.person.email}"' not in html
    agent.post(address(ticket, "replies/"), {"text": "One.", "then": ""})
    agent.post(address(ticket, "replies/"), {"text": "Two.", "then": "", "suggested": "other@harbour.example"})
    assert [one.cc for one in ticket.messages.filter(by="staff")] == [[], ["other@harbour.example"]]


def test_hidden_copies_are_hidden_from_customers(agent: Client, browse: Browsing, cast: Cast, ticket: Ticket) -> None:
    agent.post(address(ticket, "replies/"), {"text": "Hello.", "then": "", "bcc": "boss@us.example"})
    assert "boss@us.example" in said(agent, ticket)
    assert "boss@us.example" not in browse(cast.customer).get(f"/requests/{ticket.pk}/").content.decode()
    mail = ticket.messages.get(by="staff").outgoing
    assert mail is not None
    assert b"boss@us.example" not in bytes(mail.raw)


def test_presets_are_on_the_clock_of_whoever_writes() -> None:
    saturday = datetime(2026, 3, 7, 12, tzinfo=NEW_YORK)  # summer time begins in the night
    offered = {one.name: one.at for one in presets(saturday)}
    assert offered["tomorrow"] == datetime(2026, 3, 8, 13, tzinfo=UTC)
    assert offered["monday"] == datetime(2026, 3, 9, 13, tzinfo=UTC)
    sunday = saturday + timedelta(days=1)
    assert "monday" not in {one.name for one in presets(sunday)}
    assert moment_of("monday", sunday) == moment_of("tomorrow", sunday) == offered["monday"]
    assert moment_of("", sunday) is None
