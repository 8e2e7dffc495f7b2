"""What is promised to accounts and to our own people, on their pages: seen, explained, recorded, waived."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from upheld.commitments.actions import publish
from upheld.commitments.models import Commitment
from upheld.commitments.policies import forget_what_is_in_force
from upheld.config.values import SOURCE_ROOT
from upheld.conftest import Cast
from upheld.events.actors import SYSTEM
from upheld.events.models import Event
from upheld.people.actions import notify
from upheld.people.models import Agent, Notification
from upheld.web.tests.conftest import Browsing


@pytest.fixture(autouse=True)
def guidelines(cast: Cast) -> Iterator[None]:
    """A policy that promises much to accounts, with one that began an hour ago."""
    publish(SOURCE_ROOT / "policies" / "guidelines", by=SYSTEM, at=datetime.now(UTC) - timedelta(hours=2))
    forget_what_is_in_force()
    yield
    forget_what_is_in_force()


@pytest.fixture
def begun(cast: Cast) -> str:
    from upheld.accounts.actions import activate

    activate(cast.account, by=SYSTEM, at=datetime.now(UTC) - timedelta(hours=1))
    return f"/desk/accounts/{cast.account.pk}/"


def test_an_account_shows_what_is_promised_to_it_and_what_happened(agent: Client, begun: str) -> None:
    html = agent.get(begun).content.decode()
    for expected in ("Welcome package", "First training", "Record", "Welcome given", "The contract began"):
        assert expected in html, expected
    assert f"{begun}commitments/welcome-package/1/" in html


def test_a_milestone_is_recorded_with_one_press_and_keeps_the_promise(agent: Client, begun: str, cast: Cast) -> None:
    html = agent.post(f"{begun}milestones/", {"milestone": "account.welcomed"}, follow=True).content.decode()
    assert "Recorded." in html
    assert "Agent Ames gave the welcome" in html
    assert Commitment.objects.get(subject=cast.account.key, clause="welcome-package").state == "kept"
    refused = agent.post(f"{begun}milestones/", {"milestone": "account.closed"}, follow=True).content.decode()
    assert "There is no milestone" in refused
    assert not Event.objects.filter(kind="account.closed").exists()


def test_a_promise_is_explained_and_waived_by_leads_only(browse: Browsing, cast: Cast, begun: str) -> None:
    where = f"{begun}commitments/welcome-package/1/"
    assert "The promise is let go" not in browse(cast.agent).get(where).content.decode()
    assert browse(cast.agent).post(where, {"reason": "x"}).status_code == 404
    lead = browse(cast.lead)
    html = lead.get(where).content.decode()
    for expected in ("Welcome package on Harbour Mills", "24 h", "The promise is let go for Harbour Mills"):
        assert expected in html, expected
    assert lead.post(where, {"reason": ""}).status_code == 422
    assert "Waived." in lead.post(where, {"reason": "They asked for none."}, follow=True).content.decode()
    assert Commitment.objects.get(subject=cast.account.key, clause="welcome-package").state == "waived"
    assert "over already" in lead.post(where, {"reason": "again"}).content.decode()
    assert lead.get(f"{begun}commitments/welcome-package/9/").status_code == 404


def test_an_account_from_elsewhere_begins_when_a_lead_says_so(browse: Browsing, cast: Cast) -> None:
    where = f"/desk/accounts/{cast.account.pk}/"
    assert "The contract begins now" not in browse(cast.agent).get(where).content.decode()
    assert browse(cast.agent).post(f"{where}activation/").status_code == 404
    lead = browse(cast.lead)
    assert "The contract begins now" in lead.get(where).content.decode()
    assert "Welcome package" in lead.post(f"{where}activation/", follow=True).content.decode()
    assert lead.get(f"{where}activation/").status_code == 405


def test_what_is_promised_to_colleagues_is_recorded_by_leads(browse: Browsing, cast: Cast) -> None:
    where = f"/desk/people/{cast.colleague.pk}/"
    lead = browse(cast.lead)
    assert lead.post(f"{where}milestones/", {"milestone": "agent.trained"}, follow=True).status_code == 200
    html = lead.get(where).content.decode()
    for expected in ("Product certification", "Certification passed", "They took part in a training"):
        assert expected in html, expected
    assert browse(cast.agent).post(f"{where}milestones/", {"milestone": "agent.certified"}).status_code == 404
    assert "Certification passed" not in browse(cast.agent).get(where).content.decode()
    explained = browse(cast.agent).get(f"{where}commitments/certification/1/").content.decode()
    assert "Product certification on Colleague Ames" in explained
    assert browse(cast.customer).get(f"{where}commitments/certification/1/").status_code == 404


def test_a_colleague_from_before_begins_when_a_lead_says_so(browse: Browsing, cast: Cast) -> None:
    newcomer = Agent.objects.create(person=cast.stranger.person, level=1)
    where = f"/desk/people/{newcomer.pk}/"
    lead = browse(cast.lead)
    assert "Count from now" in lead.get(where).content.decode()
    assert browse(cast.agent).post(f"{where}joining/").status_code == 404
    assert "Product certification" in lead.post(f"{where}joining/", follow=True).content.decode()
    assert "Count from now" not in lead.post(f"{where}joining/", follow=True).content.decode()
    assert Event.objects.filter(kind="agent.joined", subject=newcomer.key).count() == 1


def test_a_notice_leads_to_the_account_or_the_colleague_and_is_read_there(agent: Client, cast: Cast) -> None:
    for subject, page in (
        (cast.account.key, f"/desk/accounts/{cast.account.pk}/"),
        (cast.lead.key, f"/desk/people/{cast.lead.pk}/"),
    ):
        notify(
            [cast.agent.person],
            key=subject,
            subject=subject,
            kind="commitment.breached",
            text="x",
            at=datetime.now(UTC),
        )
        notice = Notification.objects.get(subject=subject)
        assert agent.get(f"/desk/notices/{notice.pk}/")["Location"] == page
        agent.get(page)
        notice.refresh_from_db()
        assert notice.read_at is not None


def test_a_lead_adds_an_account_and_its_promises_begin(browse: Browsing, cast: Cast) -> None:
    where = "/desk/accounts/new/"
    assert browse(cast.agent).get(where).status_code == 404
    assert browse(cast.agent).post(where).status_code == 404
    lead = browse(cast.lead)
    assert "Europe/Berlin" in lead.get(where).content.decode()
    given = {
        "name": "Gull & Sons",
        "plan": "enterprise",
        "domain": "gull.example",
        "language": "en",
        "zone": "Europe/Berlin",
    }
    refused = lead.post(where, given | {"zone": "Europe/Nowhere", "name": ""})
    assert refused.status_code == 422
    assert "Please fill this in." in refused.content.decode()
    assert "is no time zone" in refused.content.decode()
    html = lead.post(where, given | {"manager": str(cast.senior.pk)}, follow=True).content.decode()
    for expected in ("Gull &amp; Sons is a customer now", "gull.example", "Welcome package", "Senior Ames"):
        assert expected in html, expected
    taken = lead.post(where, given | {"name": "Gull Two"}, follow=True).content.decode()
    assert "belongs to another account already" in taken


def test_a_lead_says_who_looks_after_an_account(browse: Browsing, cast: Cast, begun: str) -> None:
    where = f"{begun}manager/"
    assert browse(cast.agent).post(where, {"manager": str(cast.senior.pk)}).status_code == 404
    lead = browse(cast.lead)
    assert lead.get(where).status_code == 405
    assert "Choose somebody" in lead.post(where, {"manager": "x"}, follow=True).content.decode()
    assert (
        "Senior Ames looks after Harbour Mills now"
        in lead.post(where, {"manager": str(cast.senior.pk)}, follow=True).content.decode()
    )
    kept = Commitment.objects.get(subject=cast.account.key, clause="success-manager-assigned")
    assert kept.state == "kept"
