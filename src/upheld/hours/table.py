"""Open time as sorted stretches with prefix sums.

``starts`` and ``ends`` are the open stretches, disjoint and in order, touching ones joined.
``done[k]`` is the open time from the table's beginning to ``ends[k]``, and ``shift[k]`` is
``ends[k] - done[k]``: inside stretch k, instant minus ``shift[k]`` is the open time so far. The
first stretch is an empty one at the table's beginning, so an instant before the table is
found at index -1. The same four columns serve bisection in Python and in numpy.
"""

from collections.abc import Iterable
from itertools import accumulate
from typing import NamedTuple

from upheld.kernel.durations import Micros
from upheld.kernel.instants import Instant

Stretches = list[tuple[Instant, Instant]]


class Table(NamedTuple):
    """Never changed: a calendar that needs more years puts another in its place."""

    starts: list[Instant]
    ends: list[Instant]
    done: list[Micros]
    shift: list[Instant]
    until: Instant


EMPTY = Table([], [], [], [], 0)


def joined(pieces: Iterable[tuple[Instant, Instant]]) -> Stretches:
    """Pieces in order of start, with those that touch or overlap made one."""
    stretches: Stretches = []
    for start, end in pieces:
        if stretches and start <= stretches[-1][1]:
            if end > stretches[-1][1]:
                stretches[-1] = (stretches[-1][0], end)
        else:
            stretches.append((start, end))
    return stretches


def tabulate(since: Instant, until: Instant, stretches: Stretches) -> Table:
    """The table of joined stretches that lie within [since, until)."""
    starts = [since, *(start for start, _ in stretches)]
    ends = [since, *(end for _, end in stretches)]
    done = list(accumulate(end - start for start, end in zip(starts, ends, strict=True)))
    shift = [end - open_time for end, open_time in zip(ends, done, strict=True)]
    return Table(starts, ends, done, shift, until)
