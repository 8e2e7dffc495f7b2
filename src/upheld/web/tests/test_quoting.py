"""What somebody wrote, and what their mail program quoted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from upheld.web.desk.quoting import without_quote


@pytest.mark.parametrize(
    ("text", "said", "quote"),
    [
        ("Hello", "Hello", ""),
        ("Hello\n\n> old\n> words\n", "Hello", "> old\n> words"),
        ("Hello\n\nOn Mon, 2 Mar 2026, Ana wrote:\n> old", "Hello", "On Mon, 2 Mar 2026, Ana wrote:\n> old"),
        ("Hallo\n\nAm 2.3.26 um 10:00 schrieb Ana:\n> alt", "Hallo", "Am 2.3.26 um 10:00 schrieb Ana:\n> alt"),
        (
            "Hi\nOn Monday the second of March\nAna wrote:\n> old",
            "Hi",
            "On Monday the second of March\nAna wrote:\n> old",
        ),
        ("> a question\nmy answer", "> a question\nmy answer", ""),
        ("a > b\n", "a > b", ""),
        ("> only a quote", "", "> only a quote"),
        ("", "", ""),
    ],
)
def test_the_quote_at_the_end_is_told_apart(text: str, said: str, quote: str) -> None:
    assert without_quote(text) == (said, quote)


@given(st.text(alphabet="ab> \n:", max_size=80))
def test_nothing_but_blanks_is_lost(text: str) -> None:
    said, quote = without_quote(text)
    assert "".join((said + quote).split()) == "".join(text.split())
