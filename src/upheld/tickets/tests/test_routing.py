"""Where a mail goes, worked out from the policy alone."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from upheld.config.values import SOURCE_ROOT
from upheld.policy import Policy, load
from upheld.policy.loader import load_sources
from upheld.tickets.routing import Route, _compiled, category_by_words, own_addresses, route


@pytest.fixture(scope="module")
def policy() -> Policy:
    return load(SOURCE_ROOT / "policies" / "techflow")


@pytest.mark.parametrize(
    ("title", "text", "category"),
    [
        ("Invoice", "The invoice is wrong, I was charged twice.", "billing"),
        ("Webhook", "", "integration"),
        ("", "It is very\n  slow today", "performance"),
        ("", "INVOICE", "billing"),
        ("", "invoices", ""),
        ("", "preinvoice", ""),
        ("", "", ""),
        ("Nobody can log in", "How do I log in? How can I log in? How to log in?", "question"),
        ("Security breach", "Somebody got in. The invoice can wait.", "security"),
    ],
)
def test_the_words_of_a_mail_say_its_category(policy: Policy, title: str, text: str, category: str) -> None:
    assert category_by_words(policy, title, text) == category


def test_what_the_address_says_wins_and_the_rest_is_left_to_the_words(policy: Policy) -> None:
    assert route(policy, ["billing@techflowsolutions.com"], "Webhook", "") == Route("email", "billing", "billing", "")
    assert route(policy, ["support@techflowsolutions.com"], "Webhook", "") == Route(
        "email", "support", "integration", ""
    )
    assert route(policy, ["who@knows.example"], "Hello", "") == Route("email", "", "", "")
    first, second = "security@techflowsolutions.com", "billing@techflowsolutions.com"
    assert route(policy, ["x@y.example", first, second], "", "").department == "security"


def test_an_address_may_have_a_language_of_its_own() -> None:
    channels = """
channels:
  email:
    kind: email
    addresses: {hilfe@firm.example: {language: de}, help@firm.example: {}}
"""
    held = load_sources(
        {
            "policy.yaml": b"name: firm\nversion: 1\nlanguages: [en, de]",
            "hours.yaml": b"calendars: {always: {open: always}}",
            "channels.yaml": channels.encode(),
        }
    )
    assert route(held, ["hilfe@firm.example"], "", "").language == "de"
    assert route(held, ["help@firm.example"], "", "").language == ""


def test_all_our_addresses_are_known(policy: Policy) -> None:
    assert {"support@techflowsolutions.com", "security@techflowsolutions.com"} <= own_addresses(policy)


@pytest.mark.parametrize("name", ["techflow", "crm-pro", "yourbestsoftware", "guidelines"])
def test_every_policy_has_a_door_for_mail(name: str) -> None:
    policy = load(SOURCE_ROOT / "policies" / name)
    assert policy.channels[route(policy, [], "", "").channel].kind == "email"
    for address in own_addresses(policy):
        way = route(policy, [address], "", "")
        assert way.department in policy.departments or way.department == ""
        assert way.category in policy.categories or way.category == ""


LETTERS = st.text(st.sampled_from("invoceINVOCE İıſsSkK ß.-+#é\n"), max_size=60)


@given(
    st.lists(st.tuples(LETTERS.filter(str.strip), LETTERS.filter(str.strip)), min_size=1, max_size=4), LETTERS, LETTERS
)
def test_no_category_is_overlooked(keywords: list[tuple[str, str]], title: str, text: str) -> None:
    """Categories are looked for only where all words of a keyword occur; the patterns alone say the same."""
    names = [f"c{number}" for number in range(len(keywords))]
    held = SimpleNamespace(
        categories={
            name: SimpleNamespace(name=name, keywords=words) for name, words in zip(names, keywords, strict=True)
        }
    )
    counts = {name: _count(words, title, text) for name, words in zip(names, keywords, strict=True)}
    best = max(counts, key=lambda name: counts[name])
    assert category_by_words(cast("Any", held), title, text) == (best if counts[best] else "")


def _count(keywords: tuple[str, ...], title: str, text: str) -> int:
    words = _compiled(keywords)
    return 2 * len(words.findall(title)) + len(words.findall(text))
