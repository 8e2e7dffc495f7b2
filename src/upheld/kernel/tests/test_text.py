import pytest

from upheld.kernel.text import direction, initials, listed, nearest, shortened, slug


@pytest.mark.parametrize(
    ("name", "known", "meant"),
    [
        ("America/NewYork", ["America/New_York", "Europe/Berlin"], "America/New_York"),
        ("weekley", ["zone", "weekly", "dates"], "weekly"),
        ("first_response", ["first-response", "resolution"], "first-response"),
        ("xyz", ["zone", "weekly"], None),
        ("anything", [], None),
    ],
)
def test_nearest(name: str, known: list[str], meant: str | None) -> None:
    assert nearest(name, known) == meant


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Data Import", "data-import"),
        ("  Été à Zürich! ", "ete-a-zurich"),
        ("Straße_7", "strasse-7"),
        ("が 日本", "が-日本"),
        ("!!!", ""),
    ],
)
def test_slug(text: str, key: str) -> None:
    assert slug(text) == key


def test_slug_keeps_within_its_length() -> None:
    assert slug("ab " * 50, longest=6) == "ab-ab"


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Ada King Lovelace", "AL"),
        ("plato", "P"),
        ("jean-luc.picard@ship.example", "JP"),
        ("", "?"),
        ("42", "?"),
    ],
)
def test_initials(name: str, letters: str) -> None:
    assert initials(name) == letters


def test_listed() -> None:
    assert [listed(words) for words in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
        "", "a", "a and b", "a, b and c",
    ]  # fmt: skip


def test_shortened() -> None:
    assert shortened("a\n b", 10) == "a b"
    assert shortened("The import of our data fails", 18) == "The import of our…"
    assert len(shortened("x" * 100, 20)) == 20


@pytest.mark.parametrize(
    ("text", "way"),
    [
        ("", "ltr"),
        ("Hello שלום", "ltr"),
        ("مرحباً Aaron", "rtl"),
        ("1. 😀 שלום", "rtl"),
        ("42 – 7", "ltr"),
        ("請求書", "ltr"),
    ],
)
def test_a_text_is_written_from_where_its_first_letter_is(text: str, way: str) -> None:
    assert direction(text) == way
