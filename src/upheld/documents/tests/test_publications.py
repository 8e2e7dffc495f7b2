"""Documents of stored versions: made once a day, ahead after publishing, and for an account when it is asked for."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from upheld.accounts.models import Account
from upheld.commitments.models import PolicyVersion
from upheld.commitments.policies import policy_of
from upheld.conftest import Cast
from upheld.documents import jobs
from upheld.documents.changes import before, changed_documents, sentences, since_last
from upheld.documents.composing import Wanted
from upheld.documents.models import Publication
from upheld.documents.publications import account_facts, ahead, annex, document, edition, file, holds_from
from upheld.documents.tests.conftest import AT, Changing

POLICY = Wanted("support-policy", "en")


def test_a_document_says_which_version_it_is_of_and_when_that_was_published(techflow: PolicyVersion) -> None:
    about = document(techflow, POLICY, at=AT).about
    assert about == ("Policy techflow, version 1", "in force from December 31, 2025", "published on December 31, 2025")
    assert edition(techflow).digest == techflow.digest


def test_a_later_version_holds_from_the_day_of_its_publication(techflow: PolicyVersion, changed: Changing) -> None:
    """policy.yaml names the day of the first version, and a draft carries it on unchanged."""
    later = changed("commitments.yaml", "enterprise: 15m", "enterprise: 7m")
    techflow.effective_at = later.effective_at = AT + timedelta(days=90)
    assert holds_from(techflow) == policy_of(techflow.pk).effective
    assert holds_from(later) == edition(later).effective == (AT + timedelta(days=90)).date()


def test_a_file_is_made_once_a_day(techflow: PolicyVersion) -> None:
    first = file(techflow, POLICY, "md", at=AT)
    assert Publication.objects.count() == 1
    Publication.objects.update(content=b"kept")
    assert file(techflow, POLICY, "md", at=AT) == b"kept"
    assert file(techflow, POLICY, "md", at=AT + timedelta(days=1)) == first
    assert Publication.objects.count() == 1


def test_a_new_version_has_files_of_its_own(techflow: PolicyVersion, changed: Changing) -> None:
    newer = changed("commitments.yaml", "enterprise: 15m}", "enterprise: 7m}")
    assert b"15 minutes" in file(techflow, POLICY, "md", at=AT)
    said = file(newer, POLICY, "md", at=AT)
    assert b"7 minutes" in said
    assert b"15 minutes" not in said
    assert b"version 2" in said


def test_an_annex_is_made_again_when_the_contract_changes(cast: Cast, techflow: PolicyVersion) -> None:
    wanted = annex(policy_of(techflow.pk), cast.account)
    first = file(techflow, wanted, "md", at=AT, account=cast.account)
    assert b"Harbour Mills" in first
    assert b"Customer Admin Reed" in first
    Account.objects.update(contract_ends=date(2027, 6, 30), contract_starts=date(2026, 7, 1))
    cast.account.refresh_from_db()
    assert b"June 30, 2027" in file(techflow, wanted, "md", at=AT, account=cast.account)
    assert Publication.objects.filter(account=cast.account).count() == 1
    assert account_facts(cast.account).plan == "enterprise"


@pytest.mark.django_db
def test_all_is_made_ahead_in_stretches(techflow: PolicyVersion, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[tuple[str, str]] = []
    later: list[int] = []
    monkeypatch.setattr(
        "upheld.documents.publications.file", lambda _, wanted, name, **__: made.append((wanted.name, name))
    )
    monkeypatch.setattr(jobs.make_ahead, "defer", lambda **given: later.append(given["place"]))
    monkeypatch.setattr(jobs, "STRETCH", 0.0)
    jobs.make_ahead(techflow.pk)
    assert later == [0], "a stretch without time leaves all to the next"
    monkeypatch.setattr(jobs, "STRETCH", 60.0)
    jobs.make_ahead(techflow.pk, place=3)
    assert len(made) == len(ahead(techflow)) - 3
    jobs.make_ahead(9_999_999)


def test_only_documents_that_read_differently_have_changed(techflow: PolicyVersion, changed: Changing) -> None:
    newer = changed("commitments.yaml", "enterprise: 15m}", "enterprise: 7m}")
    old, new = policy_of(techflow.pk), policy_of(newer.pk)
    names = {one.name for one in changed_documents(old, new, "en")}
    assert "support-policy" in names
    assert "plan-summary-enterprise" in names
    assert "plan-summary-standard" not in names
    assert "hours-and-holidays" not in names
    assert changed_documents(new, new, "en") == []
    assert any("15 min" in one and "7 min" in one for one in sentences(old, new, "en"))


def test_what_we_owe_ourselves_is_no_news_for_customers(techflow: PolicyVersion, changed: Changing) -> None:
    newer = changed("commitments.yaml", "Something in the knowledge base is brought", "Some page is brought")
    assert before(newer) == techflow
    assert since_last(newer, "en") == (techflow, ())
    assert since_last(techflow, "en") == (None, ())
