"""axe-core on every page and state of the workspace, in both themes, wide and narrow."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page

from upheld.channels.models import OutgoingMail, ReceivedMail
from upheld.conftest import Cast
from upheld.people.actions import notify
from upheld.people.models import Agent, Team
from upheld.tickets.actions.conversation import note, reply
from upheld.tickets.actions.scheduling import schedule_reply
from upheld.tickets.actions.waiting import wait_on_customer
from upheld.tickets.models import Ticket
from upheld.web.tests.browser.conftest import Opening, violations
from upheld.web.tests.conftest import Opening as Opened

LOOKS = [
    pytest.param({"dark": dark, "width": width}, id=f"{'dark' if dark else 'light'}-{width}")
    for dark in (False, True)
    for width in (1280, 390)
]


@pytest.fixture
def busy(desk: Cast, opened: Opened) -> Ticket:
    """A desk with something in every state; returns a ticket with a conversation."""
    now = datetime.now(UTC)
    Team.objects.create(name="Billing", department="billing")
    opened(title="Long ago", at=datetime(2026, 1, 5, tzinfo=UTC))
    waits = opened(title="Waits")
    wait_on_customer(waits, by=desk.agent.actor, at=now)
    ticket = opened(priority="P1", essentials={"impact": "high", "error": "E 500"})
    reply(
        ticket,
        text="Looking into it: https://status.example/",
        by=desk.agent.actor,
        at=now,
        author=desk.agent.person,
        cc=["b@harbour.example"],
    )
    schedule_reply(
        ticket,
        text="More tomorrow.",
        by=desk.agent.actor,
        at=now,
        author=desk.agent.person,
        send_at=now + timedelta(days=2),
    )
    OutgoingMail.objects.update(
        needs_a_look=True, state="failed", refused={"b@harbour.example": "550 5.1.1 No such person"}
    )
    ReceivedMail.objects.create(
        sha256="b" * 64, raw=b"x", size=1, title="A prize", sender="p@x.example", state="suspended"
    )
    note(ticket, text="Index again", by=desk.colleague.actor, at=now, author=desk.colleague.person)
    notify(
        [desk.lead.person], key="x", subject=ticket.key, kind="commitment.breached", text="Late", at=now, urgent=True
    )
    return ticket


PAGES = (
    "/desk/queue/open/",
    "/desk/queue/mine/",
    "/desk/queue/all/?text=nothing",
    "/desk/tickets/{pk}/",
    "/desk/tickets/{pk}/?compose=note",
    "/desk/tickets/{pk}/events/",
    "/desk/tickets/{pk}/commitments/first-response/1/",
    "/desk/tickets/{pk}/resolution/",
    "/desk/tickets/{pk}/escalations/",
    "/desk/tickets/{pk}/merge/",
    "/desk/accounts/",
    "/desk/accounts/new/",
    "/desk/accounts/{account}/",
    "/desk/contacts/{contact}/",
    "/desk/people/",
    "/desk/people/{agent}/",
    "/desk/policy/",
    "/desk/policy/clauses/first-response/",
    "/desk/policy/clauses/first-response/cases/?state=running",
    "/desk/policy/versions/",
    "/desk/notices/",
    "/desk/settings/",
    "/desk/keys/",
    "/desk/tickets/new/",
    "/desk/mails/",
    "/desk/mails/?text=nothing",
    "/desk/mails/outgoing/",
    "/demo/mails/",
    "/desk/nowhere/",
)


@pytest.mark.parametrize("look", LOOKS)
def test_pages(visit: Opening, desk: Cast, busy: Ticket, look: dict[str, object]) -> None:
    """All in one visit, since a database for each page would take longer than looking at it."""
    numbers = {"pk": busy.pk, "account": desk.account.pk, "contact": desk.customer.pk, "agent": desk.agent.pk}
    page = visit("/desk/", desk.administrator, **look)
    found: list[str] = []
    for path in PAGES:
        page.goto(path.format(**numbers))
        found += violations(page)
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        found += [f"{path} scrolls sideways by {wider} px"] if wider > 0 else []
    assert not found, "\n".join(found)


def opens_menu(page: Page) -> None:
    page.click("summary.me-menu")


def opens_more(page: Page) -> None:
    page.click("summary[aria-label=More]")


def opens_explanation(page: Page) -> None:
    page.click(".ticket-facts .chip >> nth=0")
    page.wait_for_selector("dialog[open] .sum")


def opens_resolution_with_errors(page: Page) -> None:
    page.click('.ticket-acts a:has-text("Resolve")')
    page.click("dialog button:has-text('Resolve')")
    page.wait_for_selector("dialog .notice.error")


def opens_merge(page: Page) -> None:
    page.click("summary[aria-label=More]")
    page.click("text=Merge into another")
    page.wait_for_selector("dialog[open] form")


def writes(page: Page) -> None:
    page.keyboard.press("r")
    page.keyboard.type("Hello")
    page.wait_for_selector("text=Draft saved")


def chooses_an_hour(page: Page) -> None:
    writes(page)
    page.click(".later > summary")
    page.wait_for_selector("#id_send_at")


def is_refused(page: Page) -> None:
    page.keyboard.press("r")
    page.click("#reply button.primary")
    page.wait_for_selector("#composer .notice.error")


def is_overtaken(page: Page) -> None:
    """A colleague answers while somebody writes."""
    page.keyboard.press("r")
    page.keyboard.type("Mine.")
    ticket = Ticket.objects.get(pk=page.url.rstrip("/").rpartition("/")[2])
    colleague = Agent.objects.get(person__email__startswith="colleague")
    reply(ticket, text="Theirs.", by=colleague.actor, at=datetime.now(UTC), author=colleague.person)
    page.click("#reply button.primary")
    page.wait_for_selector(".news")


STATES = (
    opens_menu,
    opens_more,
    opens_explanation,
    opens_resolution_with_errors,
    opens_merge,
    is_refused,
    writes,
    chooses_an_hour,
    is_overtaken,
)


@pytest.mark.parametrize("dark", [False, True])
def test_states_of_a_ticket(visit: Opening, desk: Cast, busy: Ticket, *, dark: bool) -> None:
    found: list[str] = []
    page = visit("/desk/", desk.lead, dark=dark)
    for state in STATES:
        page.goto(f"/desk/tickets/{busy.pk}/")
        state(page)
        found += [f"{state.__name__}: {one}" for one in violations(page)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("dark", [False, True])
def test_a_selection_and_the_views_on_a_phone(visit: Opening, desk: Cast, busy: Ticket, *, dark: bool) -> None:
    page = visit("/desk/queue/open/", desk.agent, dark=dark)
    page.keyboard.press("j")
    page.keyboard.press("x")
    assert page.is_visible(".bulk")
    assert violations(page) == []
    phone = visit("/desk/queue/open/", desk.agent, dark=dark, width=390)
    phone.click("[data-fold]")
    assert phone.is_visible("#views")
    assert violations(phone) == []
