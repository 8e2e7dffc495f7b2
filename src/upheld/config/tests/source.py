"""The source as data: what the tests of conventions look at."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from django.apps import apps
from django.db import models

from upheld.config.values import SOURCE_ROOT

PACKAGE = SOURCE_ROOT / "src" / "upheld"


def files() -> list[Path]:
    """Our own Python files, without migrations, which are generated."""
    return sorted(path for path in PACKAGE.rglob("*.py") if "migrations" not in path.parts)


def product() -> list[Path]:
    """Those that are no tests."""
    return [path for path in files() if "tests" not in path.parts and path.name != "conftest.py"]


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), str(path))


def place(path: Path, node: ast.AST | None = None) -> str:
    """`tickets/handlers.py:12`."""
    where = path.relative_to(PACKAGE).as_posix()
    return f"{where}:{getattr(node, 'lineno', 0)}" if node is not None else where


def calls(name: str) -> Iterator[tuple[Path, ast.Call]]:
    """Every call in the product of a function, or method, of that name."""
    for path in product():
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call):
                called = node.func
                if (isinstance(called, ast.Name) and called.id == name) or (
                    isinstance(called, ast.Attribute) and called.attr == name
                ):
                    yield path, node


def text_of(node: ast.AST | None) -> str | None:
    """The text of a literal, else None."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def own_models() -> list[type[models.Model]]:
    """All models of ours, also those that Django makes for many-to-many fields."""
    found = apps.get_models(include_auto_created=True)
    return [model for model in found if model.__module__.startswith("upheld.")]


def room_of(model: type[models.Model]) -> str:
    return model.__module__.split(".")[1]


@cache
def levels() -> dict[str, int]:
    """Room -> level, the lowest is 1: from the one list that import-linter keeps too."""
    config = tomllib.loads((SOURCE_ROOT / "pyproject.toml").read_text())
    contracts = config["tool"]["importlinter"]["contracts"]
    (layers,) = (contract["layers"] for contract in contracts if contract["type"] == "layers")
    return {room.strip(" ()"): len(layers) - number for number, layer in enumerate(layers) for room in layer.split("|")}
