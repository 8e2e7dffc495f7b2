"""Matchers and choices: the two forms in which a policy looks at attributes."""

from __future__ import annotations

import re
from collections.abc import Collection
from decimal import Decimal
from typing import Any, TypeVar

from upheld.policy.matching import Choice, Comparison, Matcher, OneOf
from upheld.policy.nodes import Entries, Items, Node, Scalar
from upheld.policy.reading import WRONG, Reading, Wrong, shortened
from upheld.policy.shapes.names import check_attribute, check_value, values_of
from upheld.policy.shapes.shape import Definitions, Shape

T = TypeVar("T")
MATCHER_EXAMPLE = "{plan: enterprise, priority: [P1, P2]}"
_COMPARISON = re.compile(r"(>=|<=|!=|>|<)\s*(-?[0-9]{1,15}(?:\.[0-9]{1,6})?)\s*([A-Za-z%]{1,8})?")
_BY_EXAMPLE = "{by: plan, standard: 8h, enterprise: 1h, else: 24h}"


class _MatcherShape(Shape[Matcher]):
    words = f"a condition, as in {MATCHER_EXAMPLE}"
    title = "matcher"

    def read(self, node: Node, at: Reading) -> Matcher | Wrong:
        if not isinstance(node, Entries):
            return at.refuse_kind(node, self.words)
        if not node.entries:
            return at.refuse(
                node, "This condition names no attribute, so it always holds.", f"Write {self.words}, or take it out."
            )
        tests: list[tuple[str, OneOf | Comparison]] = []
        for name, value in node:
            here = at.under(name.text, name)
            test = _test(name.text, value, here) if check_attribute(name, name.text, here) else None
            if test is not None:
                tests.append((name.text, test))
        return Matcher(tuple(tests)) if len(tests) == len(node.entries) else WRONG

    def describe(self, _: Definitions) -> dict[str, Any]:
        one = {"type": ["string", "number", "boolean"]}
        test = {"anyOf": [one, {"type": "array", "items": one, "minItems": 1}]}
        return {
            "type": "object",
            "minProperties": 1,
            "additionalProperties": test,
            "examples": [{"plan": "gold", "priority": ["P1"]}],
        }


MATCHER = _MatcherShape()


def _test(attribute: str, node: Node, at: Reading) -> OneOf | Comparison | None:
    if isinstance(node, Scalar) and node.text[:1] in "<>!" and node.text:
        return _comparison(node, at)
    items = node.items if isinstance(node, Items) else [node]
    values = [_value(attribute, item, at) for item in items]
    if not values:
        at.refuse(node, "The list is empty, so this never holds.", "Write at least one value.")
        return None
    return None if WRONG in values else OneOf(frozenset(values))


def _comparison(node: Scalar, at: Reading) -> Comparison | None:
    found = _COMPARISON.fullmatch(node.text.strip())
    if found is None:
        at.refuse(
            node,
            f"'{shortened(node.text)}' is not a comparison.",
            "Write a sign, a number and perhaps a unit: '> 500 USD'.",
        )
        return None
    return Comparison(found[1], Decimal(found[2]), found[3] or "")


def _value(attribute: str, node: Node, at: Reading) -> Any:
    if not isinstance(node, Scalar) or node.is_null:
        return at.refuse_kind(node, "a value, a list of values, or a comparison such as '> 500 USD'")
    if node.text[:1] in ("<", ">"):
        return at.refuse(node, "A comparison cannot stand in a list.", "Write it alone, or as a condition of its own.")
    if not check_value(node, attribute, node.text, at):
        return WRONG
    return node.value()


class ChoiceOf(Shape[Choice[T]]):
    """One value for everybody, or a table of them by one or two attributes; `none` in a cell means "not promised"."""

    def __init__(self, value: Shape[T], title: str) -> None:
        self.value = value
        self.words = f"{value.words}, or a table as in {_BY_EXAMPLE}"
        self.title = f"{title}-choice"

    def read(self, node: Node, at: Reading) -> Choice[T] | Wrong:
        if not isinstance(node, Entries):
            cell = self._cell(node, at)
            return WRONG if isinstance(cell, Wrong) else Choice(otherwise=cell)
        by = self._by(node, at)
        if by is None:
            return WRONG
        return _Table(self, by, at).read(node)

    def _by(self, node: Entries, at: Reading) -> tuple[str, ...] | None:
        named = node.get("by")
        if named is None:
            at.refuse(node, "Missing key 'by'.", f"Say which attribute the value depends on: {_BY_EXAMPLE}.")
            return None
        here = at.under("by", node.entries["by"][0])
        items = named.items if isinstance(named, Items) else [named]
        names = [item.text for item in items if isinstance(item, Scalar) and not item.is_null]
        if len(names) != len(items) or not 1 <= len(names) <= 3 or len({*names}) != len(names):
            here.refuse(
                named, "'by' names one to three different attributes.", "Write 'by: plan' or 'by: [priority, plan]'."
            )
            return None
        known = [check_attribute(item, name, here) for item, name in zip(items, names, strict=True)]
        return tuple(names) if all(known) else None

    def _cell(self, node: Node, at: Reading) -> T | Wrong | None:
        if node.is_null or (isinstance(node, Scalar) and node.text == "none"):
            return None
        return self.value.read(node, at)

    def describe(self, definitions: Definitions) -> dict[str, Any]:
        cell = {"anyOf": [self.value.schema(definitions), {"enum": ["none", None]}]}
        by = {"type": ["string", "array"], "items": {"type": "string"}, "description": "The attributes that decide."}
        row = {
            "type": "object",
            "additionalProperties": {"anyOf": [cell, {"type": "object", "additionalProperties": cell}]},
        }
        table = {
            "type": "object",
            "required": ["by"],
            "properties": {"by": by},
            "additionalProperties": {"anyOf": [cell, row]},
        }
        return {"anyOf": [cell, table]}


class _Table:
    """Reads the rows of one choice. `else` in a row stands for the values of the row's attribute that it does not name."""

    def __init__(self, choice: ChoiceOf[Any], by: tuple[str, ...], at: Reading) -> None:
        self._choice = choice
        self._by = by
        self._at = at
        self._cells: dict[tuple[str, ...], Any] = {}
        self._complete = True

    def read(self, node: Entries) -> Choice[Any] | Wrong:
        otherwise: Any = None
        for key, value in node:
            here = self._at.under(key.text, key)
            if key.text == "else":
                otherwise = self._choice._cell(value, here)
                self._complete &= otherwise is not WRONG
            elif key.text != "by":
                self._row((), key, value, here)
        if not self._complete:
            return WRONG
        if not self._cells:
            return self._at.refuse(node, "The table has no row.", f"Write a row for each {self._by[0]}: {_BY_EXAMPLE}.")
        return Choice(self._by, self._cells, otherwise)

    def _row(self, above: tuple[str, ...], key: Scalar, node: Node, at: Reading) -> None:
        attribute = self._by[len(above)]
        if not check_value(key, attribute, key.text, at):
            self._complete = False
            return
        value = key.value()
        path = (*above, str(value) if isinstance(value, bool) else key.text)
        if len(path) < len(self._by):
            self._below(path, node, at)
            return
        if isinstance(node, Entries):
            self._refuse_depth(node, at)
            return
        cell = self._choice._cell(node, at)
        self._complete &= cell is not WRONG
        self._cells[path] = cell

    def _below(self, path: tuple[str, ...], node: Node, at: Reading) -> None:
        if not isinstance(node, Entries):
            self._everywhere(path, node, at)
            return
        rest = node.get("else")
        for key, value in node:
            if key.text != "else":
                self._row(path, key, value, at.under(key.text, key))
        if rest is not None:
            self._everywhere(path, rest, at.under("else", node.entries["else"][0]), but={*node.entries})

    def _everywhere(self, path: tuple[str, ...], node: Node, at: Reading, but: Collection[str] = ()) -> None:
        """One value for all that the next attribute can be."""
        attribute = self._by[len(path)]
        known = values_of(attribute, at)
        if known is None:
            self._complete = False
            at.refuse(
                node,
                f"What '{attribute}' can be is not declared, so each value has to stand here.",
                "Write a cell for each.",
            )
            return
        for value in known:
            if value not in but:
                self._row(path, Scalar(value, node.line, node.column), node, at)

    def _refuse_depth(self, node: Entries, at: Reading) -> None:
        self._complete = False
        depth = "one level" if len(self._by) == 1 else f"{len(self._by)} levels"
        at.refuse(
            node,
            f"The table is deeper than 'by' says: it names {depth}.",
            "Name each level under 'by: [priority, plan]'.",
        )
