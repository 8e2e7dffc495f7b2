"""Proofs in a browser: every state is accessible and fits, in the workspace and in the portal; one that is made shows itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from upheld.commitments.ticker import tick
from upheld.compliance import making
from upheld.compliance.actions import ask_for_proof
from upheld.compliance.models import Proof
from upheld.conftest import Cast
from upheld.events.sealing import seal_what_is_decided
from upheld.web.tests.browser.conftest import Opening, violations
from upheld.web.tests.conftest import Opening as Opened

NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def apart(tmp_path: Path, settings: Any) -> None:
    settings.UPHELD_DATA, settings.MEDIA_ROOT = tmp_path, tmp_path / "files"


@pytest.fixture
def proofs(desk: Cast, opened: Opened) -> tuple[Proof, Proof]:
    """One that is ready, with a ticket that is late, and one that waits; both of the customer's account."""
    opened(at=NOW, priority="P1")
    tick(NOW + 2 * DAY)
    seal_what_is_decided(at=NOW + 2 * DAY)
    ready, waiting = (
        ask_for_proof(
            account=desk.account, since=NOW - DAY, until=NOW + DAY, by=desk.lead.actor, at=NOW, in_background=False
        )
        for _ in range(2)
    )
    making.make(ready.pk)
    return ready, waiting


@pytest.mark.parametrize(("width", "dark"), [(390, True), (1280, False)])
def test_every_state_is_accessible_and_fits(
    visit: Opening, desk: Cast, proofs: tuple[Proof, Proof], width: int, dark: bool
) -> None:
    found = {}
    for who, root in ((desk.lead, "/desk/policy/proof/"), (desk.customer_admin, "/proof/")):
        page = visit(root, who, width=width, dark=dark)
        for path in ("", *(f"{proof.pk}/" for proof in proofs)):
            page.goto(root + path)
            wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            found[root + path] = violations(page) + ([f"{wider} px too wide"] if wider > 0 else [])
        page.goto(root)
        page.get_by_label("Last day").fill("2020-01-01")
        page.get_by_role("button", name="Make the proof").click()
        expect(page.get_by_text("The last day lies before the first.").first).to_be_visible()
        found[root + " refused"] = violations(page)
    assert {where: wrong for where, wrong in found.items() if wrong} == {}


def test_a_proof_shows_itself_once_it_is_made(visit: Opening, desk: Cast, proofs: tuple[Proof, Proof]) -> None:
    waiting = proofs[1]
    page = visit(f"/desk/policy/proof/{waiting.pk}/", desk.lead)
    expect(page.get_by_text("This proof waits for its turn.")).to_be_visible()
    making.make(waiting.pk)
    expect(page.get_by_role("heading", name="Totals by clause")).to_be_visible(timeout=10_000)
    expect(page.get_by_role("progressbar")).to_have_count(0)
