"""Documents are made of the policy: every number and name comes from it, in the document's language."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest

from upheld.documents.building import build, shortfalls
from upheld.documents.composing import every_document, skeleton, wanted_by
from upheld.documents.formats.markdown import markdown_of
from upheld.documents.reading import Reader
from upheld.documents.scope import AccountFacts
from upheld.documents.tests.policies import SHIPPED, TODAY, from_yaml_alone, made, sources, techflow
from upheld.documents.tree import Heading, Note, Paragraph, Table, plain
from upheld.policy import load
from upheld.policy.loader import load_sources
from upheld.policy.prose import DOCUMENTS

ANNEX = AccountFacts(
    "Northwind",
    "enterprise",
    date(2025, 7, 1),
    None,
    "europe",
    "de",
    "Europe/Berlin",
    "Ann Lee",
    (("Bo Fry", "bo@n.example"),),
)


@pytest.mark.parametrize("company", ["techflow", "yourbestsoftware", "crm-pro", "guidelines"])
def test_every_document_of_every_shipped_policy_can_be_made_in_every_language(company: str) -> None:
    policy = load(SHIPPED / company)
    paths = []
    for one in build(policy, today=TODAY, formats=["md"]):
        paths.append(one.path)
        said = one.content.decode()
        assert "{{" not in said
        assert "\ue000" not in said
        assert f"version {policy.version}" in said or one.document.language != "en"
        assert one.document.title
    assert len(paths) == len(policy.languages) * (len(DOCUMENTS) - 2 + len(policy.plans))


def test_a_company_has_all_its_documents_from_yaml_alone() -> None:
    policy = from_yaml_alone()
    for wanted in every_document(policy, ["en"]):
        document = made(policy, wanted.name)
        assert document.blocks, wanted.name
        assert document.title
    said = markdown_of(made(policy, "service-levels"))
    assert "8 hours" in said
    assert "45 minutes" in said
    assert "## What we aim at" not in said, "a built-in section is left out when the policy has nothing for it"
    annex = markdown_of(made(policy, "account-annex", account=AccountFacts("Acme", "gold")))
    assert "45 minutes" in annex
    assert "8 hours" not in annex


@pytest.mark.parametrize("kind", DOCUMENTS)
def test_a_built_in_text_names_nothing_that_a_policy_may_lack(kind: str) -> None:
    text = skeleton(kind)
    assert text.startswith("# ")
    assert '("' not in text.replace('clauses("ticket")', "").replace('clauses("account")', "")


def test_a_number_changed_in_the_policy_is_changed_in_the_document() -> None:
    changed = load_sources(
        sources(commitments=("enterprise: 15m}", "enterprise: 7m}"), policy=("version: 1", "version: 2"))
    )
    before, after = markdown_of(made(techflow())), markdown_of(made(changed))
    assert "| 15 minutes |" in before
    assert "version 1" in before
    assert "| 7 minutes |" in after
    assert "15 minutes" not in after
    assert "version 2" in after


def test_a_summary_speaks_of_its_plan_only() -> None:
    said = markdown_of(made(techflow(), "plan-summary-standard"))
    assert "4 hours to 48 hours" in said
    assert "15 minutes" not in said
    assert "Monday to Friday" in said


def test_an_annex_says_what_the_contract_adds() -> None:
    said = markdown_of(made(techflow(), "account-annex", account=ANNEX))
    for fact in ("Northwind", "Enterprise", "July 1, 2025", "without end", "German", "Berlin", "Ann Lee", "Bo Fry"):
        assert fact in said
    assert "15 minutes to 8 hours" in said


def test_a_language_without_the_document_shows_the_first_and_says_so() -> None:
    document = made(techflow(), "level-charter", "ar")
    assert document.language == "en"
    assert isinstance(document.blocks[0], Note)
    assert {wanted.name: shown for wanted, shown, _ in shortfalls(techflow()) if wanted.language == "ar"}[
        "level-charter"
    ] == "en"


def test_names_that_a_language_lacks_are_shown_in_the_first_and_counted() -> None:
    document = made(techflow(), "support-policy", "ar")
    assert document.language == "ar"
    assert document.is_right_to_left
    assert "plans.standard.name" in document.missing
    (table,) = [block for block in document.blocks if isinstance(block, Table)]
    assert [plain(cell) for cell in table.head][1:] == ["Standard", "Professional", "المؤسسات"]
    assert plain(table.rows[0][3]) == "15 دقيقة"


def test_headings_never_skip_a_level_and_their_anchors_differ() -> None:
    for wanted in every_document(techflow(), ["en"]):
        headings = list(made(techflow(), wanted.name).headings())
        levels = [1, *(one.level for one in headings)]
        assert all(after <= before + 1 for before, after in pairwise(levels)), wanted.name
        assert len({one.anchor for one in headings}) == len(headings)


def test_the_coming_year_is_by_date_and_names_its_holidays() -> None:
    document = made(techflow(), "hours-and-holidays")
    (days,) = [block for block in document.blocks if isinstance(block, Table) and "other hours" in plain(block.caption)]
    said = [plain(row[0]) for row in days.rows]
    assert said[0] == "Thursday, January 1, 2026"
    assert ("Thursday, November 26, 2026", "Thanksgiving Day") in {(plain(row[0]), plain(row[1])) for row in days.rows}
    assert all("2027" not in day for day in said)


def test_markup_in_a_name_stays_text() -> None:
    policy = load_sources(sources(policy=("name: TechFlow Solutions", "name: '*Tech* <b>Flow</b> | [x](y)'")))
    document = made(policy, "level-charter")
    assert any(
        "*Tech* <b>Flow</b> | [x](y)" in plain(block.runs)
        for block in document.blocks
        if not isinstance(block, Heading) and hasattr(block, "runs")
    )


def test_only_what_the_policy_has_can_be_asked_for() -> None:
    assert wanted_by(techflow(), "plan-summary-enterprise", "en") is not None
    for name, language in (
        ("plan-summary-gold", "en"),
        ("support-policy", "fr"),
        ("../policy", "en"),
        ("account-annex", "en"),
    ):
        assert wanted_by(techflow(), name, language) is None


def test_a_company_that_says_little_gets_no_columns_of_dashes() -> None:
    """Three small files and no words are a policy, and its documents read as if somebody had written them."""
    files = {
        "policy.yaml": "name: bakery\nversion: 1\nplans: [basic, gold]\npriorities: [P1, P2]\n",
        "hours.yaml": 'calendars: {office: {zone: Europe/Berlin, weekly: {mon-fri: "08:00-17:00"}}}\n',
        "commitments.yaml": "first-response: {on: ticket, begins: ticket.opened, kept_by: ticket.replied, within: 2h}\n",
    }
    policy = load_sources({name: text.encode() for name, text in files.items()})
    said = [one.content.decode() for one in build(policy, today=TODAY, formats=["md"])]
    assert any("First response" in one for one in said)
    assert not [one for one in said if "| – |" in one]


def test_a_mark_that_a_writer_made_stands_for_nothing() -> None:
    reader = Reader(lambda _: (), lambda _: (), lambda _: False)
    (found,) = reader.blocks("One &#xe000;99&#xe001; two [three](#&#xe000;7&#xe001;)")
    assert isinstance(found, Paragraph)
    assert plain(found.runs) == "One  two three"
