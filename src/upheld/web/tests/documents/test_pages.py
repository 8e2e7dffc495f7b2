"""Documents in the workspace and on the portal: who sees which, in which language, version and format."""

from __future__ import annotations

import pytest
from django.core import signing
from django.db import connection
from django.test import Client

from upheld.channels.models import OutgoingMail
from upheld.commitments.models import PolicyVersion
from upheld.commitments.policies import forget_what_is_in_force
from upheld.conftest import Cast
from upheld.documents.models import Subscription
from upheld.documents.subscribing import end_token
from upheld.documents.tests.conftest import Changing, changed
from upheld.web.tests.conftest import Browsing

__all__ = ["changed"]
DESK = "/desk/policy/documents/"


def test_staff_see_all_documents_with_their_state(cast: Cast, browse: Browsing) -> None:
    page = browse(cast.agent).get(DESK, {"language": "en"}).content.decode()
    for title in (
        "Support policy",
        "Representatives&#x27; guide",
        "Level charter",
        "Plan summary: Enterprise",
        "Account annex",
    ):
        assert title in page
    assert f"{DESK}support-policy/en.pdf" in page
    assert "complete" in page


def test_a_figure_leads_staff_to_its_clause_and_nobody_else(cast: Cast, browse: Browsing) -> None:
    staff = browse(cast.agent).get(f"{DESK}service-levels/en/").content.decode()
    assert 'class="document-clause" href="/desk/policy/clauses/first-response/"' in staff
    public = Client().get("/documents/service-levels/en/").content.decode()
    assert "15 minutes" in public
    assert "/desk/" not in public


@pytest.mark.parametrize(
    ("format", "content_type", "begins"),
    [("pdf", "application/pdf", b"%PDF"), ("docx", "application/vnd.openxml", b"PK"), ("md", "text/markdown", b"# ")],
)
def test_public_documents_can_be_taken_along(cast: Cast, format: str, content_type: str, begins: bytes) -> None:  # noqa: A002
    answer = Client().get(f"/documents/plan-summary-standard/en.{format}")
    assert answer["Content-Type"].startswith(content_type)
    assert "plan-summary-standard-v1-en" in answer["Content-Disposition"]
    assert answer.content.startswith(begins)


@pytest.mark.parametrize(
    "name", ["level-charter", "representatives-guide", "escalation-directory", "account-annex", "plan-summary-x"]
)
def test_what_is_not_public_is_not_there(cast: Cast, browse: Browsing, name: str) -> None:
    for client in (Client(), browse(cast.customer), browse(cast.customer_admin)):
        assert client.get(f"/documents/{name}/en/").status_code == 404
        assert client.get(f"/documents/{name}/en.pdf").status_code == 404
        assert client.get(f"{DESK}{name}/en/").status_code in (302, 404)


def test_the_public_list_shows_what_the_policy_makes_public(cast: Cast, changed: Changing) -> None:
    page = Client().get("/documents/").content.decode()
    assert "/documents/support-policy/en/" in page
    assert "level-charter" not in page
    changed("policy.yaml", "currency: USD\n", "currency: USD\ndocuments: {public: [level-charter]}\n")
    page = Client().get("/documents/").content.decode()
    assert "/documents/level-charter/en/" in page
    assert "support-policy" not in page


@pytest.mark.parametrize(
    "path", ["support-policy/fr/", "support-policy/en.exe", "nothing/en/", "support-policy/..%2F/"]
)
def test_what_no_policy_has_is_not_there(cast: Cast, path: str) -> None:
    assert Client().get(f"/documents/{path}").status_code == 404


def test_an_older_version_says_that_it_is_not_in_force(
    cast: Cast, techflow: PolicyVersion, changed: Changing, browse: Browsing
) -> None:
    changed("commitments.yaml", "enterprise: 15m}", "enterprise: 7m}")
    browser = browse(cast.agent)
    old = browser.get(f"{DESK}service-levels/en/", {"version": techflow.pk}).content.decode()
    assert "not the one in force" in old
    assert "15 minutes" in old
    new = browser.get(f"{DESK}service-levels/en/").content.decode()
    assert "7 minutes" in new
    assert browser.get(DESK, {"version": techflow.pk}).status_code == 200
    for wrong in ("x", "0", "9" * 30):
        assert browser.get(DESK, {"version": wrong}).status_code == 404
    public = Client().get("/documents/service-levels/en/").content.decode()
    assert "What changed since version 1" in public
    assert "7 min" in public


def test_a_version_that_is_announced_can_be_read_before_it_holds(cast: Cast, changed: Changing) -> None:
    newer = changed("commitments.yaml", "enterprise: 15m}", "enterprise: 7m}")
    with connection.cursor() as cursor:  # a version is never edited, which the database sees to
        cursor.execute("ALTER TABLE commitments_policyversion DISABLE TRIGGER USER")
        cursor.execute(
            "UPDATE commitments_policyversion SET effective_at = now() + interval '5 days' WHERE id = %s", [newer.pk]
        )
    forget_what_is_in_force()
    browser = Client()
    now = browser.get("/documents/service-levels/en/").content.decode()
    assert "15 minutes" in now
    assert "Version 2 is announced" in now
    after = browser.get("/documents/service-levels/en/", {"version": "next"}).content.decode()
    assert "7 minutes" in after
    assert "What changed since version 1" in after
    assert b"7 minutes" in browser.get("/documents/service-levels/en.md", {"version": "next"}).content
    assert "Version 2 is announced" in browser.get("/documents/").content.decode()


def test_an_annex_is_for_staff_and_the_accounts_administrators(cast: Cast, browse: Browsing) -> None:
    page = browse(cast.customer_admin).get("/documents/annex/").content.decode()
    assert "Harbour Mills" in page
    assert "15 minutes" in page
    assert browse(cast.customer_admin).get("/documents/annex/en.pdf").content.startswith(b"%PDF")
    for other in (cast.customer, cast.stranger):
        assert browse(other).get("/documents/annex/").status_code == 404
        assert browse(other).get("/documents/annex/en.md").status_code == 404
    assert Client().get("/documents/annex/").status_code == 302
    staff = browse(cast.agent)
    assert "Harbour Mills" in staff.get(f"{DESK}accounts/", {"q": "harb"}).content.decode()
    assert "Harbour Mills" in staff.get(f"{DESK}accounts/{cast.account.pk}/").content.decode()
    assert staff.get(f"{DESK}accounts/{cast.account.pk}/en.docx").content.startswith(b"PK")


def test_a_reader_subscribes_by_mail_and_leaves_by_one_click(cast: Cast) -> None:
    browser = Client()
    wrong = browser.post("/documents/subscription/", {"address": "nobody", "language": "en"})
    assert wrong.status_code == 422
    answer = browser.post("/documents/subscription/", {"address": "reader@example.org", "language": "en"})
    assert answer["Location"] == "/documents/subscription/sent/"
    assert OutgoingMail.objects.count() == 1
    token = signing.dumps({"address": "reader@example.org", "language": "en"}, salt="documents.subscribe")
    assert "reader@example.org" in browser.get(f"/documents/subscription/{token}/").content.decode()
    assert Subscription.objects.count() == 0, "following the link alone confirms nothing"
    browser.post(f"/documents/subscription/{token}/")
    row = Subscription.objects.get()
    known = browser.post("/documents/subscription/", {"address": "reader@example.org", "language": "en"})
    assert known["Location"] == answer["Location"], "nobody learns whether an address is known"
    one_click = Client(enforce_csrf_checks=True)
    assert one_click.get(f"/documents/subscription/{end_token(row)}/end/").status_code == 200
    assert Subscription.objects.count() == 1
    ended = one_click.post(f"/documents/subscription/{end_token(row)}/end/", {"List-Unsubscribe": "One-Click"})
    assert ended.status_code == 302
    assert Subscription.objects.count() == 0
    assert browser.get("/documents/subscription/x/").status_code == 404
    assert browser.post("/documents/subscription/x/end/").status_code == 404
