"""docs/policies/language.md names every key of every file, and its examples are a policy."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from upheld.policy.files import FILES
from upheld.policy.lint import lint
from upheld.policy.loader import load_sources
from upheld.policy.schema import json_schema
from upheld.policy.shapes.names import RECIPIENTS

PAGE = (Path(__file__).parents[4] / "docs" / "policies" / "language.md").read_text(encoding="utf-8")
SECTIONS = {part.partition("\n")[0]: part for part in re.split(r"^## ", PAGE, flags=re.MULTILINE)[1:]}


def keys_of(schema: Any) -> set[str]:
    found: set[str] = set()
    if isinstance(schema, dict):
        found |= {key for key in schema.get("properties", {}) if key != "by" or "on" in schema["properties"]}
        for below in schema.values():
            found |= keys_of(below)
    elif isinstance(schema, list):
        found = {key for below in schema for key in keys_of(below)}
    return found


@pytest.mark.parametrize("file_name", FILES)
def test_every_key_of_a_file_stands_in_its_section(file_name: str) -> None:
    section = SECTIONS[file_name]
    silent = {key for key in keys_of(json_schema(file_name)) if f"`{key}`" not in section}
    assert silent == set()


@pytest.mark.parametrize("file_name", FILES)
def test_the_example_of_a_file_shows_every_key(file_name: str) -> None:
    example = examples()[file_name].decode()
    unseen = {key for key in keys_of(json_schema(file_name)) if not re.search(rf"(^|[\s{{,]){key}:", example)}
    assert unseen - {"open", "commitments"} == set()


def test_every_recipient_is_named() -> None:
    assert [name for name in RECIPIENTS if f"`{name}`" not in PAGE] == []


def test_the_examples_are_a_policy_without_a_gap() -> None:
    policy = load_sources(examples())
    assert len(policy.clauses) == 4
    assert [finding for finding in lint(policy) if finding.severity == "error"] == []


def examples() -> dict[str, bytes]:
    blocks = re.findall(r"^```yaml\n# (\S+)\n(.*?)^```", PAGE, flags=re.MULTILINE | re.DOTALL)
    assert {name for name, _ in blocks} == {*FILES}
    return {name: text.encode() for name, text in blocks}
