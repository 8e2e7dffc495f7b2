"""docs/policies/coverage.md and the shipped policies speak of the same things."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[4]
PAGE = (ROOT / "docs" / "policies" / "coverage.md").read_text(encoding="utf-8")
NAMES = ("techflow", "crm-pro", "yourbestsoftware", "guidelines")
REFERENCE = re.compile(r"`(?:([a-z-]+)/)?([a-z]+\.yaml): ([\w.-]+)`")
LATER = re.compile(r"later: ((?:[A-Z0-9]+\d+(?:-\d)?(?:, )?)+)")


def section(name: str) -> str:
    """What the page says below the heading of one policy."""
    return next(part for part in re.split(r"^## ", PAGE, flags=re.MULTILINE) if part.startswith(f"{name}\n"))


def references() -> list[tuple[str, str, str]]:
    """Every reference of the page as (policy, file, key)."""
    below_headings = [(name, found[2], found[3]) for name in NAMES for found in REFERENCE.finditer(section(name))]
    with_their_policy = [(found[1], found[2], found[3]) for found in REFERENCE.finditer(PAGE) if found[1]]
    return below_headings + with_their_policy


@cache
def document(policy: str, file: str) -> Any:
    return yaml.load((ROOT / "policies" / policy / file).read_text(encoding="utf-8"), Loader=yaml.BaseLoader)


def stands(policy: str, file: str, key: str) -> bool:
    node = document(policy, file)
    for step in key.split("."):
        if not isinstance(node, dict) or step not in node:
            return False
        node = node[step]
    return True


def test_every_reference_leads_to_something() -> None:
    lost = [f"{policy}/{file}: {key}" for policy, file, key in references() if not stands(policy, file, key)]

    assert lost == []


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("file", "below"),
    [
        ("commitments.yaml", ""),
        ("targets.yaml", "targets"),
        ("channels.yaml", "channels"),
        ("hours.yaml", "calendars"),
        ("escalation.yaml", "ladders"),
    ],
)
def test_everything_that_is_promised_stands_on_the_page(name: str, file: str, below: str) -> None:
    declared = document(name, file)[below] if below else document(name, file)
    keys = [f"{below}.{key}" if below else key for key in declared if key != "always"]
    named = [key for policy, where, key in references() if (policy, where) == (name, file)]

    silent = [key for key in keys if not any(f"{one}.".startswith(f"{key}.") or one == below for one in named)]

    assert silent == []


def test_what_comes_later_names_a_capability() -> None:
    sentences = re.findall(r"later: [^|;]+", PAGE)

    assert len(sentences) > 50
    assert all(LATER.match(sentence) for sentence in sentences), [s for s in sentences if not LATER.match(s)]


@pytest.mark.parametrize("name", NAMES)
def test_every_document_has_its_contradictions_and_what_is_ours(name: str) -> None:
    assert "### Contradictions" in section(name)
    assert "### Ours" in section(name)
