"""Which workers fell silent, by our own watch.

A worker writes the time down every few seconds as a word that it lives. The time itself is not asked, since a clock that is put
forward would make everybody look dead, and one that is put back would let the dead look alive for hours: what counts is that
the word was seen not to change for so many seconds of our own, which no clock moves.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

LEAP: Final = 30.0
"""Seconds that the clock of the wall moves in one look before it counts as put forward or back."""


@dataclass(slots=True)
class Watch:
    """`seconds` is how long a word may stand unchanged."""

    seconds: float
    _seen: dict[int, tuple[object, float]] = field(default_factory=dict)
    _looked_at: float = 0.0

    def silent(self, words: Mapping[int, object], now: float) -> list[int]:
        """Who has said nothing new, of those whose last words are these. `now` is of a clock that nobody moves.

        Whoever could not look for that long, because the database was away, begins to watch anew.
        """
        if now - self._looked_at >= self.seconds:
            self._seen.clear()
        self._looked_at = now
        before = self._seen
        self._seen = {
            worker: before[worker] if worker in before and before[worker][0] == word else (word, now)
            for worker, word in words.items()
        }
        return [worker for worker, (_, since) in self._seen.items() if now - since >= self.seconds]


async def until_the_clock_leaps(every: float = 1.0) -> float:
    """Return when the clock of the wall was put forward or back, and by how many seconds. A machine that slept leaps too."""
    before = time.time() - time.monotonic()
    while True:
        await asyncio.sleep(every)
        now = time.time() - time.monotonic()
        if abs(now - before) > LEAP:
            return now - before
        before = now
