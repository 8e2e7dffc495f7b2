"""The pages around the queue: accounts, people, policy, notices, mails, settings; and whose they are."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.test import Client
from django.utils import timezone

from upheld.channels.models import Mailbox, OutgoingMail, ReceivedMail, Sighting
from upheld.conftest import Cast
from upheld.events.models import Event
from upheld.people.actions import notify
from upheld.people.models import Notification
from upheld.tickets.models import Ticket
from upheld.web.tests.conftest import Browsing

PAGES = ["accounts/", "people/", "policy/", "notices/", "settings/", "keys/", "tickets/new/"]


@pytest.mark.parametrize("page", PAGES)
def test_agents_see_the_page_and_customers_do_not(browse: Browsing, cast: Cast, page: str) -> None:
    assert browse(cast.agent).get(f"/desk/{page}").status_code == 200
    assert browse(cast.customer_admin).get(f"/desk/{page}").status_code == 404
    assert Client().get(f"/desk/{page}").status_code == 302


# -- accounts -------------------------------------------------------------------------------------------------------------


def test_accounts_are_found_by_name_domain_address_and_plan(agent: Client, cast: Cast) -> None:
    def found(query: str) -> tuple[bool, bool]:
        html = agent.get(f"/desk/accounts/?{query}").content.decode()
        return "Harbour Mills" in html, "Quarry &amp; Co" in html

    assert found("") == (True, True)
    assert found("text=mills") == (True, False)
    assert found("text=harbour.example") == (True, False)
    assert found("text=stranger@quarry") == (False, True)
    assert found("plan=standard") == (False, True)
    assert found("text=nothing") == (False, False)


def test_an_account_shows_its_people_and_tickets(agent: Client, cast: Cast, ticket: Ticket) -> None:
    html = agent.get(f"/desk/accounts/{cast.account.pk}/").content.decode()
    for expected in ("Harbour Mills", "harbour.example", "Customer Reed", "all tickets of the account", ticket.title):
        assert expected in html, expected
    assert "Change the plan" not in html
    assert agent.get("/desk/accounts/99999/").status_code == 404


def test_only_leads_change_the_plan(browse: Browsing, cast: Cast) -> None:
    where = f"/desk/accounts/{cast.account.pk}/plan/"
    assert browse(cast.agent).post(where, {"plan": "standard"}).status_code == 404
    lead = browse(cast.lead)
    assert lead.get(where).status_code == 405
    lead.post(where, {"plan": "nonsense"})
    cast.account.refresh_from_db()
    assert cast.account.plan == "enterprise"
    assert "is on Standard now" in lead.post(where, {"plan": "standard"}, follow=True).content.decode()
    cast.account.refresh_from_db()
    assert cast.account.plan == "standard"
    assert "on that plan already" in lead.post(where, {"plan": "standard"}, follow=True).content.decode()


def test_a_contact_shows_how_to_reach_them(agent: Client, cast: Cast, ticket: Ticket) -> None:
    html = agent.get(f"/desk/contacts/{cast.customer.pk}/").content.decode()
    assert "customer@harbour.example" in html
    assert ticket.title in html
    assert agent.get("/desk/contacts/99999/").status_code == 404


def test_an_address_that_came_back_can_be_written_to_again(agent: Client, cast: Cast) -> None:
    cast.customer.bounced_at = datetime(2026, 1, 5, tzinfo=UTC)
    cast.customer.save()
    where = f"/desk/contacts/{cast.customer.pk}/"
    assert "Mails arrive again" in agent.get(where).content.decode()
    assert agent.get(f"{where}reachable/").status_code == 405
    assert "Mails arrive again" not in agent.post(f"{where}reachable/", follow=True).content.decode()


# -- people and policy ----------------------------------------------------------------------------------------------------


def test_people_stand_with_role_level_and_load(agent: Client, cast: Cast) -> None:
    html = agent.get("/desk/people/").content.decode()
    for expected in ("Lead Ames", "Team lead", "leads Support", "Senior support engineer"):
        assert expected in html, expected
    assert "Senior Ames" in agent.get(f"/desk/people/{cast.senior.pk}/").content.decode()
    assert agent.get("/desk/people/99999/").status_code == 404


def test_the_policy_is_there_to_read(agent: Client, cast: Cast) -> None:
    html = agent.get("/desk/policy/").content.decode()
    for expected in (
        "techflow v1",
        'id="first-response"',
        "A person answers a new ticket",
        "office",
        "Enterprise",
        "Versions",
    ):
        assert expected in html, expected


# -- what waits for me ----------------------------------------------------------------------------------------------------


def test_notices_wait_until_they_are_read(agent: Client, cast: Cast, ticket: Ticket) -> None:
    now = datetime.now(UTC)
    for key, subject in (("one", ticket.key), ("two", "account:1")):
        notify([cast.agent.person], key=key, subject=subject, kind="ticket.assigned", text=f"Look at {key}", at=now)
    notify([cast.colleague.person], key="x", subject=ticket.key, kind="ticket.assigned", text="Not for you", at=now)
    page = agent.get("/desk/notices/").content.decode()
    assert "Look at one" in page
    assert "Not for you" not in page
    assert "<title>(2) What waits for me" in page
    agent.get(f"/desk/tickets/{ticket.pk}/")
    assert Notification.objects.filter(person=cast.agent.person).unread().count() == 1
    agent.post("/desk/notices/read/")
    assert "You have read everything" in agent.get("/desk/notices/").content.decode()
    assert agent.post("/desk/notices/read/").status_code == 302
    assert agent.get("/desk/notices/read/").status_code == 405


def test_a_notice_leads_to_its_ticket_and_is_nobody_elses(
    browse: Browsing, agent: Client, cast: Cast, ticket: Ticket
) -> None:
    notify([cast.agent.person], key="one", subject=ticket.key, kind="ticket.raised", text="Look", at=datetime.now(UTC))
    notice = Notification.objects.get()
    assert agent.get(f"/desk/notices/{notice.pk}/")["Location"] == f"/desk/tickets/{ticket.pk}/"
    assert browse(cast.colleague).get(f"/desk/notices/{notice.pk}/").status_code == 404


# -- mine -----------------------------------------------------------------------------------------------------------------


def test_settings_are_kept(agent: Client, cast: Cast) -> None:
    asked = {
        "name": "Ana Ames",
        "zone": "Asia/Tokyo",
        "language": "de",
        "theme": "dark",
        "density": "compact",
        "signature": "Ana",
    }
    agent.post("/desk/settings/", asked)
    cast.agent.refresh_from_db()
    person = cast.agent.person
    person.refresh_from_db()
    assert (person.name, person.zone, person.theme, person.density, cast.agent.signature) == (
        "Ana Ames",
        "Asia/Tokyo",
        "dark",
        "compact",
        "Ana",
    )
    html = agent.get("/desk/settings/").content.decode()
    assert 'data-theme="dark"' in html
    assert 'data-density="compact"' in html


def test_settings_that_are_none_are_said_at_their_field(agent: Client, cast: Cast) -> None:
    response = agent.post(
        "/desk/settings/", {"name": "", "zone": "Mars/Olympus", "language": "en", "theme": "pink", "density": "compact"}
    )
    assert response.status_code == 422
    assert response.content.decode().count('class="error"') == 3


def test_presence(agent: Client, cast: Cast) -> None:
    agent.post("/desk/presence/", {"presence": "busy"})
    agent.post("/desk/presence/", {"presence": "nonsense"})
    cast.agent.refresh_from_db()
    assert cast.agent.presence == "busy"
    assert agent.get("/desk/presence/").status_code == 405


def test_presence_leads_back_only_to_our_own_pages(agent: Client, cast: Cast) -> None:
    assert (
        agent.post("/desk/presence/", {"presence": "busy"}, headers={"Referer": "https://evil.example/"})["Location"]
        == "/desk/"
    )
    back = "http://testserver/desk/people/"
    assert agent.post("/desk/presence/", {"presence": "busy"}, headers={"Referer": back})["Location"] == back


# -- opening and bulk -----------------------------------------------------------------------------------------------------


def test_opening_a_ticket_for_a_customer_who_called(agent: Client, cast: Cast) -> None:
    asked = {
        "requester": "new@harbour.example",
        "name": "Nina New",
        "title": "Called",
        "text": "It is broken",
        "channel": "phone",
        "is_mine": "on",
    }
    agent.post("/desk/tickets/new/", asked)
    ticket = Ticket.objects.get()
    assert (ticket.account, ticket.assignee, ticket.channel, str(ticket.requester)) == (
        cast.account,
        cast.agent,
        "phone",
        "Nina New",
    )


def test_opening_keeps_what_was_typed(agent: Client, cast: Cast) -> None:
    response = agent.post(
        "/desk/tickets/new/", {"requester": "nobody", "title": "Called", "text": "", "channel": "phone"}
    )
    assert response.status_code == 422
    assert b'value="Called"' in response.content


def test_several_tickets_at_once(agent: Client, cast: Cast, ticket: Ticket) -> None:
    back = "/desk/queue/open/?priority=P4"
    response = agent.post(
        "/desk/tickets/assignment/", {"ticket": [ticket.pk, "x", 99999], "assignee": cast.colleague.pk, "next": back}
    )
    assert response["Location"] == back
    agent.post("/desk/tickets/priority/", {"ticket": [ticket.pk], "priority": "P2"})
    ticket.refresh_from_db()
    assert (ticket.assignee, ticket.priority) == (cast.colleague, "P2")
    agent.post("/desk/tickets/assignment/", {"ticket": [ticket.pk], "assignee": "nobody"})
    ticket.refresh_from_db()
    assert ticket.assignee is None


@pytest.mark.parametrize(
    ("where", "data", "said"),
    [
        ("assignment", {"assignee": ""}, "Choose to whom"),
        ("assignment", {"assignee": "nobody"}, "Select at least one"),
        ("priority", {"priority": ""}, "Choose a priority"),
        ("priority", {"priority": "P9", "ticket": "all"}, "knows no priority"),
    ],
)
def test_what_is_missing_for_several_is_said(
    agent: Client, ticket: Ticket, where: str, data: dict[str, object], said: str
) -> None:
    if data.get("ticket") == "all":
        data = {**data, "ticket": [ticket.pk]}
    page = agent.post(f"/desk/tickets/{where}/", {**data, "next": "https://evil.example/"}, follow=True)
    assert said in page.content.decode()
    assert page.redirect_chain[0][0] == "/desk/"


# -- mails ----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def received(cast: Cast) -> ReceivedMail:
    return ReceivedMail.objects.create(
        sha256="a" * 64,
        raw=b"Subject: Hi\r\n\r\n<b>body</b>",
        size=27,
        envelope_from="ana@harbour.example",
        envelope_to=["support@techflow.example"],
        sender="ana@harbour.example",
        title="Hi",
        state="quarantined",
        reason="No date",
    )


def test_administrators_trace_every_mail(browse: Browsing, cast: Cast, received: ReceivedMail) -> None:
    client = browse(cast.administrator)
    assert "No date" in client.get("/desk/mails/").content.decode()
    assert "No date" not in client.get("/desk/mails/?state=message").content.decode()
    assert "No date" in client.get("/desk/mails/?text=ana%40harbour").content.decode()
    assert "In quarantine" in client.get(f"/desk/mails/{received.pk}/").content.decode()
    raw = client.get(f"/desk/mails/{received.pk}/raw/")
    assert raw.content == b"Subject: Hi\r\n\r\n<b>body</b>"
    assert raw["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize("part", ["", "{pk}/", "{pk}/raw/"])
def test_nobody_else_reads_raw_mail(browse: Browsing, cast: Cast, received: ReceivedMail, part: str) -> None:
    for somebody in (cast.agent, cast.lead, cast.customer):
        assert browse(somebody).get(f"/desk/mails/{part.format(pk=received.pk)}").status_code == 404


@pytest.mark.parametrize("decision", ["release", "run-again", "drop"])
def test_a_held_mail_is_decided_once_and_by_administrators_only(
    browse: Browsing, cast: Cast, received: ReceivedMail, decision: str
) -> None:
    address = f"/desk/mails/{received.pk}/{decision}/"
    assert browse(cast.lead).post(address).status_code == 404
    client = browse(cast.administrator)
    assert client.get(address).status_code == 405
    first, second = client.post(address, follow=True), client.post(address, follow=True)
    assert "found its place already" not in first.content.decode()
    received.refresh_from_db()
    if decision == "drop":
        assert (received.state, received.reason) == ("dropped", "Dropped by Administrator Ames")
        assert "found its place already" in second.content.decode()
    assert Event.objects.filter(subject=received.key).exists()


def test_a_mailbox_shows_what_it_holds_and_what_is_missing(browse: Browsing, cast: Cast) -> None:
    box = Mailbox.objects.create(
        name="support", account="s@h", folder="INBOX", uid_validity=1, on_server=5, missing=2, failure="TimeoutError: x",
        failing_since=timezone.now(), reconciled_at=timezone.now(), missing_numbers=[7, 9],
    )  # fmt: skip
    Sighting.objects.create(mailbox=box, uid_validity=1, uid=1, seen_at=timezone.now())
    page = browse(cast.administrator).get("/desk/mails/").content.decode()
    assert "not reached" in page
    assert "The server holds 5 mails. We have 2 of them. 1 mail there: too large for us." in page
    assert "Missing: 2 (numbers 7, 9)." in page


def test_a_look_into_a_mailbox_can_be_asked_for(browse: Browsing, cast: Cast) -> None:
    box = Mailbox.objects.create(name="support", account="s@h", folder="INBOX")
    address = f"/desk/mails/mailboxes/{box.pk}/look/"
    assert browse(cast.lead).post(address).status_code == 404
    client = browse(cast.administrator)
    assert client.get(address).status_code == 405
    for _ in range(2):
        assert "looked through within seconds" in client.post(address, follow=True).content.decode()
    box.refresh_from_db()
    assert (box.asked_at is not None, box.asked_by) == (True, cast.administrator.key)


@pytest.fixture
def outgoing(cast: Cast) -> OutgoingMail:
    raw = (
        b"From: support@techflow.example\r\nTo: ana@harbour.example\r\nSubject: Re: Hi\r\nMIME-Version: 1.0\r\n"
        b'Content-Type: multipart/alternative; boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nPlain words\r\n'
        b"--b\r\nContent-Type: text/html\r\n\r\n<p>Rich <script>alert(1)</script>words</p>\r\n--b--\r\n"
    )
    return OutgoingMail.objects.create(
        key="k",
        message_id="<1@x>",
        envelope_from="s@x",
        recipients=["ana@harbour.example"],
        title="Re: Hi",
        raw=raw,
        state="sent",
    )


def test_the_demo_shows_what_was_sent(cast: Cast, outgoing: OutgoingMail, settings: object) -> None:
    settings.UPHELD_DEMO = True  # type: ignore[attr-defined]
    assert "Re: Hi" in Client().get("/demo/mails/").content.decode()
    page = Client().get(f"/demo/mails/{outgoing.pk}/").content.decode()
    assert "Plain words" in page
    assert "ana@harbour.example" in page
    frame = Client().get(f"/demo/mails/{outgoing.pk}/html/")
    assert "sandbox" in frame["Content-Security-Policy"]
    assert "script-src" not in frame["Content-Security-Policy"]
    assert frame["X-Frame-Options"] == "SAMEORIGIN"


def test_outside_a_demo_there_is_no_such_page(cast: Cast, outgoing: OutgoingMail, settings: object) -> None:
    settings.UPHELD_DEMO = False  # type: ignore[attr-defined]
    for path in ("/demo/mails/", f"/demo/mails/{outgoing.pk}/", f"/demo/mails/{outgoing.pk}/html/"):
        assert Client().get(path).status_code == 404


# -- files ----------------------------------------------------------------------------------------------------------------


def test_a_page_that_is_not_there_says_so_kindly(agent: Client) -> None:
    response = agent.get("/desk/nonsense/")
    assert response.status_code == 404
    assert b"There is nothing here" in response.content
