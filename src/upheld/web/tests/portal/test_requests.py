"""Own requests: the list, the page, and what can be done there; everything else is 404."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from upheld.conftest import Cast
from upheld.events.actors import SYSTEM
from upheld.tickets.actions import conversation, merging, resolution, spam, waiting
from upheld.tickets.actions.assignment import assign
from upheld.tickets.models import Attachment, Ticket
from upheld.web.tests.conftest import Browsing, Opening

MONDAY = datetime(2026, 3, 2, 15, tzinfo=UTC)
RECORD = {"resolution": "Cleaned."}
LIST_QUERIES, PAGE_QUERIES = 9, 16


def resolved(ticket: Ticket, cast: Cast, at: datetime | None = None) -> Ticket:
    resolution.resolve(ticket, by=cast.agent.actor, at=at or datetime.now(UTC), record=RECORD)
    return ticket


# -- the list -----------------------------------------------------------------------------------------------------------


def test_the_list_shows_own_requests_and_to_account_administrators_the_accounts(
    cast: Cast, browse: Browsing, ticket: Ticket
) -> None:
    seen = {
        name: ticket.title in browse(getattr(cast, name)).get("/requests/").content.decode()
        for name in ("customer", "customer_admin", "neighbour", "stranger")
    }
    assert seen == {"customer": True, "customer_admin": True, "neighbour": False, "stranger": False}


def test_the_list_can_be_narrowed_to_settled_ones_and_to_mine(cast: Cast, browse: Browsing, opened: Opening) -> None:
    resolved(opened(title="A settled one"), cast)
    opened(title="An open one")
    opened(title="One of the administrator", requester=cast.customer_admin, by=cast.customer_admin.actor)
    browser = browse(cast.customer_admin)

    def titles(query: str) -> set[str]:
        page = browser.get(f"/requests/{query}").content.decode()
        return {title for title in ("A settled one", "An open one", "One of the administrator") if title in page}

    assert titles("") == {"An open one", "One of the administrator"}
    assert titles("?show=settled") == {"A settled one"}
    assert titles("?show=all") == {"A settled one", "An open one", "One of the administrator"}
    assert titles("?whose=mine") == {"One of the administrator"}
    assert titles("?show=nonsense") == {"An open one", "One of the administrator"}


def test_search_finds_by_words_and_number_and_only_ones_own(cast: Cast, browse: Browsing, opened: Opening) -> None:
    mine = opened(title="Invoice of March")
    other = opened(title="Invoice of April", requester=cast.stranger, by=cast.stranger.actor)
    page = browse(cast.customer).get("/requests/?q=invoice").content.decode()
    assert "Invoice of March" in page
    assert "Invoice of April" not in page
    assert "Invoice of April" not in browse(cast.customer).get(f"/requests/?q=%23{other.pk}").content.decode()
    assert "Invoice of March" in browse(cast.customer).get(f"/requests/?q=%23{mine.pk}").content.decode()
    assert "Nothing found" in browse(cast.customer).get("/requests/?q=nowhere").content.decode()


def test_older_requests_follow_on_further_pages(cast: Cast, browse: Browsing, opened: Opening) -> None:
    for number in range(27):
        opened(title=f"Request {number:02}", at=MONDAY + timedelta(minutes=number))
    first = browse(cast.customer).get("/requests/").content.decode()
    assert first.count("Request ") == 25
    more = first.partition("?after=")[2].partition("&")[0]
    second = browse(cast.customer).get(f"/requests/?after={more}").content.decode()
    assert second.count("Request ") == 2
    assert browse(cast.customer).get("/requests/?after=nonsense").content.decode().count("Request ") == 25


def test_the_list_costs_as_many_queries_however_long_it_is(cast: Cast, browse: Browsing, opened: Opening) -> None:
    browser = browse(cast.customer)
    opened()
    browser.get("/requests/")
    with CaptureQueriesContext(connection) as few:
        browser.get("/requests/")
    for _ in range(5):
        opened()
    with CaptureQueriesContext(connection) as many:
        browser.get("/requests/")
    assert len(many) == len(few) <= LIST_QUERIES


# -- the page -----------------------------------------------------------------------------------------------------------


def test_the_page_shows_the_thread_without_internal_notes_and_with_the_promise(
    cast: Cast, browse: Browsing, opened: Opening
) -> None:
    ticket = opened(at=MONDAY, priority="P3")
    conversation.note(
        ticket, text="They are two months behind.", by=cast.agent.actor, at=MONDAY, author=cast.agent.person
    )
    browser = browse(cast.customer)
    with time_machine.travel(MONDAY + timedelta(minutes=5), tick=False):
        page = browser.get(f"/requests/{ticket.pk}/").content.decode()
    assert "Since this morning every export ends" in page
    assert "two months behind" not in page
    assert "We answer by Mon 2 Mar, 14:00 EST." in page


def test_being_late_is_said_too(cast: Cast, browse: Browsing, opened: Opening) -> None:
    ticket = opened(at=MONDAY, priority="P2")
    browser = browse(cast.customer)
    with time_machine.travel(MONDAY + timedelta(hours=3), tick=False):
        page = browser.get(f"/requests/{ticket.pk}/").content.decode()
    assert "are late. We are sorry" in page


def test_a_critical_request_says_when_we_write_again_and_who_takes_it_then(
    cast: Cast, browse: Browsing, opened: Opening
) -> None:
    ticket = opened(at=MONDAY, priority="P1")
    conversation.reply(
        ticket, text="We see it.", by=cast.agent.actor, at=MONDAY + timedelta(minutes=5), author=cast.agent.person
    )
    browser = browse(cast.customer)
    with time_machine.travel(MONDAY + timedelta(minutes=6), tick=False):
        page = browser.get(f"/requests/{ticket.pk}/").content.decode()
    assert "We write to you again by Mon 2 Mar, 14:05 EST." in page
    assert "If it is not settled by Mon 2 Mar, 12:00 EST, it goes to senior support engineer." in page


def test_while_we_wait_for_the_customer_the_page_says_so(cast: Cast, browse: Browsing, ticket: Ticket) -> None:
    waiting.wait_on_customer(ticket, by=cast.agent.actor, at=datetime.now(UTC))
    page = browse(cast.customer).get(f"/requests/{ticket.pk}/").content.decode()
    assert "Our time stands still while we wait for you." in page


ADDRESSES = ("", "sent/", "escalation/", "rating/")


@pytest.mark.parametrize("rest", ADDRESSES)
def test_what_one_may_not_see_is_not_there(cast: Cast, browse: Browsing, ticket: Ticket, rest: str) -> None:
    for somebody in (cast.stranger, cast.neighbour):
        assert browse(somebody).get(f"/requests/{ticket.pk}/{rest}").status_code == 404
        assert browse(somebody).get(f"/requests/999999/{rest}").status_code == 404
    assert browse(cast.customer_admin).get(f"/requests/{ticket.pk}/{rest}").status_code in (200, 302)
    assert Client().get(f"/requests/{ticket.pk}/{rest}")["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("rest", ["replies/", "closure/", "escalation/", "rating/"])
def test_what_one_may_not_see_cannot_be_acted_on(cast: Cast, browse: Browsing, ticket: Ticket, rest: str) -> None:
    answer = {"text": "x", "reason": "x", "score": "5"}
    for somebody in (cast.stranger, cast.neighbour):
        assert browse(somebody).post(f"/requests/{ticket.pk}/{rest}", answer).status_code == 404
    ticket.refresh_from_db()
    assert (ticket.status, ticket.messages.count()) == ("new", 1)


@pytest.mark.parametrize(
    ("method", "rest"),
    [
        ("post", ""),
        ("get", "replies/"),
        ("get", "closure/"),
        ("put", "escalation/"),
        ("put", "rating/"),
        ("post", "sent/"),
    ],
)
def test_other_methods_are_refused(cast: Cast, browse: Browsing, ticket: Ticket, method: str, rest: str) -> None:
    assert getattr(browse(cast.customer), method)(f"/requests/{ticket.pk}/{rest}").status_code == 405


def test_spam_is_not_there(cast: Cast, browse: Browsing, ticket: Ticket) -> None:
    spam.mark_spam(ticket, by=cast.agent.actor, at=datetime.now(UTC))
    assert browse(cast.customer).get(f"/requests/{ticket.pk}/").status_code == 404


def test_the_page_costs_as_many_queries_however_long_the_thread_is(
    cast: Cast, browse: Browsing, ticket: Ticket
) -> None:
    browser = browse(cast.customer)
    browser.get(f"/requests/{ticket.pk}/")
    with CaptureQueriesContext(connection) as few:
        browser.get(f"/requests/{ticket.pk}/")
    for number in range(5):
        conversation.reply(
            ticket, text=f"Word {number}", by=cast.agent.actor, at=datetime.now(UTC), author=cast.agent.person
        )
    with CaptureQueriesContext(connection) as many:
        browser.get(f"/requests/{ticket.pk}/")
    assert len(many) == len(few) <= PAGE_QUERIES


# -- writing, closing, opening again ------------------------------------------------------------------------------------


def test_a_reply_goes_on_the_thread_and_resumes_what_waited(cast: Cast, browse: Browsing, ticket: Ticket) -> None:
    waiting.wait_on_customer(ticket, by=cast.agent.actor, at=datetime.now(UTC))
    file = SimpleUploadedFile("screen.png", b"png", "image/png")
    answer = browse(cast.customer).post(f"/requests/{ticket.pk}/replies/", {"text": "Here it is.", "files": [file]})
    assert answer["Location"] == f"/requests/{ticket.pk}/"
    ticket.refresh_from_db()
    assert ticket.status == "open"
    said = ticket.messages.last()
    assert said is not None
    assert (said.text, said.by, said.author) == ("Here it is.", "customer", cast.customer.person)
    assert said.attachments.get().name == "screen.png"


def test_an_empty_reply_is_refused_where_it_was_written(cast: Cast, browse: Browsing, ticket: Ticket) -> None:
    answer = browse(cast.customer).post(f"/requests/{ticket.pk}/replies/", {"text": "  "})
    assert answer.status_code == 422
    assert "Write something, or attach a file." in answer.content.decode()
    assert ticket.messages.count() == 1


def test_a_colleague_who_administers_the_account_may_answer(cast: Cast, browse: Browsing, ticket: Ticket) -> None:
    browse(cast.customer_admin).post(f"/requests/{ticket.pk}/replies/", {"text": "I add to this."})
    said = ticket.messages.last()
    assert said is not None
    assert said.author == cast.customer_admin.person


def test_closing_and_opening_again(cast: Cast, browse: Browsing, ticket: Ticket) -> None:
    browser = browse(cast.customer)
    page = browser.post(f"/requests/{ticket.pk}/closure/", follow=True).content.decode()
    assert "Closed. Thank you for telling us." in page
    again = browser.post(f"/requests/{ticket.pk}/closure/", follow=True).content.decode()
    assert "already" in again
    ticket.refresh_from_db()
    assert ticket.status == "closed"


def test_what_was_resolved_is_opened_again_by_a_button_or_by_writing(
    cast: Cast, browse: Browsing, opened: Opening
) -> None:
    first, second = resolved(opened(), cast), resolved(opened(), cast)
    browser = browse(cast.customer)
    browser.post(f"/requests/{first.pk}/closure/", {"_method": "DELETE"})
    browser.post(f"/requests/{second.pk}/replies/", {"text": "It happens again."})
    for ticket in (first, second):
        ticket.refresh_from_db()
        assert (ticket.status, ticket.is_settled) == ("open", False)
    page = browser.post(f"/requests/{first.pk}/closure/", {"_method": "DELETE"}, follow=True).content.decode()
    assert "This ticket is open." in page


def test_after_its_time_a_request_stays_closed_and_points_to_a_new_one(
    cast: Cast, browse: Browsing, opened: Opening
) -> None:
    ticket = resolved(opened(at=MONDAY), cast, at=MONDAY)
    browser = browse(cast.customer)
    page = browser.get(f"/requests/{ticket.pk}/").content.decode()
    assert f"/ask/?after={ticket.pk}" in page
    answer = browser.post(f"/requests/{ticket.pk}/replies/", {"text": "Late."})
    assert answer.status_code == 422
    assert "Late." in answer.content.decode()
    browser.post(f"/requests/{ticket.pk}/closure/", {"_method": "DELETE"})
    ticket.refresh_from_db()
    assert ticket.status == "resolved"


# -- merged requests ----------------------------------------------------------------------------------------------------


def test_a_merged_request_points_to_the_other_where_one_may_see_it(
    cast: Cast, browse: Browsing, opened: Opening
) -> None:
    first = opened(title="First")
    second = opened(title="Second", text="The neighbour's words", requester=cast.neighbour, by=cast.neighbour.actor)
    merging.merge(second, into=first, by=cast.agent.actor, at=datetime.now(UTC))
    theirs = browse(cast.neighbour).get(f"/requests/{second.pk}/").content.decode()
    assert "put together with" in theirs
    assert "First" in theirs  # who asked is brought along, since the answer comes there
    first.watchers.remove(cast.neighbour.person)
    alone = browse(cast.neighbour).get(f"/requests/{second.pk}/").content.decode()
    assert "put together with another request" in alone
    assert "First" not in alone
    mine = browse(cast.customer).get(f"/requests/{first.pk}/").content.decode()
    assert "The neighbour's words" not in mine
    assert "The neighbour&#x27;s words" not in mine
    both = browse(cast.customer_admin).get(f"/requests/{first.pk}/").content.decode()
    assert "The neighbour&#x27;s words" in both


# -- asking for an escalation, and saying how it went ---------------------------------------------------------------------


def test_an_enterprise_customer_asks_for_an_escalation(cast: Cast, browse: Browsing, ticket: Ticket) -> None:
    browser = browse(cast.customer)
    assert "Ask for an escalation" in browser.get(f"/requests/{ticket.pk}/escalation/").content.decode()
    wrong = browser.post(f"/requests/{ticket.pk}/escalation/", {"reason": ""})
    assert wrong.status_code == 422
    page = browser.post(f"/requests/{ticket.pk}/escalation/", {"reason": "Our plant stands still."}, follow=True)
    assert "brought to the next level" in page.content.decode()
    assert ticket.escalations.get().raised_by == cast.customer.key
    assert [one.text for one in ticket.messages.all()][-1] == "Our plant stands still."


def test_a_plan_without_it_is_told_so(cast: Cast, browse: Browsing, opened: Opening) -> None:
    ticket = opened(requester=cast.stranger, by=cast.stranger.actor)
    browser = browse(cast.stranger)
    assert "/escalation/" not in browser.get(f"/requests/{ticket.pk}/").content.decode()
    assert "not a part of your plan" in browser.get(f"/requests/{ticket.pk}/escalation/", follow=True).content.decode()
    page = browser.post(f"/requests/{ticket.pk}/escalation/", {"reason": "Please"}, follow=True).content.decode()
    assert "does not include" in page
    assert not ticket.escalations.exists()


def test_a_settled_request_is_rated_once_or_again(cast: Cast, browse: Browsing, ticket: Ticket) -> None:
    browser = browse(cast.customer)
    assert "once your request is settled" in browser.get(f"/requests/{ticket.pk}/rating/", follow=True).content.decode()
    resolved(ticket, cast)
    assert "How satisfied" in browser.get(f"/requests/{ticket.pk}/rating/").content.decode()
    assert browser.post(f"/requests/{ticket.pk}/rating/", {"score": "9"}).status_code == 422
    browser.post(f"/requests/{ticket.pk}/rating/", {"score": "5", "words": "Quick."})
    browser.post(f"/requests/{ticket.pk}/rating/", {"score": "4"})
    assert ticket.resolutions.get().record["rating"] == 4
    assert "Tell us how it went" not in browser.get(f"/requests/{ticket.pk}/").content.decode()


# -- files ----------------------------------------------------------------------------------------------------------------


def test_files_are_downloads_for_whoever_may_see_the_message(cast: Cast, browse: Browsing, ticket: Ticket) -> None:
    page = SimpleUploadedFile("<b>page</b>.html", b"<script>alert(1)</script>", "text/html")
    browse(cast.customer).post(f"/requests/{ticket.pk}/replies/", {"text": "See this.", "files": [page]})
    attachment = Attachment.objects.get()
    html = browse(cast.customer).get(f"/requests/{ticket.pk}/").content.decode()
    address = html.partition('class="file" href="')[2].partition('"')[0]
    answer = browse(cast.customer).get(address)
    assert answer.status_code == 200
    assert b"".join(answer.streaming_content) == b"<script>alert(1)</script>"  # type: ignore[attr-defined]
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert answer["Content-Type"] == "application/octet-stream"
    for somebody in (cast.stranger, cast.neighbour):
        assert browse(somebody).get(address).status_code == 404
    assert attachment.message.ticket == ticket


def test_a_file_of_an_internal_note_is_not_there_for_customers(cast: Cast, browse: Browsing, ticket: Ticket) -> None:
    browse(cast.customer).post(
        f"/requests/{ticket.pk}/replies/", {"files": [SimpleUploadedFile("a.txt", b"a")], "text": ""}
    )
    attachment = Attachment.objects.get()
    attachment.message.is_internal = True
    attachment.message.save()
    assert browse(cast.customer).get(f"/attachments/{attachment.pk}/a.txt").status_code == 404
    assert browse(cast.agent).get(f"/attachments/{attachment.pk}/a.txt").status_code == 200


def test_who_looks_after_it_is_named(cast: Cast, browse: Browsing, ticket: Ticket) -> None:
    assign(ticket, to=cast.agent, by=SYSTEM, at=datetime.now(UTC))
    assert "Agent Ames looks after it" in browse(cast.customer).get(f"/requests/{ticket.pk}/").content.decode()
