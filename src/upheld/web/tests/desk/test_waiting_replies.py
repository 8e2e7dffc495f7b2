"""Replies that wait on the page: undo, send later, send now; and who else gets what is sent."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from upheld.conftest import Cast
from upheld.tickets.actions.conversation import customer_reply, note
from upheld.tickets.actions.scheduling import send_scheduled
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


def test_whom_we_copied_last_stays_copied_until_an_answer_leaves_them_out(
    agent: Client, cast: Cast, ticket: Ticket
) -> None:
    agent.post(address(ticket, "replies/"), {"text": "One.", "cc": "dana@partner.example"})
    assert 'name="suggested" value="dana@partner.example" checked>' in said(agent, ticket)
    now = datetime.now(UTC)
    customer_reply(ticket, text="And?", by=cast.customer.actor, at=now, author=cast.customer.person, channel="email")
    html = said(agent, ticket)
    assert 'name="suggested" value="dana@partner.example">' in html
    assert "not on their answer" in html


def test_a_colleague_of_the_customer_who_wrote_last_is_offered(agent: Client, cast: Cast, ticket: Ticket) -> None:
    now, other = datetime.now(UTC), cast.neighbour
    customer_reply(ticket, text="I too.", by=other.actor, at=now, author=other.person, channel="portal")
    assert f'name="suggested" value="{other.person.email}" checked>' in said(agent, ticket)


def test_who_watches_can_be_left_out_of_one_reply(careful: Client, cast: Cast, ticket: Ticket) -> None:
    other = cast.neighbour.person
    ticket.watchers.add(other)
    assert f'name="copied" value="{other.email}" checked>' in said(careful, ticket)
    careful.post(address(ticket, "replies/"), {"text": "Without them.", "offered": other.email})
    first = ScheduledReply.objects.get()
    careful.post(address(ticket, f"scheduled/{first.pk}/"), {"_method": "DELETE"})
    assert f'name="copied" value="{other.email}">' in said(careful, ticket)  # taken back, they stay left out
    again = {"text": "Once more.", "offered": other.email, "put_back": first.pk}
    careful.post(address(ticket, "replies/"), again)
    careful.post(address(ticket, "replies/"), {"text": "With them.", "offered": other.email, "copied": other.email})
    for one in ScheduledReply.objects.pending():
        careful.post(address(ticket, f"scheduled/{one.pk}/"))
    sent = [one.outgoing.recipients for one in ticket.messages.filter(by="staff").order_by("id") if one.outgoing]
    assert [other.email in one for one in sent] == [False, True]


def mark(client: Client, ticket: Ticket) -> str:
    found = re.search(r'name="mark" value="([^"]*)"', said(client, ticket))
    assert found is not None
    return found[1]


def test_nobody_answers_past_what_was_said_meanwhile(
    agent: Client, browse: Browsing, cast: Cast, ticket: Ticket
) -> None:
    seen = mark(agent, ticket)
    colleague = browse(cast.colleague)
    mine = {"text": "Mine.", "cc": "b@harbour.example", "mark": seen}
    colleague.post(address(ticket, "replies/"), {"text": "A colleague answers.", "mark": seen})
    answer = agent.post(address(ticket, "replies/"), mine, headers=HTMX)
    html = answer.content.decode()
    assert answer.status_code == 422
    shown = (
        "news since you began",
        "A colleague answers.",
        "Mine.</textarea>",
        'value="b@harbour.example"',
        'id="thread"',
    )
    for expected in shown:
        assert expected in html, expected
    assert [one.text for one in ticket.messages.filter(by="staff")] == ["A colleague answers."]
    fresh = re.search(r'name="mark" value="([^"]*)"', html)
    assert fresh is not None
    assert agent.post(address(ticket, "replies/"), mine | {"mark": fresh[1]}).status_code == 302
    assert ticket.messages.filter(by="staff").count() == 2


def test_a_reply_on_its_way_and_the_customers_words_are_news_and_notes_are_none(
    careful: Client, browse: Browsing, cast: Cast, ticket: Ticket
) -> None:
    colleague, customer, now = browse(cast.colleague), cast.customer, datetime.now(UTC)
    seen = mark(colleague, ticket)
    note(ticket, text="Psst.", by=cast.agent.actor, at=now, author=cast.agent.person)
    mine = {"text": "Mine.", "then": ""}
    assert colleague.post(address(ticket, "replies/"), mine | {"mark": seen}).status_code == 302
    seen = mark(careful, ticket)
    customer_reply(ticket, text="One more.", by=customer.actor, at=now, author=customer.person, channel="portal")
    assert "One more." in careful.post(address(ticket, "replies/"), mine | {"mark": seen}).content.decode()
    seen = mark(careful, ticket)
    assert careful.post(address(ticket, "replies/"), mine | {"mark": seen}).status_code == 302
    assert "is about to reply" in colleague.post(address(ticket, "replies/"), mine | {"mark": seen}).content.decode()
    for odd in ("", "x-y", "9" * 30 + "-1"):
        assert colleague.post(address(ticket, "replies/"), mine | {"mark": odd}).status_code == 302


def test_a_reply_for_later_that_was_overtaken_waits_for_its_author(agent: Client, cast: Cast, ticket: Ticket) -> None:
    agent.post(address(ticket, "replies/"), {"text": "Tomorrow.", "later": "hour"})
    pending, customer, now = ScheduledReply.objects.get(), cast.customer, datetime.now(UTC)
    customer_reply(ticket, text="Solved.", by=customer.actor, at=now, author=customer.person, channel="portal")
    assert "The customer has written since." in said(agent, ticket)
    assert send_scheduled(pending.pk, at=pending.send_at) is None
    html = said(agent, ticket)
    assert "has written since. Read that first" in html
    assert "Send it as it is" in html
    agent.post(address(ticket, f"scheduled/{pending.pk}/"))
    assert [one.text for one in ticket.messages.filter(by="staff")] == ["Tomorrow."]
    assert "Read that first" not in said(agent, ticket)


def test_an_hour_that_the_clocks_leave_out_is_refused_and_of_one_that_comes_twice_the_first_is_meant(
    agent: Client, cast: Cast, ticket: Ticket
) -> None:
    cast.agent.person.zone = "Europe/Berlin"
    cast.agent.person.save()
    with time_machine.travel(datetime(2027, 3, 20, 12, tzinfo=UTC), tick=False):
        agent.force_login(cast.agent.person, backend="upheld.web.signin.knowing.Backend")
        later = {"text": "Then.", "later": "at"}
        answer = agent.post(address(ticket, "replies/"), later | {"send_at": "2027-03-28T02:30"})
        assert "leave this hour out" in answer.content.decode()
        assert agent.post(address(ticket, "replies/"), later | {"send_at": "2027-10-31T02:30"}).status_code == 302
    assert ScheduledReply.objects.get().send_at == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)


def test_nine_in_the_morning_can_be_theirs() -> None:
    friday = datetime(2026, 3, 6, 20, tzinfo=UTC)
    tokyo, chicago = ZoneInfo("Asia/Tokyo"), ZoneInfo("America/Chicago")
    assert moment_of("theirs", friday, tokyo) == datetime(2026, 3, 9, 0, tzinfo=UTC)
    assert moment_of("theirs", friday, chicago) == datetime(2026, 3, 9, 14, tzinfo=UTC)  # summer time began on Sunday
    assert moment_of("theirs", friday) is None
    assert [one.name for one in presets(friday, tokyo)][-1] == "theirs"
    assert "theirs" not in [one.name for one in presets(friday, UTC)]  # it is Monday at nine already
