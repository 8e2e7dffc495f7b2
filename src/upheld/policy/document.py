"""YAML with places: bytes of a file become nodes, or problems that name line and column.

Built from the events of the parser, not from its objects: no tag is ever carried out, an alias cannot grow into more than the
file may hold, and a key that stands twice is found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml

from upheld.policy.errors import Problem
from upheld.policy.nodes import Entries, Items, Node, Scalar
from upheld.policy.syntax import remedy_for

LARGEST_FILE = 1024 * 1024
DEEPEST = 24
MOST_NODES = 50_000

_LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Document:
    """A file that was read. `root` is None when it is empty or could not be read at all."""

    def __init__(self, file: str, raw: bytes) -> None:
        self.file = file
        self.root: Node | None = None
        self.problems: list[Problem] = []
        text = self._decoded(raw)
        if text is not None:
            self._compose(text)

    def refuse(self, line: int, column: int, problem: str, remedy: str, key: str = "") -> None:
        self.problems.append(Problem(self.file, line, column, key, problem, remedy))

    def _decoded(self, raw: bytes) -> str | None:
        if len(raw) > LARGEST_FILE:
            self.refuse(1, 1, "The file is larger than 1 MiB.", "Split it, or check that it is a policy file at all.")
            return None
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            before = raw[: error.start]
            line = before.count(b"\n") + 1
            column = len(before.rpartition(b"\n")[2].decode("utf-8", "replace")) + 1
            self.refuse(line, column, "The file is not UTF-8 text here.", "Save it in the encoding UTF-8.")
            return None
        found = _UNPRINTABLE.search(text)
        if found:
            before_it = text[: found.start()]
            line = before_it.count("\n") + 1
            column = len(before_it.rpartition("\n")[2]) + 1
            name = f"U+{ord(found[0]):04X}"
            self.refuse(line, column, f"A character that cannot be printed stands here ({name}).", "Delete it.")
            return None
        return text

    def _compose(self, text: str) -> None:
        try:
            self.root = _Composer(self).compose(yaml.parse(text, Loader=_LOADER))
        except _Stop:
            self.root = None
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
            problem = f"This is not valid YAML: {error.problem or error.context or 'it cannot be read'}."
            self.refuse(line, column, problem, remedy_for(error, text))
        except yaml.YAMLError as error:
            self.refuse(1, 1, f"This is not valid YAML: {error}.", "Compare it with an example of docs/policies.")


class _Stop(Exception):
    """Reading further makes no sense; the problem is recorded."""


class _Composer:
    """Puts nodes together from events, without recursion."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._open: list[Items | Entries] = []
        self._keys: list[Scalar | None] = []  # per open mapping: the key that waits for its value
        self._anchors: dict[str, Node | None] = {}  # None while the anchored node is still open
        self._anchored: list[str | None] = []
        self._nodes = 0
        self._root: Node | None = None

    def compose(self, events: Iterator[Any]) -> Node | None:
        documents = 0
        for event in events:
            match event:
                case yaml.ScalarEvent():
                    self._check(event)
                    self._place(self._scalar(event), event.anchor)
                case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                    self._check(event)
                    self._begin(event)
                case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                    self._end()
                case yaml.AliasEvent():
                    self._place(self._aliased(event), None)
                case yaml.DocumentStartEvent():
                    documents += 1
                    if documents > 1:
                        self._stop(
                            event, "A second document begins here.", "Keep one document in a file: take the `---` out."
                        )
        return self._root

    def _stop(self, event: Any, problem: str, remedy: str) -> None:
        mark = event.start_mark
        self._document.refuse(mark.line + 1, mark.column + 1, problem, remedy, self._path())
        raise _Stop

    def _path(self) -> str:
        steps = []
        for container, key in zip(self._open, self._keys, strict=True):
            if isinstance(container, Items):
                steps.append(str(len(container.items)))
            elif key is not None:
                steps.append(key.text)
        return ".".join(steps)

    def _check(self, event: Any) -> None:
        if event.tag and event.tag != "!":
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            self._stop(event, f"A policy has no tags such as '{tag}'.", "Take the tag out and write the value alone.")
        if event.anchor:
            self._anchors[event.anchor] = None

    def _scalar(self, event: Any) -> Scalar:
        mark = event.start_mark
        return Scalar(event.value, mark.line + 1, mark.column + 1, quoted=bool(event.style))

    def _begin(self, event: Any) -> None:
        mark = event.start_mark
        if len(self._open) >= DEEPEST:
            self._stop(event, f"This is nested deeper than {DEEPEST} levels.", "Check brackets and indentation.")
        kind = Entries if isinstance(event, yaml.MappingStartEvent) else Items
        self._open.append(kind(mark.line + 1, mark.column + 1))
        self._keys.append(None)
        self._anchored.append(event.anchor)

    def _end(self) -> None:
        node = self._open.pop()
        self._keys.pop()
        self._place(node, self._anchored.pop())

    def _aliased(self, event: Any) -> Node:
        node = self._anchors.get(event.anchor)
        if node is None:
            self._stop(
                event, f"'*{event.anchor}' names no finished '&{event.anchor}' above it.", "Write the value out."
            )
        assert node is not None
        return node

    def _place(self, node: Node, anchor: str | None) -> None:
        self._nodes += node.size
        if self._nodes > MOST_NODES:
            problem = f"The file holds more than {MOST_NODES} values, counting what aliases repeat."
            self._document.refuse(
                node.line, node.column, problem, "Write it shorter, without aliases of aliases.", self._path()
            )
            raise _Stop
        if anchor:
            self._anchors[anchor] = node
        if not self._open:
            self._root = node
            return
        container = self._open[-1]
        if isinstance(container, Items):
            container.items.append(node)
            container.size += node.size
        else:
            self._place_in_mapping(container, node)

    def _place_in_mapping(self, container: Entries, node: Node) -> None:
        key = self._keys[-1]
        if key is None:
            self._keys[-1] = self._key(node)
            return
        self._keys[-1] = None
        container.size += node.size
        first = container.entries.get(key.text)
        if first is None:
            container.entries[key.text] = (key, node)
            return
        above = ".".join(filter(None, (self._path(), key.text)))
        problem = f"The key '{key.text}' stands twice; the first is in line {first[0].line}."
        self._document.refuse(key.line, key.column, problem, "Keep one of the two.", above)

    def _key(self, node: Node) -> Scalar:
        if not isinstance(node, Scalar):
            self._document.refuse(
                node.line, node.column, f"A key cannot be {node.kind}.", "Write a name before the colon.", self._path()
            )
            raise _Stop
        if node.text == "<<" and not node.quoted:
            remedy = "Write the keys out: merge keys are not part of YAML 1.2."
            self._document.refuse(node.line, node.column, "Merge keys ('<<') are not read.", remedy, self._path())
            raise _Stop
        return node
