"""The prose of the shipped policies: complete in every language, with no figure and no address typed, in our own words."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from upheld.policy import Policy, load
from upheld.policy.prose import DOCUMENTS, document_file, missing_words

ROOT = Path(__file__).parents[4]
SEEDS = ROOT.parent / "shared" / "seeds"
NAMES = ("techflow", "crm-pro", "yourbestsoftware", "guidelines")

PLACEHOLDER = re.compile(r"\{\{\s*([a-z_.]+)(.*?)\}\}")
HEADING = re.compile(r"^(#+) ", re.MULTILINE)
NUMBERED = re.compile(r"^\s*\d+\. ", re.MULTILINE)
# Digits that are part of a name and no figure of the policy.
NAMED_WITH_DIGITS = ("WCAG 2.1", "SOC 2", "ISO 27001", "UTF-8", "F12")
# Placeholders that carry a promise; the others are names, which a language may use as often as its grammar asks for.
PROMISES = re.compile(r"clauses?|table|rungs|level_details|targets?|rule|triggers|directory|holidays")
LONGEST_SHARED = 7


@cache
def policy(name: str) -> Policy:
    return load(ROOT / "policies" / name)


def prose(name: str, language: str, document: str) -> str:
    return policy(name).sources[document_file(document, language)].decode("utf-8")


def languages() -> list[tuple[str, str]]:
    return [(name, language) for name in NAMES for language in policy(name).languages]


def headings(text: str) -> list[int]:
    """The levels of the headings, from top to bottom."""
    return [len(marks) for marks in HEADING.findall(text)]


def typed_digits(text: str) -> list[str]:
    """The lines in which a figure stands that no placeholder put there."""
    plain = NUMBERED.sub("", PLACEHOLDER.sub("", text))
    for name in NAMED_WITH_DIGITS:
        plain = plain.replace(name, "")
    return [line for line in plain.splitlines() if any(letter.isdigit() for letter in line)]


def typed_addresses(text: str) -> list[str]:
    plain = PLACEHOLDER.sub("", text)
    return re.findall(r"\S+@\S+\.\S+|https?:\S+|www\.\S+", plain)


def promises(text: str) -> set[tuple[str, str]]:
    return {(name, inside.replace(" ", "")) for name, inside in PLACEHOLDER.findall(text) if PROMISES.fullmatch(name)}


def runs_of_words(text: str, length: int = LONGEST_SHARED + 1) -> set[tuple[str, ...]]:
    words = re.findall(r"[^\W_]+(?:['’][^\W_]+)*", text.lower())
    return {tuple(words[at : at + length]) for at in range(len(words) - length + 1)}


@pytest.mark.parametrize(("name", "language"), languages())
class TestEachLanguage:
    def test_has_all_eight_documents(self, name: str, language: str) -> None:
        missing = [document for document in DOCUMENTS if document_file(document, language) not in policy(name).sources]
        assert missing == []

    def test_has_every_name_that_a_reader_sees(self, name: str, language: str) -> None:
        assert missing_words(policy(name), language) == []

    @pytest.mark.parametrize("document", DOCUMENTS)
    def test_has_the_headings_of_the_first_language(self, name: str, language: str, document: str) -> None:
        found = headings(prose(name, language, document))
        assert found == headings(prose(name, policy(name).languages[0], document))
        assert (found[0], found.count(1)) == (1, 1)

    @pytest.mark.parametrize("document", DOCUMENTS)
    def test_promises_what_the_first_language_promises(self, name: str, language: str, document: str) -> None:
        assert promises(prose(name, language, document)) == promises(prose(name, policy(name).languages[0], document))

    @pytest.mark.parametrize("document", DOCUMENTS)
    def test_types_no_figure_and_no_address(self, name: str, language: str, document: str) -> None:
        text = prose(name, language, document)
        assert typed_digits(text) == []
        assert typed_addresses(text) == []


@pytest.mark.skipif(not SEEDS.is_dir(), reason="the source documents are not beside the project")
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("document", DOCUMENTS)
def test_no_sentence_is_copied_from_a_source(name: str, document: str) -> None:
    ours = runs_of_words(PLACEHOLDER.sub(" … ", prose(name, "en", document)))
    assert sorted(" ".join(run) for run in ours & sources()) == []


@cache
def sources() -> frozenset[tuple[str, ...]]:
    return frozenset().union(*(runs_of_words(path.read_text(encoding="utf-8")) for path in SEEDS.glob("*.txt")))


class TestTheLooksThemselves:
    """Each look above finds what it looks for."""

    @pytest.mark.parametrize("text", ["answered in 4 hours", "1. within 24 hours", "٤ ساعات", "WCAG 2.2", "## Level 1"])
    def test_a_typed_figure_is_found(self, text: str) -> None:
        assert typed_digits(text) == [NUMBERED.sub("", text)]

    @pytest.mark.parametrize(
        "text", ['{{ level(2) }} takes {{ clause("p1", priority="P1") }}', "1. First", "WCAG 2.1, SOC 2"]
    )
    def test_placeholders_numbering_and_names_are_none(self, text: str) -> None:
        assert typed_digits(text) == []

    def test_a_typed_address_is_found(self) -> None:
        assert typed_addresses("write to help@example.com or see https://example.com") != []
        assert typed_addresses('write to {{ mail("help@example.com") }}') == []

    def test_a_shared_run_of_eight_words_is_found_and_of_seven_is_not(self) -> None:
        source = runs_of_words("One two three four five six seven eight nine")
        assert runs_of_words("zero two, THREE four five six seven eight nine ten") & source
        assert not runs_of_words("zero two three four five six seven eight ten") & source

    def test_headings_and_promises_are_told_apart(self) -> None:
        assert headings("# A\n\ntext # no\n\n## B\n") == [1, 2]
        assert promises('{{ clause("a") }} {{ plan("b") }}') == {("clause", '("a")')}
