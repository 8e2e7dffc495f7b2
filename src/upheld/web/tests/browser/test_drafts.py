"""A change of the policy from the first cell to the last reader, in browsers, with and without scripts."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from upheld.conftest import Cast
from upheld.drafting.actions.writing import start_draft
from upheld.drafting.models import Acknowledgement, Draft
from upheld.people.actions import add_agent
from upheld.people.models import Agent
from upheld.web.tests.browser.conftest import Opening, violations

NAMES = {"manager": "Mona Ames", "director": "Dora Ames"}


@pytest.fixture
def leaders(desk: Cast) -> dict[str, Agent]:
    now = datetime.now(UTC)
    return {
        role: add_agent(email=f"{role}@techflow.example", name=name, role=role, by=desk.administrator.actor, at=now)
        for role, name in NAMES.items()
    }


def is_fine(page: Page) -> None:
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_a_change_of_the_policy(visit: Opening, desk: Cast, leaders: dict[str, Agent]) -> None:
    """The head of support and a lead write at once, a colleague is asked, two approve, it is published, an agent reads it."""
    head = visit("/desk/policy/drafts/", leaders["manager"])
    head.click("main >> text=Begin a draft >> nth=0")
    head.fill("[name=title]", "Quicker answers")
    head.click("button:has-text('Begin the draft')")
    draft = Draft.objects.get()
    place = f"/desk/policy/drafts/{draft.pk}/"

    other = visit(f"{place}clauses/mail-answer/", desk.lead, scripts=False, width=390)
    head.click("main >> text=First response")
    head.get_by_label("P1 Critical, Enterprise").fill("soon")
    head.click("text=Save the times")
    expect(head.locator("[id='cell:P1/enterprise-error']")).to_contain_text("is not a duration")
    is_fine(head)
    head.get_by_label("P1 Critical, Enterprise").fill("10m")
    head.click("text=Save the times")
    other.get_by_label("Enterprise").fill("45m")
    other.click("text=Save the times")
    expect(other.locator("body")).to_contain_text("What a colleague saved meanwhile is in it too")

    head.goto(place)
    expect(head.locator("#changes")).to_contain_text("15 min → 10 min")
    expect(head.locator("#changes")).to_contain_text("45 min")
    head.click("text=Ask a colleague")
    head.select_option("#question_to", label="Agent Ames")
    head.fill("#question_text", "Can we keep ten minutes at night?")
    head.click("#questions button:has-text('Ask')")
    agent = visit("/desk/notices/", desk.agent, width=390)
    agent.click("text=asks you about the draft")
    agent.fill("#questions textarea[name=text]", "With two of us, yes.")
    agent.click("button:has-text('Answer')")
    head.goto(place)
    expect(head.locator("#questions")).to_contain_text("With two of us, yes.")
    is_fine(head)

    head.click("text=Send to review")
    for approver in (leaders["director"], desk.administrator):
        page = visit(place, approver, dark=True)
        page.click("button:has-text('Approve')")
        expect(page.locator("#review")).to_contain_text(f"Approved by {approver.person}")
    is_fine(page)
    head.goto(f"{place}publication/")
    is_fine(head)
    head.click("button:has-text('Publish version 2')")
    expect(head.locator("main")).to_contain_text("0 of 7 have read it")
    is_fine(head)

    agent.goto("/desk/notices/")
    is_fine(agent)
    agent.click("text=Read what changes")  # in the line above every page
    is_fine(agent)
    agent.click("text=I have read it")
    expect(agent.locator("main")).to_contain_text("You confirmed it")
    agent.goto("/desk/notices/")
    expect(agent.locator("main")).not_to_contain_text("The policy has a new version")
    assert Acknowledgement.objects.exclude(acknowledged_at=None).get().agent == desk.agent
    head.reload()
    expect(head.locator("main")).to_contain_text("1 of 7 have read it")


def test_the_editor_leads_to_the_line_of_an_error(visit: Opening, desk: Cast) -> None:
    draft = start_draft(title="By hand", by=desk.lead.actor, at=datetime.now(UTC))
    page = visit(f"/desk/policy/drafts/{draft.pk}/files/hours.yaml/", desk.lead)
    text = page.input_value("#text")
    page.fill("#text", text.replace("America/New_York", "Amerika", 1))
    page.click("button:has-text('Save')")
    page.click(".line-problems a")
    chosen = page.evaluate("(a => a.value.slice(a.selectionStart, a.selectionEnd))(document.querySelector('#text'))")
    assert "Amerika" in chosen
    expect(page.locator("[data-gutter]")).to_contain_text("12")
    is_fine(page)
    other = visit(f"/desk/policy/drafts/{draft.pk}/clauses/first-response/", desk.lead)
    expect(other.locator("h2.mono")).to_contain_text("hours.yaml")


@pytest.mark.parametrize(
    ("width", "dark", "places"),
    [
        (390, False, ("change/", "ladders/support/", "revisions/1/")),
        (1024, True, ("calendars/office/", "figures/targets/", "plans/")),
    ],
)
def test_every_form_is_accessible_and_fits(
    visit: Opening, desk: Cast, width: int, dark: bool, places: tuple[str, ...]
) -> None:
    draft = start_draft(title="Longer hours", by=desk.lead.actor, at=datetime.now(UTC))
    page = visit("/desk/policy/drafts/", desk.lead, width=width, dark=dark)
    for place in places:
        page.goto(f"/desk/policy/drafts/{draft.pk}/{place}")
        is_fine(page)
