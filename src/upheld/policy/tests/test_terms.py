"""What a clause says to attributes of any kind, and that remembering its answers changes none."""

from __future__ import annotations

from decimal import Decimal

import pytest

from upheld.policy.matching import Choice, Comparison, Matcher, OneOf
from upheld.policy.model import Clause, Mark, Words
from upheld.policy.terms import MOST_REMEMBERED, Promise
from upheld.policy.tests.histories import calendars


def promise(**said: object) -> Promise:
    usual = {"name": "answer", "on": "ticket", "label": Words({"en": "Answer"}), "within": Choice(otherwise=100)}
    return Promise(Clause(**{**usual, **said}), calendars())  # type: ignore[arg-type]


def test_equal_answers_are_one_object_so_that_a_change_is_seen_at_a_glance() -> None:
    by_status = promise(pauses_while=(Matcher((("status", OneOf(frozenset({"waiting"}))),)),))
    assert by_status.terms({"status": "new"}) is by_status.terms({"status": "open"})
    assert by_status.terms({"status": "new"}) is not by_status.terms({"status": "waiting"})


def test_one_and_true_are_different_words_in_a_table() -> None:
    by_level = promise(within=Choice(("level",), {("1",): 10, ("True",): 20, ("1.0",): 30}))
    found = [by_level.terms({"level": level}).target for level in (1, True, 1.0, "1", True, 1)]
    assert found == [10, 20, 30, 10, 20, 10]


def test_a_value_that_cannot_be_a_key_is_asked_anew_each_time() -> None:
    by_tags = promise(when=Matcher((("tags", OneOf(frozenset({"major"}))),)))
    assert by_tags.terms({"tags": ["major"]}).is_promised
    assert by_tags.terms({"tags": [{"odd": 1}, "major"]}).is_promised
    assert not by_tags.terms({"tags": {"major": 1}}).is_promised
    assert by_tags.terms({"tags": ["major"]}) is by_tags.terms({"tags": ("major", "minor")})


def test_a_clause_that_asks_for_nothing_always_says_the_same() -> None:
    plain = promise()
    assert plain.terms({}) is plain.terms({"priority": "P1"})


@pytest.mark.parametrize(
    ("amount", "holds"),
    [(501, True), (500, False), ("500.01 USD", True), ("501 EUR", False), ("many", False), (None, False), (True, False),
     ("nan", False), ("sNaN", False), ("Infinity", True), ({"a": 1}, False), ([600], False), ("", False)],
)  # fmt: skip
def test_a_comparison_holds_for_numbers_of_its_unit_and_for_nothing_else(amount: object, holds: bool) -> None:
    large = promise(when=Matcher((("amount", Comparison(">", Decimal(500), "USD")),)))
    assert large.terms({"amount": amount}).is_promised == holds


def test_what_is_remembered_is_bounded() -> None:
    by_account = promise(when=Matcher((("account", OneOf(frozenset({"account:7"}))),)))
    for number in range(MOST_REMEMBERED + 10):
        assert by_account.terms({"account": f"account:{number}"}).is_promised == (number == 7)
    assert len(by_account._by_look) <= MOST_REMEMBERED


def test_warnings_stand_in_the_order_of_their_time_and_none_beyond_the_target() -> None:
    warned = promise(
        warn=(Mark("90%", share=0.9), Mark("60", before=60), Mark("a day", before=500), Mark("200%", share=2))
    )
    assert warned.terms({}).warnings == ((0, "a day"), (40, "60"), (90, "90%"))
