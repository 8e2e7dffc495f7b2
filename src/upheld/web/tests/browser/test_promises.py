"""The pages of accounts and colleagues to whom much is promised: axe, no sideways scrolling, and a milestone by the keyboard."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from upheld.accounts.actions import activate
from upheld.commitments.actions import publish
from upheld.commitments.policies import forget_what_is_in_force
from upheld.config.values import SOURCE_ROOT
from upheld.conftest import Cast
from upheld.events.actors import SYSTEM
from upheld.people.actions import reach
from upheld.web.tests.browser.conftest import Opening, violations


@pytest.mark.parametrize(("dark", "width"), [(False, 1280), (True, 390)])
def test_what_is_promised_can_be_read_and_recorded_by_everybody(
    visit: Opening, desk: Cast, dark: bool, width: int
) -> None:
    now = datetime.now(UTC)
    publish(SOURCE_ROOT / "policies" / "guidelines", by=SYSTEM, at=now - timedelta(hours=2))
    forget_what_is_in_force()
    activate(desk.account, by=SYSTEM, at=now - timedelta(hours=1))
    reach(desk.colleague, "agent.trained", by=SYSTEM, at=now - timedelta(minutes=30))
    page = visit(f"/desk/people/{desk.colleague.pk}/", desk.lead, dark=dark, width=width)
    found = violations(page)
    page.goto(f"/desk/accounts/{desk.account.pk}/")
    found += violations(page)
    assert not found, "\n".join(found)
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    page.focus("button:has-text('Welcome given')")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Recorded.")
    assert "gave the welcome" in page.inner_text("main")
    forget_what_is_in_force()
