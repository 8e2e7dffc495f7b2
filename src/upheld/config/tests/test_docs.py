"""What the documentation names is there: files and folders, modules, commands, settings, addresses, links."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.urls import Resolver404, resolve
from django.utils.module_loading import import_string

from upheld.cli.main import COMMANDS
from upheld.config.environment import EXAMPLES
from upheld.config.middleware import PROBES
from upheld.config.tests.source import PACKAGE, files, levels
from upheld.config.values import SOURCE_ROOT

DOCS = SOURCE_ROOT / "docs"
PAGES = sorted([*SOURCE_ROOT.glob("*.md"), *DOCS.rglob("*.md"), SOURCE_ROOT / "bench" / "README.md"])
POLICIES = SOURCE_ROOT / "policies"
ROOTS = (SOURCE_ROOT, PACKAGE, PACKAGE / "channels" / "mail", POLICIES, *POLICIES.glob("*/"))
NAMED = re.compile(r"`([^`\n]+)`")
PATH = re.compile(r"[\w.-]*/[\w./-]*|[\w-]+\.(?:py|md|toml|txt)")
DOTTED = re.compile(r"[a-z_]+(?:\.[a-z_]+)+")
NO_FILES = ("UPHELD_DATA/", "mime/")  # what stands in a data folder; the end of an address at a provider
MISSPELT = "UPHELD_PROT"  # on purpose: that such a one stops the start

each_page = pytest.mark.parametrize("page", PAGES, ids=[path.relative_to(SOURCE_ROOT).as_posix() for path in PAGES])


def named(page: Path, form: re.Pattern[str]) -> Iterator[str]:
    """What stands between backticks and has this form as a whole."""
    return (name for name in NAMED.findall(page.read_text()) if form.fullmatch(name))


@cache
def ends() -> frozenset[str]:
    """The ends of the paths of our files and folders: `tests/storm.py`, `storm.py`; of folders with a slash behind."""
    found = set()
    for path in files():
        parts = path.relative_to(PACKAGE).parts
        found |= {"/".join(parts[start:]) for start in range(len(parts))}
        found |= {"/".join(parts[start:-1]) + "/" for start in range(len(parts) - 1)}
    return frozenset(found)


def test_the_rooms_of_the_page_are_those_of_the_linter_from_the_top_down() -> None:
    table = re.findall(r"^\|[^|]*\| `(\w+)` \|", (DOCS / "rooms.md").read_text(), re.MULTILINE)
    assert set(table) == {room for room in levels() if (PACKAGE / room).is_dir()}
    assert [levels()[room] for room in table] == sorted((levels()[room] for room in table), reverse=True)


def test_every_word_is_owned_by_a_room() -> None:
    owners = re.findall(r"^\| (?!word|-).*\| ([\w, ]+) \|$", (DOCS / "words.md").read_text(), re.MULTILINE)
    assert len(owners) > 50
    assert {room for owner in owners for room in owner.split(", ")} <= set(levels())


@each_page
def test_every_path_that_is_named_exists(page: Path) -> None:
    missing = [
        name
        for name in named(page, PATH)
        if not name.startswith(("/", *NO_FILES)) and name not in ends()
        if not any((root / name).exists() for root in (*ROOTS, page.parent))
    ]
    assert missing == []


@each_page
def test_every_module_that_is_named_exists(page: Path) -> None:
    ours = (name for name in named(page, DOTTED) if name.partition(".")[0] in levels())
    assert [name for name in ours if not name.endswith((".yaml", ".py", ".md")) and not is_there(name)] == []


def is_there(name: str) -> bool:
    """A module of ours, or something in one."""
    if (PACKAGE / name.replace(".", "/")).is_dir() or f"{name.replace('.', '/')}.py" in ends():
        return True
    try:
        import_string(f"upheld.{name}")
    except ImportError:
        return False
    return True


@each_page
def test_every_command_that_is_named_exists(page: Path) -> None:
    asked = re.findall(r"(?:^ {4}|`|bin/)upheld ([a-z]+)", page.read_text(), re.MULTILINE)
    assert {name for name in asked if name not in COMMANDS} == set()


@each_page
def test_every_setting_that_is_named_exists(page: Path) -> None:
    asked = re.findall(r"UPHELD_[A-Z_]*[A-Z]", page.read_text())
    assert {name for name in asked if name not in EXAMPLES} - {MISSPELT} == set()


@each_page
def test_every_address_that_is_named_answers(page: Path) -> None:
    """Words in capitals stand for what one puts there: `/mail/hooks/PROVIDER/inbound/`."""
    silent = []
    for name in set(named(page, re.compile(r"/[\w/.-]+"))) - set(PROBES):
        try:
            resolve(re.sub(r"\b[A-Z]+\b", "postmark", name))
        except Resolver404:
            silent.append(name)
    assert silent == []


@each_page
def test_every_link_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", page.read_text())
    assert [link for link in links if not (page.parent / link).exists()] == []
