"""The policy as a reader sees it: everything in it, in its chapter, and nothing of how it is written."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from upheld.policy import Policy
from upheld.policy.chapters import TITLES, Block, Facts, Group, Sentences, Table, chapters, clause_group, matrix
from upheld.policy.loader import load_sources
from upheld.policy.tests.writing import loaded

POLICIES = Path(__file__).parents[4] / "policies"
NAMES = ("techflow", "crm-pro", "yourbestsoftware", "guidelines")


@cache
def shipped(name: str) -> Policy:
    return load_sources({path.name: path.read_bytes() for path in sorted((POLICIES / name).glob("*.yaml"))})


def texts(block: Block) -> Iterator[str]:
    """Every text that a reader sees of a block."""
    match block:
        case Sentences():
            yield from (*block.lines, block.caption)
        case Table():
            yield from (block.caption, *block.columns, *(cell for row in block.rows for cell in row))
        case Facts():
            yield from (block.caption, *(text for term, lines in block.entries for text in (term, *lines)))
        case Group():
            yield from (block.title, block.about, block.source, block.about_what)
            yield from (text for inner in block.blocks for text in texts(inner))


def said(policy: Policy, key: str, language: str = "en") -> str:
    chapter = next(one for one in chapters(policy, language) if one.key == key)
    return "\n".join(text for block in chapter.blocks for text in texts(block))


@pytest.mark.parametrize("name", NAMES)
class TestEveryPolicy:
    def test_has_every_chapter_in_order(self, name: str) -> None:
        keys = [chapter.key for chapter in chapters(shipped(name))]
        assert keys == [key for key in TITLES if key not in ("policy", "words")]
        assert all(chapter.title and chapter.blocks for chapter in chapters(shipped(name)))

    @pytest.mark.parametrize(
        ("section", "chapter"),
        [
            ("plans", "plans"),
            ("priorities", "priorities"),
            ("clauses", "commitments"),
            ("levels", "escalation"),
            ("ladders", "escalation"),
            ("channels", "channels"),
            ("departments", "departments"),
            ("categories", "departments"),
            ("product_areas", "departments"),
            ("brands", "channels"),
            ("targets", "targets"),
            ("intake", "intake"),
            ("closing", "intake"),
        ],
    )
    def test_tells_of_everything_by_its_name(self, name: str, section: str, chapter: str) -> None:
        told = said(shipped(name), chapter)
        things = getattr(shipped(name), section).values()
        assert [
            thing.name for thing in things if thing.label.text() not in told or thing.about.text() not in told
        ] == []

    def test_tells_each_clause_once_with_its_source(self, name: str) -> None:
        commitments = next(one for one in chapters(shipped(name)) if one.key == "commitments")
        groups = [block for block in commitments.blocks if isinstance(block, Group)]
        assert sorted(group.key for group in groups) == sorted(shipped(name).clauses)
        assert all(group.source and group.about_what and group.kind == "clause" for group in groups)

    def test_speaks_in_words_and_in_tables_that_are_rectangular(self, name: str) -> None:
        for chapter in chapters(shipped(name)):
            for block in chapter.blocks:
                inner = block.blocks if isinstance(block, Group) else (block,)
                assert all(len(row) == len(one.columns) for one in inner if isinstance(one, Table) for row in one.rows)
                for text in texts(block):
                    assert not any(mark in text for mark in ("None", "={", "Words(", "{'", "_by", "waiting_on")), text


CLAUSE = "first: {on: ticket, begins: ticket.opened, kept_by: ticket.replied, "


def the_matrix(within: str, calendar: str = "always") -> Table | None:
    policy = loaded(commitments=f"{CLAUSE}within: {within}, calendar: {calendar}}}\n")
    return matrix(policy, policy.clauses["first"])


class TestMatrix:
    def test_none_for_one_time_and_for_a_series(self) -> None:
        assert the_matrix("4h") is None
        policy = loaded(commitments=f"{CLAUSE}at: [1d, 2d]}}\n")
        assert matrix(policy, policy.clauses["first"]) is None
        assert [type(block) for block in clause_group(policy, policy.clauses["first"]).blocks] == [Sentences]

    def test_a_row_for_each_value(self) -> None:
        table = the_matrix("{by: plan, basic: 4h, gold: none}", "{by: plan, basic: office, gold: always}")
        assert table == Table(
            "First: how soon",
            ("Plan", "Within", "Time counts"),
            (("Basic", "4 h", "on the calendar office"), ("Gold", "not promised", "around the clock")),
        )

    def test_rows_and_columns(self) -> None:
        table = the_matrix(
            "{by: [priority, plan], P1: {basic: 4h, gold: 15m}, else: 8h}", "{by: plan, basic: office, gold: always}"
        )
        assert table is not None
        assert table.columns == ("", "Basic", "Gold")
        assert table.rows == (
            ("P1", "4 h", "15 min"),
            ("any other priority", "8 h", "8 h"),
            ("Time counts", "on the calendar office", "around the clock"),
        )

    def test_three_attributes_as_a_list(self) -> None:
        table = the_matrix("{by: [priority, plan, region], P1: {basic: {eu: 4h}, gold: {eu: 1h}}, else: 8h}")
        assert table is not None
        assert table.columns == ("Priority", "Plan", "Region", "Within")
        assert table.rows == (
            ("P1", "Basic", "eu", "4 h"),
            ("P1", "Gold", "eu", "1 h"),
            ("any other priority", "", "", "8 h"),
        )


def test_names_come_in_the_language_asked_for() -> None:
    policy = loaded(
        policy="name: small\nversion: 1\nlanguages: [en, de]\nplans: {gold: {name: {en: Gold, de: Goldkunde}}}\n"
    )
    assert "Goldkunde" in said(policy, "plans", "de")
    assert "Goldkunde" not in said(policy, "plans", "en")


def test_what_a_policy_does_not_have_is_no_chapter() -> None:
    keys = [chapter.key for chapter in chapters(loaded(policy="name: small\nversion: 1\n", hours="calendars: {}\n"))]
    assert keys == ["hours", "rules"]
