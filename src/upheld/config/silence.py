"""Which workers fell silent, by our own watch.

A worker writes the time down every few seconds as a word that it lives. The time itself is not asked, since a clock that is put
forward would make everybody look dead, and one that is put back would let the dead look alive for hours: what counts is that
the word was seen not to change for so many seconds of our own, which no clock moves.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

ENOUGH: Final = 5
"""Looks in which a word was the same. Whoever lives writes a new one about as often as somebody looks."""
LEAP: Final = 30.0
"""Seconds that the clock of the wall moves in one look before it counts as put forward or back."""


@dataclass(frozen=True, slots=True)
class _Seen:
    word: object
    since: float
    looks: int = 1


@dataclass(slots=True)
class Watch:
    """`seconds` is how long a word may stand unchanged."""

    seconds: float
    _seen: dict[int, _Seen] = field(default_factory=dict)

    def silent(self, words: Mapping[int, object], now: float) -> list[int]:
        """Who has said nothing new, of those whose last words are these. `now` is of a clock that nobody moves.

        Also ENOUGH looks are needed: when nobody could write and nobody could look, since the database was away, those who live
        write again between the next looks.
        """
        before = self._seen
        self._seen = {worker: _again(before.get(worker), word, now) for worker, word in words.items()}
        return [
            worker for worker, seen in self._seen.items() if now - seen.since >= self.seconds and seen.looks >= ENOUGH
        ]


def _again(before: _Seen | None, word: object, now: float) -> _Seen:
    return _Seen(word, now) if before is None or before.word != word else replace(before, looks=before.looks + 1)


async def until_the_clock_leaps(every: float = 1.0) -> float:
    """Return when the clock of the wall was put forward or back, and by how many seconds. A machine that slept leaps too."""
    before = time.time() - time.monotonic()
    while True:
        await asyncio.sleep(every)
        now = time.time() - time.monotonic()
        if abs(now - before) > LEAP:
            return now - before
        before = now
