"""Documents in a browser, from the left and from the right: axe finds nothing, nothing scrolls sideways."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from upheld.commitments.models import PolicyVersion
from upheld.commitments.policies import forget_what_is_in_force
from upheld.conftest import Cast
from upheld.documents.formats.html import html_page
from upheld.documents.tests.policies import made, sources, techflow
from upheld.policy.loader import digest
from upheld.web.tests.browser.conftest import Opening, violations

DESK = "/desk/policy/documents/"
PAGES = (
    "/documents/",
    "/documents/subscription/",
    f"{DESK}?language=ar",
    f"{DESK}service-levels/en/",
    f"{DESK}accounts/",
    "/documents/support-policy/ar/",
)


@pytest.fixture
def many_languages(desk: Cast) -> PolicyVersion:
    """The policy in force in four languages, Arabic among them."""
    now = datetime.now(UTC)
    version = PolicyVersion.objects.create(
        name="techflow",
        number=2,
        digest=digest(techflow()),
        sources={name: raw.decode() for name, raw in sources().items()},
        published_at=now,
        published_by="agent:1",
        effective_at=now,
    )
    forget_what_is_in_force()
    return version


@pytest.mark.parametrize(("width", "dark"), [(390, True), (1280, False)])
def test_documents_are_accessible_and_fit(
    desk: Cast, many_languages: PolicyVersion, visit: Opening, width: int, dark: bool
) -> None:
    page = visit("/desk/", desk.administrator, width=width, dark=dark)
    page.wait_for_timeout(2100)  # until the process knows which version is in force
    found: list[str] = []
    for path in PAGES:
        page.goto(path)
        found += [f"{path}: {wrong}" for wrong in violations(page)]
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        found += [f"{path} scrolls sideways by {wider} px"] if wider > 0 else []
    assert not found, "\n".join(found)
    assert page.locator("article[dir=rtl][lang=ar] caption").count() == 1


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_file_that_one_takes_along_is_accessible(desk: Cast, visit: Opening, language: str) -> None:
    page = visit("/", width=390)
    page.goto("about:blank")
    page.set_content(html_page(made(techflow(), "support-policy", language)))
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
