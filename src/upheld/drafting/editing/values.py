"""Names, sentences and figures, one field for each single value that stands in the file. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from upheld.drafting.editing.source import Source, Step


@dataclass(frozen=True, slots=True)
class Value:
    """One single value of a file: where it stands and what it says."""

    path: tuple[Step, ...]
    text: str

    @property
    def field(self) -> str:
        return "value:" + "/".join(map(str, self.path))

    @property
    def key(self) -> str:
        """As problems name the place."""
        return ".".join(map(str, self.path))


def values_under(source: Source, section: str, name: str, keys: Sequence[str]) -> list[Value]:
    """The values of these keys of one named thing; of a thing that is written as a name alone, that name."""
    here = (section, name)
    alone = source.value(here)
    if alone is not None:
        return [Value(here, alone)] if "name" in keys else []
    return [Value(path, source.value(path) or "") for key in keys for path in _single(source, (*here, key))]


def set_values(source: Source, values: Sequence[Value], typed: Mapping[str, str]) -> list[Value]:
    """Write what differs. Returns which. Blanks at the ends and line breaks do not matter."""
    changed = []
    for value in values:
        text = " ".join(typed.get(value.field, value.text).split())
        if text != " ".join(value.text.split()) and text:
            source.set(value.path, text)
            changed.append(value)
    return changed


def _single(source: Source, path: tuple[Step, ...]) -> Iterator[tuple[Step, ...]]:
    for leaf in source.leaves(path):
        if "by" not in leaf[len(path) :]:
            yield leaf
