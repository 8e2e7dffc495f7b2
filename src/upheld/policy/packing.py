"""Subjects put aside while a long history is folded, so that memory holds those of which something is heard, and not all.

A fold is packed into some hundred bytes and unpacked to exactly what it was. What is packed lies in a temporary file, which the
system takes away with the process; whether a key lies there at all is mostly answered by a few bits.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import msgspec

from upheld.policy.clockwork import Cycle
from upheld.policy.fold import SubjectFold
from upheld.policy.promises import Promises
from upheld.policy.states import CommitmentState

if TYPE_CHECKING:
    import sqlite3

PLAIN = frozenset({str, int, bool, float, tuple, dict, type(None)})  # what comes back as it went
BITS = 1 << 25  # four megabytes; with a million keys in it, one answer in 300 is a needless look
CYCLE = (
    "number", "began", "since", "used", "phase", "aside", "ended", "due", "used_when_due", "is_ticking", "target", "threshold",
)  # fmt: skip


class _Running(msgspec.Struct, array_like=True, gc=False):
    position: int
    plain: tuple[Any, ...]
    calendar: str
    terms: tuple[bool, str | None, int, bool]
    marks: tuple[tuple[str, int], ...]
    pending: tuple[tuple[int, str], ...]


class _Packed(msgspec.Struct, array_like=True, gc=False):
    at: int
    attributes: dict[str, Any]
    waiting: dict[int, int]
    past: list[CommitmentState]
    running: list[_Running]


_plain = attrgetter(*CYCLE)
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Packed).decode


def pack(run: SubjectFold) -> bytes | None:
    """The fold as bytes; None for one that has to stay as it is: with traces, a series, or attributes of no plain kind."""
    if run.traces is not None or not all(type(one) in PLAIN for one in run.attributes.values()):
        return None
    running = []
    for position, one in run.open.items():
        if not isinstance(one, Cycle) or one.past:
            return None
        terms = one.terms
        name = None if terms.calendar is None else terms.calendar.name
        answer = (terms.is_promised, name, terms.target, terms.is_paused)
        running.append(_Running(position, _plain(one), one.calendar.name, answer, one.marks, one.pending))
    try:
        return _encode(_Packed(run.at, run.attributes, run.waiting, run.past, running))
    except (TypeError, ValueError, OverflowError):
        return None


def unpack(promises: Promises, raw: bytes) -> SubjectFold:
    """The fold again, under the same promises."""
    packed = _decode(raw)
    run = SubjectFold(promises)
    run.at, run.waiting, run.past = packed.at, packed.waiting, packed.past
    run.attributes = {name: tuple(one) if type(one) is list else one for name, one in packed.attributes.items()}
    for one in packed.running:
        cycle = run.open[one.position] = Cycle.__new__(Cycle)
        promise = promises.in_order[one.position]
        for field, value in zip(CYCLE, one.plain, strict=True):
            setattr(cycle, field, value)
        cycle.promise, cycle.trace, cycle.past = promise, None, ()
        cycle.calendar = promise.calendar(one.calendar)
        cycle.terms = promise.terms_of(one.terms)
        cycle.marks, cycle.pending = one.marks, one.pending
    return run


class Shelf:
    """Packed folds by key, each with its place in the order in which subjects were first heard of."""

    def __init__(self) -> None:
        self._known = bytearray(BITS // 8)
        self._file: sqlite3.Connection | None = None

    def put(self, packed: Iterable[tuple[int, str, bytes]]) -> None:
        """Put folds aside, in one go; those that lay there under the same place are replaced."""
        if self._file is None:
            self._file = _temporary()
        rows = list(packed)
        self._file.execute("BEGIN")
        self._file.executemany("INSERT OR REPLACE INTO packed VALUES (?, ?, ?)", rows)
        self._file.execute("COMMIT")
        known = self._known
        for _, key, _ in rows:
            one, other = _bits(key)
            known[one >> 3] |= 1 << (one & 7)
            known[other >> 3] |= 1 << (other & 7)

    def find(self, key: str) -> tuple[int, bytes] | None:
        """Place and bytes of what lies under the key. It stays there until it is put again, or passed over in `rows`."""
        known, (one, other) = self._known, _bits(key)
        if not (known[one >> 3] >> (one & 7) & 1 and known[other >> 3] >> (other & 7) & 1) or self._file is None:
            return None
        found = self._file.execute("SELECT place, body FROM packed WHERE key = ?", (key,)).fetchone()
        return None if found is None else (found[0], found[1])

    def rows(self) -> Iterator[tuple[int, str, bytes]]:
        """Everything, by place."""
        if self._file is not None:
            yield from self._file.execute("SELECT place, key, body FROM packed ORDER BY place")


def _temporary() -> sqlite3.Connection:
    import sqlite3

    file = sqlite3.connect("", isolation_level=None)
    for line in ("page_size = 16384", "journal_mode = OFF", "synchronous = OFF", "cache_size = -8000"):
        file.execute(f"PRAGMA {line}")
    file.execute("CREATE TABLE packed (place INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, body BLOB NOT NULL)")
    return file


def _bits(key: str) -> tuple[int, int]:
    mixed = hash(key)
    return mixed & (BITS - 1), (mixed >> 25) & (BITS - 1)
