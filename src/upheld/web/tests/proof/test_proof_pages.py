"""Who may ask for a proof and have it, and what its page says."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from upheld.commitments.models import Commitment
from upheld.commitments.ticker import tick
from upheld.compliance import making
from upheld.compliance.actions import ask_for_proof
from upheld.compliance.jobs import verify_record
from upheld.compliance.models import Proof, Verification
from upheld.conftest import Cast
from upheld.events.sealing import public_key, seal_what_is_decided
from upheld.kernel.signed_json import check
from upheld.tickets.models import Ticket
from upheld.web.tests.conftest import Browsing, Opening

NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)
DAY = timedelta(days=1)
DESK, PORTAL = "/desk/policy/proof/", "/proof/"
FILES = ("", "proof.json", "proof.pdf")


@pytest.fixture(autouse=True)
def apart(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files in a folder of their own; the printing is tested where it is done, and takes long."""
    monkeypatch.setattr(making, "printed", lambda *_, **__: b"%PDF-1.7")
    settings.UPHELD_DATA, settings.MEDIA_ROOT = tmp_path, tmp_path / "files"


@pytest.fixture
def late(cast: Cast, opened: Opening) -> Ticket:
    ticket = opened(at=NOW, priority="P1")
    tick(NOW + 2 * DAY)
    seal_what_is_decided(at=NOW + 2 * DAY)
    return ticket


@pytest.fixture
def made(cast: Cast, late: Ticket) -> Proof:
    return _made(cast, cast.account)


def _made(cast: Cast, account: Any) -> Proof:
    proof = ask_for_proof(
        account=account, since=NOW - DAY, until=NOW + DAY, by=cast.lead.actor, at=NOW, in_background=False
    )
    making.make(proof.pk)
    proof.refresh_from_db()
    return proof


def said(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", answer.content.decode()))


def body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


PERIOD = {"first": "2026-03-01", "last": "2026-03-03"}


@pytest.mark.parametrize("who", ["agent", "senior", "customer", "customer_admin", "stranger"])
def test_the_workspaces_proofs_are_for_leads(who: str, browse: Browsing, cast: Cast, made: Proof) -> None:
    client = browse(getattr(cast, who))
    for path in FILES:
        assert client.get(f"{DESK}{made.pk}/{path}").status_code == 404
    assert client.get(DESK).status_code == client.post(DESK, PERIOD).status_code == 404
    assert client.post(f"{DESK}verification/").status_code == 404
    assert (Proof.objects.count(), Verification.objects.count()) == (1, 0)


@pytest.mark.parametrize("who", ["customer", "neighbour", "stranger"])
def test_an_accounts_proof_is_for_its_administrators(who: str, browse: Browsing, cast: Cast, made: Proof) -> None:
    client = browse(getattr(cast, who))
    for path in FILES:
        assert client.get(f"{PORTAL}{made.pk}/{path}").status_code == 404
    assert client.get(PORTAL).status_code == client.post(PORTAL, PERIOD).status_code == 404
    assert Proof.objects.count() == 1


def test_an_administrator_of_another_account_finds_nothing(browse: Browsing, cast: Cast, made: Proof) -> None:
    everybodys = _made(cast, None)
    cast.stranger.is_administrator = True
    cast.stranger.save()
    client = browse(cast.stranger)
    assert client.get(PORTAL).status_code == 200
    for proof in (made, everybodys):
        for path in FILES:
            assert client.get(f"{PORTAL}{proof.pk}/{path}").status_code == 404
    assert f"Proof {made.pk}" not in said(client.get(PORTAL))


def test_nobody_sees_one_without_signing_in(made: Proof) -> None:
    for path in FILES:
        assert Client().get(f"{DESK}{made.pk}/{path}")["Location"].startswith("/accounts/login/")
        assert Client().get(f"{PORTAL}{made.pk}/{path}")["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize(("who", "where"), [("lead", DESK), ("administrator", DESK), ("customer_admin", PORTAL)])
def test_who_may_reads_it_and_has_both_files(who: str, where: str, browse: Browsing, cast: Cast, made: Proof) -> None:
    client = browse(getattr(cast, who))
    text = said(client.get(f"{where}{made.pk}/"))
    rows = Commitment.objects.filter(began_at__lt=NOW + DAY, subject__startswith="ticket:")
    assert f"{rows.count()} commitments began in this time." in text
    assert "seal 1" in text
    document = client.get(f"{where}{made.pk}/proof.json")
    assert check(body(document), public_key())
    assert "attachment" in document["Content-Disposition"]
    assert "harbour-mills" in document["Content-Disposition"]
    assert body(client.get(f"{where}{made.pk}/proof.pdf")).startswith(b"%PDF-")
    assert f"Proof {made.pk}" in said(client.get(where))


def test_a_lead_asks_and_sees_it_being_made(browse: Browsing, cast: Cast, late: Ticket) -> None:
    client = browse(cast.lead)
    answer = client.post(DESK, {**PERIOD, "account": "harbour mills"})
    proof = Proof.objects.get()
    assert answer["Location"] == f"{DESK}{proof.pk}/"
    assert (proof.account, proof.asked_by, proof.until - proof.since) == (cast.account, cast.lead.actor.key, 3 * DAY)
    assert "waits for its turn" in said(client.get(answer["Location"]))
    assert client.get(f"{DESK}{proof.pk}/proof.json").status_code == 404
    making.make(proof.pk)
    page = client.get(answer["Location"])
    assert "still awaited" in said(page)
    assert f'/desk/tickets/{late.pk}/commitments/first-response/1/"' in page.content.decode()
    assert client.get(f"{answer['Location']}?state=nothing").status_code == 404
    assert client.get(f"{answer['Location']}?state=kept&page=99").status_code == 200


def test_an_administrator_of_an_account_asks_for_the_own(browse: Browsing, cast: Cast) -> None:
    client = browse(cast.customer_admin)
    answer = client.post(PORTAL, {**PERIOD, "account": "Quarry & Co", "plan": "standard"})
    proof = Proof.objects.get()
    assert answer["Location"] == f"{PORTAL}{proof.pk}/"
    assert (proof.account, proof.plan, proof.asked_by) == (cast.account, "", cast.customer_admin.key)


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"account": "Harbour Mill"}, "Did you mean “Harbour Mills”?"),
        ({"account": "Harbour Mills", "plan": "standard"}, "not both"),
        ({"last": "2026-02-01"}, "lies before the first"),
        ({"first": ""}, "on which day it begins"),
        ({"plan": "gold"}, "valid choice"),
    ],
)
def test_what_cannot_be_proven_is_said(more: dict[str, str], error: str, browse: Browsing, cast: Cast) -> None:
    answer = browse(cast.lead).post(DESK, {**PERIOD, **more})
    assert answer.status_code == 422
    assert error in said(answer)
    assert not Proof.objects.exists()


def test_the_record_is_verified_on_request(browse: Browsing, cast: Cast, late: Ticket) -> None:
    client = browse(cast.lead)
    assert "never so far" in said(client.get(DESK))
    client.post(f"{DESK}verification/")
    client.post(f"{DESK}verification/")
    (asked,) = Verification.objects.all()
    assert "is being verified" in said(client.get(DESK))
    verify_record.func(SimpleNamespace(job=SimpleNamespace(attempts=1)), asked.pk)  # type: ignore[arg-type]
    text = said(client.get(DESK))
    assert "all as it was" in text
    assert public_key().text in text


def test_a_proof_that_failed_says_so(browse: Browsing, cast: Cast) -> None:
    proof = ask_for_proof(since=NOW, until=NOW + DAY, by=cast.lead.actor, at=NOW, in_background=False)
    making.give_up(proof.pk)
    assert "could not be made" in said(browse(cast.lead).get(f"{DESK}{proof.pk}/"))


def test_the_page_of_a_long_proof_costs_as_many_queries(
    browse: Browsing, cast: Cast, made: Proof, opened: Opening, django_assert_max_num_queries: Any
) -> None:
    for _ in range(5):
        opened(at=NOW, priority="P1")
    client = browse(cast.lead)
    client.get(f"{DESK}{made.pk}/")
    with django_assert_max_num_queries(12):
        client.get(f"{DESK}{made.pk}/?state=running")
    assert json.loads(body(client.get(f"{DESK}{made.pk}/proof.json")))["content"]["number"] == made.pk


def test_days_beyond_any_record_are_refused(browse: Browsing, cast: Cast) -> None:
    client = browse(cast.lead)
    for first, last in (("0001-01-01", "2026-01-01"), ("2026-01-01", "9999-12-31")):
        assert client.post(DESK, {"first": first, "last": last}).status_code == 422
