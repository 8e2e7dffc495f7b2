"""A new plan that is like another: everywhere the policy speaks of that one it speaks of the new one too. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from upheld.drafting.editing.source import Source, Step


def add_plan(files: Mapping[str, str], *, name: str, label: str, about: str, like: str) -> dict[str, str]:
    """Every file with the plan in it: its own entry, a cell beside each of `like`, a place in each condition that names it.

    Defaults do not change: who has no plan keeps the one they have. Raises NotEditable.
    """
    changed = dict(files)
    for file, text in files.items():
        if not file.endswith(".yaml") or "/" in file:
            continue
        source = Source(file, text)
        if file == "policy.yaml":
            _declare(source, name, label, about, like)
        for path in _mentions(source.root, like):
            if file == "policy.yaml" and path[0] in ("plans", "defaults"):
                continue
            _join(source, path, name, like)
        changed[file] = source.text()
    return changed


def _declare(source: Source, name: str, label: str, about: str, like: str) -> None:
    plans = source.find(["plans"])
    if isinstance(plans, yaml.SequenceNode):
        source.append(["plans"], name)
    elif isinstance(source.find(["plans", like]), yaml.MappingNode):
        source.copy(["plans", like], name, changed={"name": label, "about": about})
    else:
        source.add(["plans"], name, {"name": label, **({"about": about} if about else {})})


def _join(source: Source, path: tuple[Step, ...], name: str, like: str) -> None:
    if path[-1] == "plan":  # a condition: {plan: gold} or {plan: [basic, gold]}
        if source.items(path):
            source.append(path, name)
        else:
            source.set(path, [like, name])
    else:
        source.copy(path, name)


def _mentions(node: Any, plan: str, path: tuple[Step, ...] = ()) -> Iterator[tuple[Step, ...]]:
    """The rows and columns of tables that are the plan's, and the conditions that name it."""
    if isinstance(node, yaml.MappingNode):
        by = next((_names(value) for key, value in node.value if key.value == "by"), [])
        if "plan" in by:
            yield from _columns(node, plan, by.index("plan"), path)
            return
        for key, value in node.value:
            if key.value == "plan" and plan in _names(value):
                yield (*path, "plan")
            else:
                yield from _mentions(value, plan, (*path, key.value))
    elif isinstance(node, yaml.SequenceNode):
        for number, item in enumerate(node.value):
            yield from _mentions(item, plan, (*path, number))


def _columns(node: Any, plan: str, depth: int, path: tuple[Step, ...]) -> Iterator[tuple[Step, ...]]:
    for key, value in node.value:
        if depth == 0 and key.value == plan:
            yield (*path, plan)
        elif depth and key.value != "by" and isinstance(value, yaml.MappingNode):
            yield from _columns(value, plan, depth - 1, (*path, key.value))


def _names(node: Any) -> list[str]:
    if isinstance(node, yaml.ScalarNode):
        return [node.value]
    return [item.value for item in node.value if isinstance(item, yaml.ScalarNode)] if node is not None else []
