"""Open time in numpy arrays: what ``Calendar.add`` and ``between`` do, many at once.

numpy's own bisection costs some 70 ns an element. Instead the columns of a table are cut into
equal buckets that hold a few entries each, so a position is a shift, a look-up and a few
comparisons. Work goes in blocks that stay in the processor's cache.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from upheld.hours.table import Table

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from upheld.hours.calendar import Calendar

    Ints = NDArray[np.int64]

_BLOCK = 1 << 14
_BUCKETS_PER_ENTRY = 8
_MOST_IN_BUCKET = 4
_HIGHEST = np.iinfo(np.int64).max


def add_many(calendar: "Calendar", starts_us: "ArrayLike", open_us: "ArrayLike") -> "Ints":
    """See Calendar.add_many."""
    starts, durations, shape = _alike(starts_us, open_us)
    if not starts.size:
        return starts.reshape(shape)
    if durations.min() < 0:
        raise ValueError("Open time to add cannot be negative")
    while True:
        columns = _columns(calendar, starts)
        wanted = _in_blocks(lambda some, more, kept=columns: kept.open_until(some) + more, starts, durations)
        if wanted.max() <= columns.table.done[-1]:
            break
        # one by one for the furthest: it lets the table grow, or says why it cannot
        furthest = int(wanted.argmax())
        calendar.add(int(starts[furthest]), int(durations[furthest]))
    ends = _in_blocks(columns.instant_of, wanted)
    return np.where(durations == 0, starts, ends).reshape(shape)


def between_many(calendar: "Calendar", starts_us: "ArrayLike", ends_us: "ArrayLike") -> "Ints":
    """See Calendar.between_many."""
    starts, ends, shape = _alike(starts_us, ends_us)
    if not starts.size:
        return starts.reshape(shape)
    if (ends < starts).any():
        raise ValueError("Open time runs from a start to an end that is not before it")
    columns = _columns(calendar, starts, ends)

    def measured(some_starts: "Ints", some_ends: "Ints") -> "Ints":
        return columns.open_until(some_ends) - columns.open_until(some_starts)

    return _in_blocks(measured, starts, ends).reshape(shape)


class _Ranks:
    """How many of the sorted ``entries`` lie below each value, or at it as well."""

    def __init__(self, entries: "Ints", until: int, *, at_too: bool) -> None:
        self._entries = entries
        self._compare: Any = np.less_equal if at_too else np.less
        self._side: Literal["left", "right"] = "right" if at_too else "left"
        self._first = int(entries[0])
        self._bits = ((until - self._first) // (_BUCKETS_PER_ENTRY * len(entries))).bit_length()
        buckets = ((until - self._first) >> self._bits) + 2
        edges = self._first + (np.arange(buckets, dtype=np.int64) << self._bits)
        self._at_edge = np.searchsorted(entries, edges, self._side)
        self._passes = int(np.diff(self._at_edge).max())
        self._padded = np.append(entries, _HIGHEST)

    def __call__(self, values: "Ints") -> "Ints":
        """Values lie between the first entry and ``until``."""
        if self._passes > _MOST_IN_BUCKET:
            return np.searchsorted(self._entries, values, self._side)
        buckets = values - self._first
        buckets >>= self._bits
        ranks: Ints = self._at_edge.take(buckets)
        for _ in range(self._passes):
            ranks += self._compare(self._padded.take(ranks), values)
        return ranks


class _Columns(NamedTuple):
    table: Table
    ends: "Ints"
    shift: "Ints"
    stretch_at: _Ranks
    stretch_after: _Ranks

    def open_until(self, instants: "Ints") -> "Ints":
        """Open time from the table's beginning."""
        at = self.stretch_at(instants)
        at -= 1
        open_time = np.minimum(instants, self.ends.take(at))
        open_time -= self.shift.take(at)
        return open_time

    def instant_of(self, open_time: "Ints") -> "Ints":
        """The earliest instant at which so much open time has passed since the table's beginning."""
        instants = self.shift.take(self.stretch_after(open_time))
        instants += open_time
        return instants


_kept: "WeakKeyDictionary[Calendar, _Columns]" = WeakKeyDictionary()


def _columns(calendar: "Calendar", *instants: "Ints") -> _Columns:
    first, last = min(int(some.min()) for some in instants), max(int(some.max()) for some in instants)
    table = calendar.covering(first, last)
    columns = _kept.get(calendar)
    if columns is None or columns.table is not table:
        starts, ends, done, shift = (np.array(column, dtype=np.int64) for column in table[:4])
        columns = _Columns(
            table,
            ends,
            shift,
            stretch_at=_Ranks(starts, table.until, at_too=True),
            stretch_after=_Ranks(done, table.done[-1], at_too=False),
        )
        _kept[calendar] = columns
    return columns


def _in_blocks(work: "Callable[..., Ints]", *arrays: "Ints") -> "Ints":
    results = np.empty_like(arrays[0])
    for begin in range(0, results.size, _BLOCK):
        block = slice(begin, begin + _BLOCK)
        results[block] = work(*(array[block] for array in arrays))
    return results


def _alike(*given: "ArrayLike") -> "tuple[Ints, Ints, tuple[int, ...]]":
    arrays = [np.asarray(values) for values in given]
    for array in arrays:
        if array.size and array.dtype.kind not in "iu":
            raise TypeError(f"Instants and durations are whole microseconds, not {array.dtype}")
    one, other = np.broadcast_arrays(*arrays)
    return one.astype(np.int64).ravel(), other.astype(np.int64).ravel(), one.shape
