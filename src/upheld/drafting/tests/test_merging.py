"""Two people change the same files: nothing that anybody typed is lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from upheld.drafting.merging import BETWEEN, OURS, THEIRS, Conflict, choose, has_marks, merge

LINES = st.lists(st.sampled_from(["a\n", "b\n", "c\n", "d\n"]), max_size=8).map("".join)


def test_changes_in_different_places_are_both_taken() -> None:
    base = {"x": "1\n2\n3\n4\n5\n", "y": "y\n"}
    merged = merge(base, base | {"x": "one\n2\n3\n4\n5\n"}, base | {"x": "1\n2\n3\n4\nfive\n", "z": "z\n"})
    assert merged.files == {"x": "one\n2\n3\n4\nfive\n", "y": "y\n", "z": "z\n"}
    assert merged.conflicts == []


def test_changes_of_one_line_stand_side_by_side() -> None:
    merged = merge({"x": "1\n2\n"}, {"x": "1\nmine"}, {"x": "1\ntheirs\n"})
    assert merged.conflicts == [Conflict("x", 2, "mine", "theirs\n")]
    assert merged.files["x"] == f"1\n{OURS}mine\n{BETWEEN}theirs\n{THEIRS}"
    assert has_marks(merged.files["x"])


def test_a_file_that_one_took_away_and_the_other_changed_is_a_conflict() -> None:
    merged = merge({"x": "1\n"}, {}, {"x": "2\n"})
    assert [conflict.file for conflict in merged.conflicts] == ["x"]
    assert merge({"x": "1\n"}, {}, {"x": "1\n"}).files == {}


@given(LINES, LINES, LINES)
def test_a_merge_is_what_it_says(base: str, yours: str, theirs: str) -> None:
    for mine, other, wanted in ((yours, base, yours), (base, theirs, theirs), (yours, yours, yours)):
        assert merge({"x": base}, {"x": mine}, {"x": other}).files == {"x": wanted}
    merged = merge({"x": base}, {"x": yours}, {"x": theirs})
    there = merge({"x": base}, {"x": theirs}, {"x": yours})
    assert bool(merged.conflicts) == bool(there.conflicts) == has_marks(merged.files["x"])


TWO = "a\n<<<<<<< yours\nb\n=======\nB\n>>>>>>> theirs\nc\n<<<<<<< yours\n=======\nD\n>>>>>>> theirs\n"


@pytest.mark.parametrize(
    ("choices", "left"),
    [
        (["yours", "theirs"], "a\nb\nc\nD\n"),
        (["theirs", "yours"], "a\nB\nc\n"),
        (["text", "yours"], "a\n<<<<<<< yours\nb\n=======\nB\n>>>>>>> theirs\nc\n"),
        (["yours"], TWO),  # one more was settled by hand than was asked about: nothing is guessed
        ([], TWO),
    ],
)
def test_a_side_is_chosen_for_each_place(choices: list[str], left: str) -> None:
    assert choose(TWO, choices) == left
