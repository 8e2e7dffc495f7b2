"""Priorities, categories, what is asked and what is recorded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from upheld.documents.scope import NO, Scope, labelled, without_empty
from upheld.documents.tree import Block, Table, text
from upheld.policy.model import Field
from upheld.policy.prose import Placeholder

Blocks = list[Block]


def _priorities(scope: Scope, _: Placeholder) -> Blocks:
    head = tuple(text(scope.phrase(f"head.{key}")) for key in ("priority", "about", "examples"))
    rows = tuple(
        (
            text(scope.name("priority", one.name), bold=True),
            text(scope.said(one.about) or NO),
            text(scope.speech.parted(scope.said(example) for example in one.examples) or NO),
        )
        for one in scope.policy.priorities.values()
    )
    return [Table(text(scope.phrase("caption.priorities")), *without_empty(head, rows))] if rows else []


def _categories(scope: Scope, _: Placeholder) -> Blocks:
    head = tuple(text(scope.phrase(f"head.{key}")) for key in ("category", "department", "priority"))
    rows = tuple(
        (
            labelled(scope, one.label, one.about),
            text(scope.name("department", one.department) if one.department else NO),
            text(scope.name("priority", one.priority) if one.priority else NO),
        )
        for one in scope.policy.categories.values()
    )
    return [Table(text(scope.phrase("caption.categories")), *without_empty(head, rows))] if rows else []


def _fields(scope: Scope, fields: Mapping[str, Field], caption: str) -> Blocks:
    head = tuple(text(scope.phrase(f"head.{key}")) for key in ("field", "about", "needed"))
    rows = tuple(
        (text(scope.said(one.label), bold=True), text(scope.said(one.about) or NO), text(_needed(scope, one)))
        for one in fields.values()
    )
    return [Table(text(scope.phrase(caption)), *without_empty(head, rows))] if rows else []


def _needed(scope: Scope, one: Field) -> str:
    if one.required:
        return scope.phrase("value.needed")
    return scope.phrase("value.helpful" if one.helpful else "value.optional")


BLOCKS: dict[str, Callable[[Scope, Placeholder], Any]] = {
    "priorities": _priorities,
    "categories": _categories,
    "intake": lambda scope, _: _fields(scope, scope.policy.intake, "caption.intake"),
    "closing": lambda scope, _: _fields(scope, scope.policy.closing, "caption.closing"),
}
