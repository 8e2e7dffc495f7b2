"""A team lead tries a policy in a browser: the page follows the run by itself, and every page of it is accessible and fits."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from upheld.commitments.policies import version_in_force
from upheld.conftest import Cast
from upheld.reports.actions import start_simulation
from upheld.reports.models import SimulationRun
from upheld.reports.simulating import work_on
from upheld.tickets.actions.conversation import reply
from upheld.web.tests.browser.conftest import Opening, violations
from upheld.web.tests.conftest import Opening as Opened

HOME = "/desk/policy/simulations/"


@pytest.fixture
def answered_late(desk: Cast, opened: Opened) -> None:
    now = datetime.now(UTC)
    ticket = opened(priority="P1", at=now - timedelta(hours=3))
    reply(ticket, text="Yes.", author=desk.agent.person, by=desk.agent.actor, at=now - timedelta(hours=1))


def test_a_run_is_begun_followed_and_read(visit: Opening, desk: Cast, answered_late: None) -> None:
    page = visit(HOME, desk.lead)
    page.click("text=Try a policy >> nth=0")
    page.click("button:has-text('Begin')")
    page.wait_for_selector("#progress")
    assert "waits for its turn" in page.inner_text("#progress")
    run = SimulationRun.objects.get()
    assert work_on(run.pk, seconds=30)
    page.wait_for_selector("text=Nothing changes side", timeout=8000)
    assert page.locator("svg.pair rect").count() > 1
    page.click("text=Try another")
    assert "new/?version=" in page.url


def test_a_run_is_stopped_without_scripts(visit: Opening, desk: Cast, answered_late: None) -> None:
    sources, now = version_in_force().sources, datetime.now(UTC)
    run = start_simulation(sources, title="A try", kind="history", until=now, by=desk.lead.actor, at=now)
    page = visit(f"{HOME}{run.pk}/", desk.lead, scripts=False)
    page.click("text=Look again")
    page.click("button:has-text('Stop')")
    assert "It was stopped" in page.inner_text("main")


@pytest.mark.parametrize(("dark", "width"), [(False, 1280), (True, 390)])
def test_every_page_is_accessible_and_fits(
    visit: Opening, desk: Cast, answered_late: None, dark: bool, width: int
) -> None:
    now, sources = datetime.now(UTC), dict(version_in_force().sources)
    looser = {**sources, "commitments.yaml": sources["commitments.yaml"].replace("enterprise: 15m", "enterprise: 3d")}
    asked = {"by": desk.lead.actor, "at": now, "until": now, "since": now - timedelta(days=30)}
    past = start_simulation(looser, title="Slower", kind="history", **asked)  # type: ignore[arg-type]
    given = {"agents": {"office": 2}, "handling": 12, "target": 0.9}
    ahead = start_simulation(sources, title="Enough?", kind="forecast", parameters=given, **asked)  # type: ignore[arg-type]
    waiting = start_simulation(sources, title="Later", kind="history", **asked)  # type: ignore[arg-type]
    for run in (past, ahead):
        while not work_on(run.pk, seconds=30):
            pass
    page = visit(HOME, desk.lead, dark=dark, width=width)
    found: list[str] = []
    for path in ("", "new/", "new/forecast/", f"{past.pk}/", f"{ahead.pk}/", f"{waiting.pk}/"):
        page.goto(HOME + path)
        found += violations(page)
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        found += [f"{path} scrolls sideways by {wider} px"] if wider > 0 else []
    assert not found, "\n".join(found)
