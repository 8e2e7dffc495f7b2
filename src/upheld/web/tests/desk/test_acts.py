"""What agents do with a ticket: each act works, is refused with a reason, and is nobody else's."""

from __future__ import annotations

import pytest
from django.test import Client

from upheld.commitments.models import Commitment
from upheld.conftest import Cast
from upheld.events.models import Event
from upheld.people.models import Team
from upheld.tickets.models import Ticket
from upheld.web.tests.conftest import Browsing, Opening
from upheld.web.tests.desk.pages import address, said

TICKET_QUERIES = 16
HTMX = {"HX-Request": "true"}


# -- states ---------------------------------------------------------------------------------------------------------------


def test_waiting_and_taking_up_again(agent: Client, ticket: Ticket) -> None:
    agent.post(address(ticket, "waiting/"))
    ticket.refresh_from_db()
    assert ticket.status == "waiting_on_customer"
    assert b"paused" in agent.get(address(ticket)).content
    agent.post(address(ticket, "waiting/"), {"_method": "DELETE"})
    ticket.refresh_from_db()
    assert ticket.status == "open"


def test_holding_asks_why(agent: Client, ticket: Ticket) -> None:
    assert b"<form" in agent.get(address(ticket, "hold/"), headers=HTMX).content
    assert agent.post(address(ticket, "hold/"), {"reason": ""}).status_code == 422
    agent.post(address(ticket, "hold/"), {"reason": "The supplier answers on Monday"})
    ticket.refresh_from_db()
    assert ticket.status == "on_hold"
    assert "The supplier answers on Monday" in said(agent, ticket)


def test_resolving_needs_the_record_that_the_policy_asks_for(agent: Client, ticket: Ticket) -> None:
    question = agent.get(address(ticket, "resolution/")).content.decode()
    assert "What solved it" in question
    missing = agent.post(address(ticket, "resolution/"), {"resolution": "", "cause": "use"})
    assert missing.status_code == 422
    assert b"What solved it" in missing.content
    agent.post(address(ticket, "resolution/"), {"resolution": "Index rebuilt", "cause": "configuration"})
    ticket.refresh_from_db()
    assert ticket.status == "resolved"
    assert "Index rebuilt" in said(agent, ticket)
    again = agent.post(address(ticket, "resolution/"), {"resolution": "Again"})
    assert again.status_code == 422
    assert b"settled already" in again.content


def test_out_of_the_dialog_one_is_sent_back_to_the_ticket(agent: Client, ticket: Ticket) -> None:
    response = agent.post(address(ticket, "resolution/"), {"resolution": "Done"}, headers=HTMX)
    assert response["HX-Redirect"] == address(ticket)


def test_closing_and_reopening(agent: Client, ticket: Ticket) -> None:
    agent.post(address(ticket, "closure/"))
    assert "Resolve the ticket first" in said(agent, ticket)
    agent.post(address(ticket, "resolution/"), {"resolution": "Done"})
    agent.post(address(ticket, "closure/"))
    ticket.refresh_from_db()
    assert ticket.status == "closed"
    agent.post(address(ticket, "resolution/"), {"_method": "DELETE"})
    ticket.refresh_from_db()
    assert ticket.status == "open"
    agent.delete(address(ticket, "resolution/"))
    assert "This ticket is open." in said(agent, ticket)


def test_spam_and_back(agent: Client, ticket: Ticket) -> None:
    agent.post(address(ticket, "spam/"))
    assert ticket.title not in agent.get("/desk/queue/open/").content.decode()
    agent.post(address(ticket, "spam/"))
    assert "marked as spam already" in said(agent, ticket)
    agent.delete(address(ticket, "spam/"))
    assert ticket.title in agent.get("/desk/queue/open/").content.decode()


# -- properties -----------------------------------------------------------------------------------------------------------


def test_properties_change_and_the_time_line_says_so(agent: Client, ticket: Ticket) -> None:
    agent.post(address(ticket, "properties/"), {"priority": "P1"})
    agent.post(address(ticket, "properties/"), {"category": "billing"})
    agent.post(address(ticket, "properties/"), {"level": "2"})
    agent.post(address(ticket, "properties/"), {"tags": "export, vip , "})
    ticket.refresh_from_db()
    assert (ticket.priority, ticket.category, ticket.level, ticket.tags) == ("P1", "billing", 2, ["export", "vip"])
    assert "changed priority from P4 to P1" in agent.get(address(ticket, "events/")).content.decode()


def test_a_value_that_the_policy_does_not_know_is_refused(agent: Client, ticket: Ticket) -> None:
    agent.post(address(ticket, "properties/"), {"priority": "P9"})
    ticket.refresh_from_db()
    assert ticket.priority == "P4"
    assert "The policy knows no priority" in said(agent, ticket)


def test_assigning_to_somebody_to_nobody_and_to_a_team(agent: Client, cast: Cast, ticket: Ticket) -> None:
    agent.post(address(ticket, "assignment/"), {"assignee": cast.colleague.pk})
    ticket.refresh_from_db()
    assert ticket.assignee_id == cast.colleague.pk
    agent.delete(address(ticket, "assignment/"))
    assert Ticket.objects.get().assignee_id is None
    agent.post(address(ticket, "assignment/"), {"assignee": 99999})
    assert "Nobody of that name works here." in said(agent, ticket)
    billing = Team.objects.create(name="Billing", department="billing")
    agent.post(address(ticket, "team/"), {"team": billing.pk})
    ticket.refresh_from_db()
    assert ticket.team == billing
    agent.post(address(ticket, "team/"), {"team": 99999})
    assert "There is no such team." in said(agent, ticket)


def test_an_act_by_htmx_answers_with_the_parts_as_they_are_now(agent: Client, ticket: Ticket) -> None:
    response = agent.post(address(ticket, "properties/"), {"priority": "P1"}, headers=HTMX)
    html = response.content.decode()
    assert response.status_code == 200
    for part in ('id="ticket-head"', 'id="thread"', 'id="context"', 'id="messages"', 'id="views-list"'):
        assert part in html
    assert 'id="composer"' not in html


# -- ties -----------------------------------------------------------------------------------------------------------------


def test_merging_reads_one_in_the_other_and_can_be_taken_back(agent: Client, opened: Opening) -> None:
    first, second = opened(title="First"), opened(title="Second", text="The same again.")
    assert "First" in agent.get(address(second, "merge/")).content.decode()
    response = agent.post(address(second, "merge/"), {"other": f"#{first.pk}"})
    assert response["Location"] == address(first)
    assert "The same again." in said(agent, first)
    assert "Reply there" in said(agent, second)
    agent.delete(address(second, "merge/"))
    assert "The same again." not in said(agent, first)


@pytest.mark.parametrize("other", ["", "nonsense", "99999999", "#", "1e9"])
def test_merging_into_what_is_not_there(agent: Client, ticket: Ticket, other: str) -> None:
    assert agent.post(address(ticket, "merge/"), {"other": other}).status_code == 422


def test_tickets_of_different_accounts_are_never_merged(agent: Client, cast: Cast, opened: Opening) -> None:
    ours, theirs = opened(), opened(requester=cast.stranger)
    response = agent.post(address(ours, "merge/"), {"other": str(theirs.pk)})
    assert response.status_code == 422
    assert b"same account" in response.content


def test_linking_and_taking_the_link_back(agent: Client, opened: Opening) -> None:
    first, second, third = opened(title="First"), opened(title="Second"), opened(title="Third")
    agent.post(address(first, "links/"), {"other": str(second.pk), "kind": "recurring"})
    assert "recurring problem" in said(agent, second)
    row = first.links.get()
    assert agent.delete(address(third, f"links/{row.pk}/")).status_code == 404
    agent.delete(address(second, f"links/{row.pk}/"))
    assert not first.links.exists()
    assert agent.post(address(first, "links/"), {"other": str(first.pk), "kind": "related"}).status_code == 422


def test_watching(agent: Client, cast: Cast, ticket: Ticket) -> None:
    agent.post(address(ticket, "watch/"))
    assert list(ticket.watchers.all()) == [cast.agent.person]
    assert "Stop watching" in said(agent, ticket)
    agent.delete(address(ticket, "watch/"))
    assert not ticket.watchers.exists()


# -- escalation and commitments -------------------------------------------------------------------------------------------


def test_escalating_to_a_rung_of_a_ladder(agent: Client, ticket: Ticket) -> None:
    assert "Senior support engineer" in agent.get(address(ticket, "escalations/")).content.decode()
    assert agent.post(address(ticket, "escalations/"), {"step": "support/2", "reason": ""}).status_code == 422
    agent.post(address(ticket, "escalations/"), {"step": "support/2", "reason": "Needs a look into the logs"})
    ticket.refresh_from_db()
    assert ticket.level == 2
    assert "raised it to Senior support engineer: Needs a look into the logs" in said(agent, ticket)
    assert agent.post(address(ticket, "escalations/"), {"step": "support/2", "reason": "Again"}).status_code == 422


def test_a_commitment_says_why_it_is_due_when_it_is(agent: Client, ticket: Ticket) -> None:
    html = agent.get(address(ticket, "commitments/first-response/1/")).content.decode()
    for expected in (
        "First response",
        "Promised",
        "8 h",
        "Together",
        "for you",
        "techflow version",
        "first-response",
        "The clause in words",
    ):
        assert expected in html, expected
    assert agent.get(address(ticket, "commitments/first-response/7/")).status_code == 404
    assert agent.get(address(ticket, "commitments/nonsense/1/")).status_code == 404


def test_only_leads_waive_and_only_what_runs(browse: Browsing, agent: Client, cast: Cast, ticket: Ticket) -> None:
    where = address(ticket, "commitments/first-response/1/")
    assert agent.post(where, {"reason": "Because"}).status_code == 404
    lead = browse(cast.lead)
    assert lead.post(where, {"reason": ""}).status_code == 422
    assert lead.post(where, {"reason": "Test ticket of our own"}).status_code == 302
    assert "waived First response: Test ticket of our own" in said(agent, ticket)
    again = lead.post(where, {"reason": "Again"})
    assert again.status_code == 422
    assert b"over already" in again.content


def test_recording_a_milestone_keeps_what_waits_for_it(agent: Client, cast: Cast, ticket: Ticket) -> None:
    agent.post(address(ticket, "properties/"), {"tags": "major-incident"})
    agent.post(address(ticket, "resolution/"), {"resolution": "Done"})
    assert "Root cause of a major incident" in said(agent, ticket)
    assert (
        agent.post(address(ticket, "milestones/"), {"milestone": "root_cause_recorded", "note": ""}).status_code == 422
    )
    agent.post(address(ticket, "milestones/"), {"milestone": "root_cause_recorded", "note": "A full disk"})
    assert "A full disk" in said(agent, ticket)
    assert Commitment.objects.get(clause="root-cause").state == "kept"


# -- methods and doors ----------------------------------------------------------------------------------------------------

POSTED = [
    "replies/",
    "notes/",
    "draft/",
    "properties/",
    "assignment/",
    "team/",
    "waiting/",
    "hold/",
    "resolution/",
    "closure/",
    "spam/",
    "merge/",
    "links/",
    "watch/",
    "escalations/",
    "milestones/",
    "commitments/first-response/1/",
]
READ = [
    "hold/",
    "resolution/",
    "merge/",
    "links/",
    "escalations/",
    "milestones/",
    "events/",
    "commitments/first-response/1/",
]


@pytest.mark.parametrize("part", POSTED)
def test_nothing_is_done_for_somebody_else(browse: Browsing, cast: Cast, ticket: Ticket, part: str) -> None:
    before = Event.objects.count()
    for client, status in ((browse(cast.customer), 404), (browse(cast.customer_admin), 404), (Client(), 302)):
        assert client.post(address(ticket, part), {"text": "x", "reason": "x", "priority": "P1"}).status_code == status
    assert Event.objects.count() == before


@pytest.mark.parametrize("part", sorted(set(POSTED) - set(READ)))
def test_reading_does_nothing(agent: Client, ticket: Ticket, part: str) -> None:
    assert agent.get(address(ticket, part)).status_code == 405


@pytest.mark.parametrize("part", READ)
def test_questions_open_as_a_page_and_as_a_dialog(agent: Client, ticket: Ticket, part: str) -> None:
    page, dialog = agent.get(address(ticket, part)), agent.get(address(ticket, part), headers=HTMX)
    assert b"<html" in page.content
    assert dialog.status_code == 200
    assert b"<html" not in dialog.content
    assert b"data-dialog-title" in dialog.content


@pytest.mark.parametrize("part", [*POSTED, ""])
def test_of_a_ticket_that_is_not_there_nothing_is_found(agent: Client, cast: Cast, part: str) -> None:
    client_method = agent.post if part else agent.get
    assert client_method(f"/desk/tickets/424242/{part}", {"text": "x"}).status_code == 404
