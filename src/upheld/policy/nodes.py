"""What a YAML file holds, each piece with its place: scalars, lists and mappings.

A scalar keeps the text that its writer typed. What a plain text means follows the core schema of YAML 1.2, so that the key
`on` stays `on`, `08:00` a time of day and `2026-12-24` a date in letters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

_INTEGER = re.compile(r"[-+]?[0-9]{1,18}")
_DECIMAL = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,3})?")
_WORDS: dict[str, bool | None] = {
    "": None,
    "~": None,
    "null": None,
    "Null": None,
    "NULL": None,
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}


class Scalar:
    """One value. `quoted` tells `"5"` from `5`."""

    __slots__ = ("column", "line", "quoted", "size", "text")
    kind = "a single value"

    def __init__(self, text: str, line: int, column: int, *, quoted: bool = False) -> None:
        self.text = text
        self.line = line
        self.column = column
        self.quoted = quoted
        self.size = 1

    @property
    def is_null(self) -> bool:
        return not self.quoted and self.text in _WORDS and _WORDS[self.text] is None

    def value(self) -> bool | int | float | str | None:
        """The value as YAML 1.2 (core schema) understands it."""
        if self.quoted:
            return self.text
        if self.text in _WORDS:
            return _WORDS[self.text]
        if _INTEGER.fullmatch(self.text):
            return int(self.text)
        if len(self.text) < 40 and _DECIMAL.fullmatch(self.text):
            return float(self.text)
        return self.text


class Items:
    """A list."""

    __slots__ = ("column", "items", "line", "size")
    kind = "a list"
    is_null = False

    def __init__(self, line: int, column: int) -> None:
        self.line = line
        self.column = column
        self.items: list[Node] = []
        self.size = 1


class Entries:
    """A mapping; every key stands in it once, in the order of the file."""

    __slots__ = ("column", "entries", "line", "size")
    kind = "a mapping"
    is_null = False

    def __init__(self, line: int, column: int) -> None:
        self.line = line
        self.column = column
        self.entries: dict[str, tuple[Scalar, Node]] = {}
        self.size = 1

    def __iter__(self) -> Iterator[tuple[Scalar, Node]]:
        return iter(self.entries.values())

    def get(self, key: str) -> Node | None:
        entry = self.entries.get(key)
        return entry[1] if entry else None


Node = Scalar | Items | Entries


def plain(node: Node) -> Any:
    """The node as dicts, lists and values, without its places."""
    if isinstance(node, Scalar):
        return node.value()
    if isinstance(node, Items):
        return [plain(item) for item in node.items]
    return {key.text: plain(value) for key, value in node}


def place_of(root: Node | None, path: tuple[str | int, ...]) -> tuple[int, int]:
    """Line and column of the deepest part of `path` that there is: of its key, or of the item (by number or name) of a list."""
    place = (root.line, root.column) if root else (1, 1)
    node = root
    for step in path:
        if isinstance(node, Entries) and str(step) in node.entries:
            key, node = node.entries[str(step)]
            place = (key.line, key.column)
        elif isinstance(node, Items) and (item := _item(node, step)) is not None:
            node = item
            place = (node.line, node.column)
        else:
            break
    return place


def _item(node: Items, step: str | int) -> Node | None:
    """An item by its number, or the name itself in a list of names."""
    if isinstance(step, int):
        return node.items[step] if step < len(node.items) else None
    return next((item for item in node.items if isinstance(item, Scalar) and item.text == step), None)
