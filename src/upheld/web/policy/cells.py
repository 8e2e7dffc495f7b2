"""The table of a clause with what became of each cell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from upheld.kernel.durations import format_duration
from upheld.policy import Policy
from upheld.policy.chapters.commitments import value_words
from upheld.policy.model import Clause
from upheld.reports.attainment import Figures
from upheld.web.policy.evidence import share_words


@dataclass(frozen=True, slots=True)
class Cell:
    """What is promised in a cell and how often it was kept; `count` is of how many."""

    promise: str
    share: str = "–"
    count: int = 0
    missed: int = 0


@dataclass(frozen=True, slots=True)
class Grid:
    columns: list[str]
    rows: list[tuple[str, list[Cell]]]


def grid(
    policy: Policy, clause: Clause, counted: Mapping[tuple[str, ...], Figures], language: str = "en"
) -> Grid | None:
    """Rows for the first attribute and columns for the second, or one row for each value. None where nothing is a table."""
    within = clause.within
    if within is None or within.table is None or not 1 <= len(within.by) <= 2:
        return None

    def cell(key: tuple[str, ...]) -> Cell:
        assert within is not None
        assert within.table is not None
        time = within.table.get(key, within.otherwise)
        figures = counted.get(key, Figures())
        promise = "not promised" if time is None else format_duration(time)
        return Cell(promise, share_words(figures.share), figures.decided, figures.breached)

    heads = list(dict.fromkeys(key[0] for key in within.table))
    named = [(head, value_words(policy, within.by[0], head, language)) for head in heads]
    if len(within.by) == 1:
        return Grid([], [(name, [cell((str(head),))]) for head, name in named])
    others = list(dict.fromkeys(key[1] for key in within.table))
    columns = [value_words(policy, within.by[1], other, language) for other in others]
    return Grid(columns, [(name, [cell((str(head), str(other))) for other in others]) for head, name in named])
