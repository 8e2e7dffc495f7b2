"""The page of a ticket: what it shows and costs, and what is written on it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from upheld.conftest import Cast
from upheld.people.models import Team
from upheld.tickets.actions.assignment import assign
from upheld.tickets.actions.conversation import customer_reply, note, reply
from upheld.tickets.actions.watching import link, watch
from upheld.tickets.models import Draft, Reading, Ticket
from upheld.web.tests.conftest import Browsing, Opening
from upheld.web.tests.desk.pages import address, said

TICKET_QUERIES = 10
HTMX = {"HX-Request": "true"}


# -- reading --------------------------------------------------------------------------------------------------------------


def test_the_page_shows_ticket_customer_conversation_and_promises(agent: Client, cast: Cast, ticket: Ticket) -> None:
    now = datetime.now(UTC)
    reply(
        ticket,
        text="We are looking into it.",
        by=cast.agent.actor,
        at=now,
        author=cast.agent.person,
        send=False,
        cc=["boss@harbour.example"],
    )
    note(ticket, text="Smells like the index.", by=cast.colleague.actor, at=now, author=cast.colleague.person)
    html = said(agent, ticket)
    for expected in (
        "The export stops half-way",
        "Customer Reed",
        "Harbour Mills",
        "Enterprise",
        "Since this morning",
        "We are looking into it.",
        "Smells like the index.",
        "internal",
        "Copy to boss@harbour.example",
        "First response",
        "Reply to Customer Reed",
    ):
        assert expected in html, expected


def test_opening_it_marks_it_read(agent: Client, cast: Cast, ticket: Ticket) -> None:
    said(agent, ticket)
    assert Reading.objects.filter(person=cast.agent.person, ticket=ticket).count() == 1
    said(agent, ticket)
    assert "is-unread" not in agent.get("/desk/queue/open/").content.decode()


def test_a_quote_is_folded_and_markup_of_customers_is_no_markup(agent: Client, opened: Opening) -> None:
    ticket = opened(text="<script>alert(1)</script>\n\nOn Monday Ana wrote:\n> old words\n> more")
    html = said(agent, ticket)
    assert "<script>alert" not in html
    assert "Quoted text" in html


def test_it_costs_a_fixed_number_of_queries(agent: Client, cast: Cast, opened: Opening) -> None:
    ticket, other, third = opened(), opened(title="Other"), opened(title="Third")
    now = datetime.now(UTC)
    Team.objects.create(name="Billing", department="billing")
    for number in range(6):
        reply(ticket, text=f"Answer {number}", by=cast.agent.actor, at=now, author=cast.agent.person, send=False)
        customer_reply(
            ticket,
            text=f"Question {number}",
            by=cast.customer.actor,
            at=now,
            author=cast.customer.person,
            channel="portal",
        )
    watch(ticket, person=cast.colleague.person, by=cast.lead.actor, at=now)
    link(ticket, other=other, by=cast.agent.actor, at=now)
    link(third, other=ticket, by=cast.agent.actor, at=now)
    assign(ticket, to=cast.senior, by=cast.lead.actor, at=now)
    agent.get(address(other))
    with CaptureQueriesContext(connection) as captured:
        html = said(agent, ticket)
    assert "#" + str(other.pk) in html
    assert "#" + str(third.pk) in html
    assert len(captured) <= TICKET_QUERIES, "\n".join(query["sql"][:140] for query in captured)


def test_a_long_thread_is_folded_in_the_middle(agent: Client, cast: Cast, ticket: Ticket) -> None:
    said(agent, ticket)
    now = datetime(2026, 1, 5, tzinfo=UTC)
    for number in range(12):
        reply(ticket, text=f"Answer {number}", by=cast.agent.actor, at=now, author=cast.agent.person, send=False)
    assert said(agent, ticket).count('class="folded"') == 7


def test_the_live_part_leaves_the_composer_alone(agent: Client, ticket: Ticket) -> None:
    html = agent.get(address(ticket), headers=HTMX).content.decode()
    assert 'id="thread"' in html
    assert 'id="composer"' not in html
    assert "<html" not in html


def test_nobody_else_sees_it(browse: Browsing, cast: Cast, ticket: Ticket) -> None:
    for somebody in (cast.customer, cast.customer_admin, cast.stranger):
        assert browse(somebody).get(address(ticket)).status_code == 404
    assert Client().get(address(ticket)).status_code == 302
    assert browse(cast.agent).get("/desk/tickets/999999/").status_code == 404


# -- writing --------------------------------------------------------------------------------------------------------------


def test_a_reply_is_sent_with_its_files_and_the_draft_is_gone(agent: Client, cast: Cast, ticket: Ticket) -> None:
    agent.post(address(ticket, "draft/"), {"text": "Dear", "kind": "reply"})
    assert Draft.objects.get().text == "Dear"
    assert "Dear</textarea>" in said(agent, ticket)
    upload = SimpleUploadedFile("log.txt", b"all of it", content_type="text/plain")
    response = agent.post(
        address(ticket, "replies/"),
        {"text": "Dear Ana, see there.", "cc": "boss@harbour.example", "then": "", "attachments": [upload]},
    )
    assert response["Location"] == address(ticket)
    message = ticket.messages.get(by="staff")
    assert (message.text, message.cc, message.is_internal) == ("Dear Ana, see there.", ["boss@harbour.example"], False)
    attachment = message.attachments.get()
    assert attachment.name == "log.txt"
    assert not Draft.objects.exists()
    download = agent.get(f"/attachments/{attachment.pk}/log.txt")
    assert download.getvalue() == b"all of it"
    assert download["Content-Disposition"].startswith("attachment")


def test_a_signature_is_added_once(agent: Client, cast: Cast, ticket: Ticket) -> None:
    cast.agent.signature = "Ames, TechFlow"
    cast.agent.save()
    agent.post(address(ticket, "replies/"), {"text": "Hello", "then": ""})
    assert ticket.messages.get(by="staff").text == "Hello\n\n-- \nAmes, TechFlow"


@pytest.mark.parametrize(
    ("then", "status"), [("", "open"), ("waiting_on_customer", "waiting_on_customer"), ("resolved", "resolved")]
)
def test_the_button_says_what_happens_then(agent: Client, ticket: Ticket, then: str, status: str) -> None:
    agent.post(address(ticket, "replies/"), {"text": "There you are.", "then": then})
    ticket.refresh_from_db()
    assert ticket.status == status


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        ({"text": "   ", "then": ""}, "Write something before you send it."),
        ({"text": "Hi", "cc": "not an address", "then": ""}, "is not a mail address"),
        ({"text": "Hi", "then": "nonsense"}, "nonsense"),
    ],
)
def test_what_was_typed_stays_when_it_cannot_be_sent(
    agent: Client, ticket: Ticket, data: dict[str, str], problem: str
) -> None:
    response = agent.post(address(ticket, "replies/"), data)
    html = response.content.decode()
    assert response.status_code == 422
    assert problem in html
    assert data["text"] in html
    assert not ticket.messages.filter(by="staff").exists()
    part = agent.post(address(ticket, "replies/"), data, headers=HTMX)
    assert part.status_code == 422
    assert b"<html" not in part.content


def test_a_closed_ticket_takes_no_reply(agent: Client, cast: Cast, ticket: Ticket) -> None:
    agent.post(address(ticket, "resolution/"), {"resolution": "Done"})
    agent.post(address(ticket, "closure/"))
    response = agent.post(address(ticket, "replies/"), {"text": "One more thing", "then": ""})
    assert response.status_code == 422
    assert b"closed" in response.content


def test_a_note_stays_inside(agent: Client, browse: Browsing, cast: Cast, ticket: Ticket) -> None:
    upload = SimpleUploadedFile("internal.txt", b"secret")
    agent.post(address(ticket, "notes/"), {"text": "Do not tell", "attachments": [upload]})
    message = ticket.messages.get(is_internal=True)
    attachment = message.attachments.get()
    assert browse(cast.customer).get(f"/attachments/{attachment.pk}/internal.txt").status_code == 404
    assert browse(cast.agent).get(f"/attachments/{attachment.pk}/other-name.txt").status_code == 404


def test_a_draft_is_dropped_when_it_is_emptied(agent: Client, ticket: Ticket) -> None:
    response = agent.post(
        address(ticket, "draft/"), {"text": "x", "kind": "note"}, headers={"Accept": "application/json"}
    )
    assert response.json()["saved"]
    agent.post(address(ticket, "draft/"), {"text": " ", "kind": "note"})
    assert not Draft.objects.exists()
    agent.post(address(ticket, "draft/"), {"text": "y", "kind": "note"})
    agent.delete(address(ticket, "draft/") + "?kind=note")
    assert not Draft.objects.exists()
