"""YAML with places, in the reading of YAML 1.2."""

from __future__ import annotations

import time

import pytest
import yaml

from upheld.policy import document as reading
from upheld.policy.document import Document
from upheld.policy.nodes import Entries, Items, place_of, plain


def read(text: str) -> Document:
    return Document("x.yaml", text.encode())


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("on", "on"),
        ("no", "no"),
        ("Yes", "Yes"),
        ("08:00", "08:00"),
        ("24:00", "24:00"),
        ("12:30:45", "12:30:45"),
        ("2026-12-24", "2026-12-24"),
        ("1_000", "1_000"),
        ("0x1F", "0x1F"),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("7", 7),
        ("-3", -3),
        ("007", 7),
        ("4.5", 4.5),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("99.5%", "99.5%"),
        ("15m", "15m"),
        ("'7'", "7"),
        ('"true"', "true"),
        ("| \n  several\n  lines\n", "several\nlines\n"),
        ("9" * 400, "9" * 400),
    ],
)
def test_a_scalar_means_what_its_writer_meant(written: str, value: object) -> None:
    assert plain(read(f"key: {written}").root or Entries(1, 1)) == {"key": value}


def test_a_key_such_as_on_stays_a_word() -> None:
    root = read("on: ticket\nno: 1\n2026-12-24: closed").root
    assert isinstance(root, Entries)
    assert [*root.entries] == ["on", "no", "2026-12-24"]


def test_places_count_from_one() -> None:
    root = read("a:\n  b: [x, y]\n").root
    assert isinstance(root, Entries)
    below = root.get("a")
    assert isinstance(below, Entries)
    items = below.get("b")
    assert isinstance(items, Items)
    assert (items.line, items.column) == (2, 6)
    assert [(item.line, item.column) for item in items.items] == [(2, 7), (2, 10)]
    assert place_of(root, ("a", "b", 1)) == (2, 10)
    assert place_of(root, ("a", "nowhere", "further")) == (1, 1)
    assert place_of(None, ("a",)) == (1, 1)


SYNTAX = [
    ("a: b: c", 1, 5, "Put a value that holds ': ' in quotes, and check the indentation of this line."),
    ("a:\n\t- b", 2, 1, "Indent with spaces: a tab cannot stand here."),
    (
        "a:\n  - b\n c: d",
        3,
        2,
        "Compare the indentation with the lines above: keys of one mapping begin in one column.",
    ),
    ("[a, b", 2, 1, "Close the list with ']' and put ',' between its items."),
    ("{a: b", 2, 1, "Close the mapping with '}' and put ',' between its pairs."),
    ("a: 'x", 1, 6, "Close the quotes or brackets that are open in the lines above."),
    ("- a\nb: c", 2, 1, "Begin every item of this list with '- ' in the same column."),
    ("a: - b", 1, 4, "Put the '- ' on a line of its own, or write the list as [a, b]."),
    ("a: @home", 1, 4, "Put a value that begins with '@' in quotes."),
    ('a: "\\q"', 1, 5, "In double quotes write '\\\\' for a backslash, or use single quotes."),
    ("a: !!python/object:os.system x", 1, 4, "Take the tag out and write the value alone."),
    ("a: !secret x", 1, 4, "Take the tag out and write the value alone."),
    ("a: 1\n---\nb: 2", 2, 1, "Keep one document in a file: take the `---` out."),
    ("a: *nothing", 1, 4, "Write the value out."),
    ("a: &a [*a]", 1, 8, "Write the value out."),
    ("<<: {a: 1}", 1, 1, "Write the keys out: merge keys are not part of YAML 1.2."),
    ("? [a, b]\n: c", 1, 3, "Write a name before the colon."),
    ("a: \x07", 1, 4, "Delete it."),
]


@pytest.mark.parametrize(("text", "line", "column", "remedy"), SYNTAX)
def test_wrong_yaml_is_refused_at_its_place(text: str, line: int, column: int, remedy: str) -> None:
    (problem,) = read(text).problems
    assert (problem.file, problem.line, problem.column, problem.remedy) == ("x.yaml", line, column, remedy)
    assert read(text).root is None


@pytest.mark.parametrize("text", [case[0] for case in SYNTAX if case[0] != 'a: "\\q"'])
def test_without_the_c_parser_the_same_is_refused(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with_c = read(text).problems[0]
    monkeypatch.setattr(reading, "_LOADER", yaml.BaseLoader)
    (problem,) = read(text).problems
    assert problem.line in (with_c.line, with_c.line - 1)  # at the end of a file the two count differently
    assert problem.remedy


def test_without_the_c_parser_the_same_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "a: {b: [1, '2', x: y]}\nc: |\n  d\n"
    expected = plain(read(text).root or Entries(1, 1))
    monkeypatch.setattr(reading, "_LOADER", yaml.BaseLoader)
    assert plain(read(text).root or Entries(1, 1)) == expected == {"a": {"b": [1, "2", {"x": "y"}]}, "c": "d\n"}


def test_a_key_that_stands_twice_is_found_wherever_it_is() -> None:
    found = read("a: 1\nb:\n  - {c: 1, c: 2}\na: 3").problems
    assert [(problem.line, problem.column, problem.key, problem.problem) for problem in found] == [
        (3, 12, "b.0.c", "The key 'c' stands twice; the first is in line 3."),
        (4, 1, "a", "The key 'a' stands twice; the first is in line 1."),
    ]


def test_an_alias_repeats_a_value() -> None:
    assert plain(read("a: &x {b: 1}\nc: *x").root or Entries(1, 1)) == {"a": {"b": 1}, "c": {"b": 1}}


def test_a_file_that_explodes_is_refused_quickly() -> None:
    lines = ["a: &a [x, x, x, x, x, x, x, x, x, x]"]
    for above, name in zip("abcdefgh", "bcdefghi", strict=True):
        lines.append(f"{name}: &{name} [{', '.join(['*' + above] * 10)}]")
    start = time.perf_counter()
    (problem,) = read("\n".join(lines)).problems
    assert "more than 50000 values" in problem.problem
    assert time.perf_counter() - start < 1


@pytest.mark.parametrize("bracket", ["[", "{a: ", "- "])
def test_a_file_that_is_nested_without_end_is_refused_quickly(bracket: str) -> None:
    start = time.perf_counter()
    (problem,) = read(bracket * 200_000).problems
    assert problem.remedy
    assert time.perf_counter() - start < 2


def test_bytes_that_are_no_text_are_refused_with_their_place() -> None:
    (problem,) = Document("x.yaml", b"a: 1\nb: caf\xe9\n").problems
    assert (problem.line, problem.column, problem.remedy) == (2, 7, "Save it in the encoding UTF-8.")


def test_a_byte_order_mark_does_no_harm() -> None:
    assert plain(Document("x.yaml", b"\xef\xbb\xbfa: 1").root or Entries(1, 1)) == {"a": 1}


def test_a_file_over_a_mebibyte_is_refused() -> None:
    (problem,) = Document("x.yaml", b"#" * (1024 * 1024 + 1)).problems
    assert problem.problem == "The file is larger than 1 MiB."


def test_an_empty_file_is_no_mistake_of_yaml() -> None:
    assert (read("# nothing yet\n").root, read("").problems) == (None, [])
