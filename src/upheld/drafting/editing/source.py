"""A YAML file as text with places: single values, entries and items are cut out and put in, and the rest stays byte for byte.

A round trip through a YAML writer would set indents, quotes and line breaks anew; here only the marked spans are replaced.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import yaml

from upheld.drafting.editing.writing import flow, like

Step = str | int
Path = Sequence[Step]
_LOADER: Any = yaml.BaseLoader  # written in Python: its marks count characters


class NotEditable(ValueError):
    """The file is written in a way that a form cannot change safely; the message says why."""


class Source:
    """One file. Edits gather, none of them may touch the place of another, and `text()` carries them out."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self._bom = "\ufeff" if text.startswith("\ufeff") else ""
        self._text = text.removeprefix("\ufeff")
        self._newline = "\r\n" if "\r\n" in self._text else "\n"
        self._edits: list[tuple[int, int, str]] = []
        try:
            events = list(yaml.parse(self._text, Loader=_LOADER))
            self._has_aliases = any(isinstance(event, yaml.AliasEvent) for event in events)
            self.root: Any = yaml.compose(self._text, Loader=_LOADER)
        except yaml.YAMLError:
            raise NotEditable(f"{name} is not valid YAML; mend it in the editor first.") from None

    # -- reading ------------------------------------------------------------------------------------------------------

    def find(self, path: Path) -> Any:
        """The node at the path, or None."""
        node = self.root
        for step in path:
            if isinstance(node, yaml.MappingNode):
                node = next((value for key, value in node.value if key.value == str(step)), None)
            elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
                node = node.value[step]
            else:
                return None
        return node

    def value(self, path: Path) -> str | None:
        """The text of a single value as it is written, without its quotes; None when there is no single value."""
        node = self.find(path)
        return str(node.value) if isinstance(node, yaml.ScalarNode) else None

    def keys(self, path: Path) -> list[str]:
        node = self.find(path)
        return [key.value for key, _ in node.value] if isinstance(node, yaml.MappingNode) else []

    def items(self, path: Path) -> int:
        node = self.find(path)
        return len(node.value) if isinstance(node, yaml.SequenceNode) else 0

    def plain(self, path: Path) -> Any:
        """The node as dicts, lists and texts."""
        return _plain(self.find(path))

    def leaves(self, path: Path) -> list[tuple[Step, ...]]:
        """The paths of every single value below, in the order of the file."""
        return list(_leaves(self.find(path), tuple(path)))

    # -- changing -----------------------------------------------------------------------------------------------------

    def set(self, path: Path, value: Any) -> None:
        """Put a value in the place of what stands there; a text keeps the quotes that were around the old one."""
        node = self._editable(path)
        if node is None:
            self.add(path[:-1], str(path[-1]), value)
        elif isinstance(node, yaml.ScalarNode) and isinstance(value, str):
            if node.value != value:
                self._replace_scalar(node, value)
        elif _plain(node) != value:
            start, end = node.start_mark.index, self._end(node)
            if isinstance(node, yaml.ScalarNode):
                self._replace_scalar(node, value)
            elif node.flow_style:
                self._edits.append((start, end, flow(value)))
            else:
                self._replace_block(path, end, value)

    def rename(self, path: Path, name: str) -> None:
        """Give an entry another key."""
        key, _ = self._entry(path)
        self._edits.append((key.start_mark.index, key.end_mark.index, like(name, key.style)))

    def add(self, path: Path, key: str, value: Any) -> None:
        """A new entry at the end of the mapping at `path`."""
        node = self._editable(path)
        if not isinstance(node, yaml.MappingNode):
            raise NotEditable(f"{self.name} has no mapping at {'.'.join(map(str, path)) or 'its top'}.")
        if node.flow_style:
            self._add_flow(node, f"{flow(key)}: {flow(value)}", [value for _, value in node.value])
            return
        first = node.value[0][0].start_mark
        self._insert_lines(self._line_end(self._end(node)), first.column, f"{flow(key)}: {flow(value)}")

    def copy(self, path: Path, key: str, *, changed: Mapping[str, str] | None = None) -> None:
        """A new entry beside the one at `path`, written as that one is; `changed` gives single values below other texts."""
        old, node = self._entry(path)
        parent = self._editable(path[:-1])
        end = self._end(node)
        text = like(key, old.style) + self._between(old.end_mark.index, end, node, changed or {})
        if parent.flow_style:
            self._edits.append((end, end, f", {text}"))
        else:
            at = self._line_end(end)
            indent = " " * old.start_mark.column
            lead = "" if at == 0 or self._text[at - 1 : at] == "\n" else self._newline
            self._edits.append((at, at, f"{lead}{indent}{text}{self._newline}"))

    def remove(self, path: Path) -> None:
        """Take out an entry or an item, with its lines where it has lines of its own."""
        parent = self._editable(path[:-1])
        index = self._index(parent, path[-1])
        if index is None:
            raise NotEditable(f"{'.'.join(map(str, path))} is not in {self.name}.")
        spans = [self._span(parent, child) for child in parent.value]
        if len(spans) == 1:
            raise NotEditable("The last one cannot be taken out by a form.")
        start, end = spans[index]
        if parent.flow_style:
            cut = (spans[index - 1][1], end) if index else (start, spans[1][0])
        else:
            cut = (self._text.rfind("\n", 0, start) + 1, self._line_end(end))
        self._edits.append((*cut, ""))

    def append(self, path: Path, value: Any) -> None:
        """A new item at the end of the list at `path`."""
        node = self._editable(path)
        if not isinstance(node, yaml.SequenceNode):
            raise NotEditable(f"{self.name} has no list at {'.'.join(map(str, path))}.")
        if node.flow_style:
            self._add_flow(node, flow(value), node.value)
            return
        self._insert_lines(self._line_end(self._end(node)), node.start_mark.column, f"- {flow(value)}")

    def text(self) -> str:
        """The file with all edits. Edits of one place stand in the order in which they were made."""
        parts, at = [], 0
        for start, end, new in sorted(self._edits, key=lambda edit: edit[:2]):
            if start < at:
                raise NotEditable("Two changes touch the same place; make them one after the other.")
            parts += [self._text[at:start], new]
            at = end
        return self._bom + "".join(parts) + self._text[at:]

    # -- where things stand -------------------------------------------------------------------------------------------

    def refuse_aliases(self) -> None:
        """Raises NotEditable where parts are repeated by anchors: a change here would change them elsewhere."""
        if self._has_aliases:
            raise NotEditable(f"{self.name} repeats parts by anchors (&…, *…); change it in the editor.")

    def _editable(self, path: Path) -> Any:
        self.refuse_aliases()
        return self.find(path)

    def _entry(self, path: Path) -> tuple[Any, Any]:
        parent = self._editable(path[:-1])
        if isinstance(parent, yaml.MappingNode):
            for key, value in parent.value:
                if key.value == str(path[-1]):
                    return key, value
        raise NotEditable(f"{'.'.join(map(str, path))} is not in {self.name}.")

    def _index(self, parent: Any, step: Step) -> int | None:
        if isinstance(parent, yaml.SequenceNode):
            return step if isinstance(step, int) and step < len(parent.value) else None
        names = [key.value for key, _ in parent.value] if isinstance(parent, yaml.MappingNode) else []
        return names.index(str(step)) if str(step) in names else None

    def _span(self, parent: Any, child: Any) -> tuple[int, int]:
        if isinstance(parent, yaml.MappingNode):
            key, value = child
            return key.start_mark.index, self._end(value)
        start = child.start_mark.index if parent.flow_style else self._text.rfind("-", 0, child.start_mark.index)
        return start, self._end(child)

    def _end(self, node: Any) -> int:
        """Where its last letter ends. The parser's own mark of a block lies behind the comments that follow it."""
        if isinstance(node, yaml.ScalarNode):
            end: int = node.end_mark.index
            return len(self._text[:end].rstrip()) if node.style in ("|", ">") else end
        if node.flow_style or not node.value:
            flow_end: int = node.end_mark.index
            return flow_end
        last = node.value[-1]
        return self._end(last[1] if isinstance(node, yaml.MappingNode) else last)

    def _line_end(self, at: int) -> int:
        found = self._text.find("\n", at)
        return len(self._text) if found < 0 else found + 1

    # -- writing ------------------------------------------------------------------------------------------------------

    def _replace_scalar(self, node: Any, value: Any) -> None:
        start, end = node.start_mark.index, self._end(node)
        new = like(value, node.style) if isinstance(value, str) else flow(value)
        lead = " " if start and self._text[start - 1] == ":" else ""
        self._edits.append((start, end, lead + new))

    def _replace_block(self, path: Path, end: int, value: Any) -> None:
        key, _ = self._entry(path)
        self._edits.append((key.end_mark.index, end, f": {flow(value)}"))

    def _between(self, start: int, end: int, node: Any, changed: Mapping[str, str]) -> str:
        """The text of a part, with single values of it changed."""
        text, at = [], start
        for key, new in changed.items():
            below = next((v for k, v in node.value if k.value == key), None) if hasattr(node, "value") else None
            if isinstance(below, yaml.ScalarNode):
                text += [self._text[at : below.start_mark.index], like(new, below.style)]
                at = self._end(below)
        return "".join(text) + self._text[at:end]

    def _add_flow(self, node: Any, new: str, children: Sequence[Any]) -> None:
        if children:
            at = self._end(children[-1])
            self._edits.append((at, at, f", {new}"))
        else:
            at = node.end_mark.index - 1
            self._edits.append((at, at, new))

    def _insert_lines(self, at: int, column: int, line: str) -> None:
        lead = "" if at == 0 or self._text[at - 1] == "\n" else self._newline
        self._edits.append((at, at, f"{lead}{' ' * column}{line}{self._newline}"))


def _plain(node: Any) -> Any:
    if isinstance(node, yaml.MappingNode):
        return {key.value: _plain(value) for key, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item) for item in node.value]
    return None if node is None else node.value


def _leaves(node: Any, path: tuple[Step, ...]) -> Iterable[tuple[Step, ...]]:
    if isinstance(node, yaml.ScalarNode):
        yield path
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _leaves(value, (*path, key.value))
    elif isinstance(node, yaml.SequenceNode):
        for number, item in enumerate(node.value):
            yield from _leaves(item, (*path, number))
