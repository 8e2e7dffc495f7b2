"""A desk played through by chance: tickets come, agents take the one that is due first, promises are kept or missed.

Discrete events. What comes, how long it takes and how long people wait is drawn first, from the seed alone, so that two
staffings are compared on the very same tickets. An agent whose shift ends finishes the piece of work at hand. With one promise
for all, work is done in order of arrival and more agents never make anybody wait longer. With several, that holds on average and
not for each ticket: an agent who is free may take up something long a moment before something urgent comes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from math import inf, nan

import numpy as np
from numpy.typing import NDArray

from upheld.policy.staffing.desk import WEEK_HOURS, WEEK_SECONDS, Desk, due_seconds

Floats = NDArray[np.float64]
PATIENT_WEEKS = 4  # how long after the last arrival a backlog is still worked on


@dataclass(frozen=True, slots=True)
class Drawn:
    """All that comes in one run, in order of arrival. `dues` has one row for each clause; infinite where it promises nothing."""

    arrivals: Floats
    handling: Floats
    patience: Floats
    works: NDArray[np.int64]
    dues: Floats
    until: float


@dataclass(frozen=True, slots=True)
class Played:
    """When each was taken up, not a number where never; and the seconds that agents worked, by hour of the week."""

    started: Floats
    gave_up: NDArray[np.bool_]
    busy: Floats


def draw(desk: Desk, *, weeks: int, seed: int, replication: int = 0) -> Drawn:
    """What comes in so many weeks. The same seed draws the same, whatever the agents."""
    chance = np.random.default_rng([seed, replication])
    rates = np.tile(np.asarray(desk.rates, dtype=np.float64), weeks)
    counts = chance.poisson(rates)
    hours = np.repeat(np.arange(len(rates)), counts)
    arrivals = np.sort((hours + chance.random(len(hours))) * 3600)
    size = len(arrivals)
    weights = np.asarray([work.weight for work in desk.works], dtype=np.float64)
    works = chance.choice(len(weights), size, p=weights / weights.sum())
    handling = desk.handling.draw(chance, size)
    patience = np.full(size, inf) if desk.patience is None else desk.patience.draw(chance, size)
    return Drawn(arrivals, handling, patience, works, _dues(desk, arrivals, works), weeks * WEEK_SECONDS)


def play(drawn: Drawn, agents: Sequence[int]) -> Played:
    """Let agents, so many in each hour of the week, work on it: what is due first is done first, among equals what came first."""
    tightest = drawn.dues.min(axis=0) if len(drawn.dues) else np.full(len(drawn.arrivals), inf)
    arrivals, work, patience = drawn.arrivals.tolist(), drawn.handling.tolist(), drawn.patience.tolist()
    order: list[float] = tightest.tolist()
    started = [nan] * len(arrivals)
    gave_up = [False] * len(arrivals)
    changes = [hour for hour in range(WEEK_HOURS) if agents[hour] != agents[hour - 1]]
    end = drawn.until + PATIENT_WEEKS * WEEK_SECONDS
    waiting: list[tuple[float, int]] = []
    working: list[float] = []
    coming, size = 0, len(arrivals)
    next_arrival = arrivals[0] if size else inf
    capacity, turn = agents[0], 0
    next_change = _change(changes, turn)
    while True:
        free_at = working[0] if working else inf
        now = min(next_arrival, free_at, next_change)
        if now >= end or (not waiting and next_arrival == inf):
            break
        if now == free_at:
            heappop(working)
        elif now == next_change:
            capacity = agents[changes[turn % len(changes)]]
            turn += 1
            next_change = _change(changes, turn)
        else:
            heappush(waiting, (order[coming], coming))
            coming += 1
            next_arrival = arrivals[coming] if coming < size else inf
        while waiting and len(working) < capacity:
            one = heappop(waiting)[1]
            if now > arrivals[one] + patience[one]:
                gave_up[one] = True
                continue
            started[one] = now
            heappush(working, now + work[one])
    for _, one in waiting:
        gave_up[one] = arrivals[one] + patience[one] < end
    began = np.asarray(started)
    return Played(began, np.asarray(gave_up, dtype=np.bool_), _busy(began, drawn.handling, drawn.until))


def _change(changes: Sequence[int], turn: int) -> float:
    if not changes:
        return inf
    weeks, place = divmod(turn, len(changes))
    hour = changes[place]
    if turn == 0 and hour == 0:
        return 0.0
    return float(weeks * WEEK_SECONDS + hour * 3600)


def _dues(desk: Desk, arrivals: Floats, works: NDArray[np.int64]) -> Floats:
    dues = np.full((len(desk.clauses), len(arrivals)), inf)
    for number, work in enumerate(desk.works):
        mine = np.flatnonzero(works == number)
        for promise in work.promises:
            if len(mine):
                dues[desk.clauses.index(promise.clause), mine] = due_seconds(promise, arrivals[mine], desk.begins_at)
    return dues


def _busy(started: Floats, handling: Floats, until: float) -> Floats:
    """Seconds of work in each hour of the week; long pieces count in every hour that they reach into."""
    done = np.zeros(WEEK_HOURS)
    begun = np.flatnonzero(~np.isnan(started) & (started < until))
    starts, ends = started[begun], np.minimum(started[begun] + handling[begun], until)
    while len(starts):
        hours = np.floor(starts / 3600)
        stops = np.minimum(ends, (hours + 1) * 3600)
        np.add.at(done, hours.astype(np.int64) % WEEK_HOURS, stops - starts)
        further = stops < ends
        starts, ends = stops[further], ends[further]
    return done
