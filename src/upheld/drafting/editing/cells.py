"""The times of a clause as a table of fields, and the table back into the file. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from upheld.drafting.editing.source import Path, Source
from upheld.policy import Policy
from upheld.policy.model import Clause

FILE = "commitments.yaml"
SECTIONS = {"plan": "plans", "priority": "priorities", "category": "categories", "department": "departments"}
NONE = "none"  # as the policy writes "not promised"


@dataclass(frozen=True, slots=True)
class Cell:
    """One time: the values of the attributes that it is for, and its text; empty where nothing is promised."""

    key: tuple[str, ...]
    text: str

    @property
    def field(self) -> str:
        return "cell:" + "/".join(self.key)


@dataclass(frozen=True, slots=True)
class Grid:
    """The table of a clause. `axes` are the values of each attribute of `by`; one cell without a key is for everybody."""

    clause: str
    by: tuple[str, ...]
    axes: tuple[tuple[str, ...], ...]
    cells: Mapping[tuple[str, ...], Cell]


def grid_of(policy: Policy, clause: Clause, source: Source) -> Grid | None:
    """None for a series, which has no table."""
    if clause.within is None:
        return None
    by, here = clause.within.by, _within(source, clause.name)
    if not by:
        return Grid(clause.name, (), (), {(): Cell((), _shown(source.value(here)))})
    axes = tuple(_values(policy, attribute, clause, place) for place, attribute in enumerate(by))
    cells = {key: Cell(key, _shown(_written(source, here, key))) for key in product(*axes)}
    return Grid(clause.name, by, axes, cells)


def set_cells(source: Source, grid: Grid, typed: Mapping[tuple[str, ...], str]) -> list[tuple[str, ...]]:
    """Write the cells that differ from what stands there. Returns which."""
    here = _within(source, grid.clause)
    changed = [key for key, text in typed.items() if key in grid.cells and text.strip() != grid.cells[key].text]
    whole: dict[tuple[str, ...], dict[tuple[str, ...], str]] = {}
    for key in changed:
        text = typed[key].strip() or NONE
        depth = _depth(source, here, key)
        if depth == len(key):
            source.set([*here, *key], text)
        else:
            whole.setdefault(key[:depth], {})[key] = text
    for above, cells in whole.items():
        _widen(source, here, grid, above, cells)
    return changed


def path_of(source: Source, clause: str, key: Sequence[str]) -> str:
    """As problems name the place."""
    return ".".join([*map(str, _within(source, clause)), *key])


def _widen(
    source: Source, here: Path, grid: Grid, above: tuple[str, ...], cells: Mapping[tuple[str, ...], str]
) -> None:
    """Cells that had no place of their own: in a row that had one value for all, or none at all, or only an `else`."""
    node = source.value([*here, *above])
    if node is None:
        rows: dict[str, object] = {}
        for key, text in cells.items():
            _put(rows, key[len(above) :], text)
        for name, value in rows.items():
            source.add([*here, *above], name, value)
        return
    below: dict[str, object] = {}
    for rest in product(*grid.axes[len(above) :]):
        key = (*above, *rest)
        _put(below, rest, cells.get(key, grid.cells[key].text or NONE))
    source.set([*here, *above], below)


def _put(mapping: dict[str, object], key: Sequence[str], text: str) -> None:
    for step in key[:-1]:
        below = mapping.setdefault(step, {})
        assert isinstance(below, dict)
        mapping = below
    mapping[key[-1]] = text


def _depth(source: Source, here: Path, key: Sequence[str]) -> int:
    """How much of the key is written out in the file."""
    depth = 0
    while depth < len(key) and source.find([*here, *key[: depth + 1]]) is not None:
        depth += 1
    return depth


def _written(source: Source, here: Path, key: Sequence[str]) -> str | None:
    """What the file says for this cell: in its own place, for the whole row, or under `else`."""
    at = list(here)
    for step in key:
        if source.value(at) is not None:
            return source.value(at)
        at = [*at, step if source.find([*at, step]) is not None else "else"]
    return source.value(at)


def _within(source: Source, clause: str) -> list[str]:
    top = ["commitments"] if source.keys([]) == ["commitments"] else []
    return [*top, clause, "within"]


def _values(policy: Policy, attribute: str, clause: Clause, place: int) -> tuple[str, ...]:
    """What the attribute can be: what the policy declares, else what the table names."""
    declared = getattr(policy, SECTIONS.get(attribute, ""), None)
    if declared:
        return tuple(declared)
    table = clause.within.table if clause.within else None
    return tuple(dict.fromkeys(key[place] for key in table or {}))


def _shown(text: str | None) -> str:
    return "" if text in (None, NONE, "null", "~") else str(text)
