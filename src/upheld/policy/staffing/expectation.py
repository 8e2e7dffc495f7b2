"""What a desk may expect of its promises: shares kept with their confidence, waiting, utilisation, and agents needed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil, sqrt
from statistics import NormalDist, fmean, stdev
from typing import Any

import numpy as np

from upheld.policy.staffing.desk import WEEK_HOURS, WEEK_SECONDS, Desk
from upheld.policy.staffing.queueing import Drawn, Played, draw, play

HIGHEST_UTILISATION = 0.92
MANY = 100_000  # agents, as good as any number
WITHIN = 0.01
WARM_UP, COOL_DOWN = 1, 1  # weeks that are played and not counted


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over replications, and how far off it may be."""

    mean: float
    give_or_take: float

    @property
    def bounds(self) -> tuple[float, float]:
        return self.mean - self.give_or_take, self.mean + self.give_or_take


def estimate(values: Sequence[float], *, confidence: float = 0.95) -> Estimate:
    """Student's interval; of one value nothing is known of how far off it is."""
    if len(values) < 2:
        return Estimate(values[0] if values else 0.0, 1.0)
    return Estimate(fmean(values), student(confidence, len(values) - 1) * stdev(values) / sqrt(len(values)))


def student(confidence: float, freedom: int) -> float:
    """The two-sided quantile of Student's t, by G. W. Hill's expansion about the normal one; good to 1 % from 5 degrees on."""
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    one = (z**3 + z) / 4
    two = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    three = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    return z + one / freedom + two / freedom**2 + three / freedom**3


def replicate(desk: Desk, agents: Sequence[int], *, weeks: int, seed: int, replication: int) -> dict[str, Any]:
    """One run of so many counted weeks, as figures: plain values that can be kept between two chunks of the work."""
    drawn = draw(desk, weeks=weeks + WARM_UP + COOL_DOWN, seed=seed, replication=replication)
    played = play(drawn, agents)
    counted = (drawn.arrivals >= WARM_UP * WEEK_SECONDS) & (drawn.arrivals < (WARM_UP + weeks) * WEEK_SECONDS)
    waits = np.where(played.gave_up, drawn.patience, played.started - drawn.arrivals)[counted]
    taken = waits[~np.isnan(waits)]
    paid = sum(agents) * 3600 * (weeks + WARM_UP + COOL_DOWN)
    return {
        "tickets": int(counted.sum()),
        "kept": _kept(desk, drawn, played, counted),
        "waits": float((taken > 0).mean()) if len(taken) else 0.0,
        "mean_wait": float(taken.mean()) if len(taken) else 0.0,
        "wait_95": float(np.quantile(taken, 0.95)) if len(taken) else 0.0,
        "gave_up": float(played.gave_up[counted].mean()) if counted.any() else 0.0,
        "utilisation": float(played.busy.sum() / paid) if paid else 0.0,
        "busy": (played.busy / 3600 / (weeks + WARM_UP + COOL_DOWN)).round(4).tolist(),
    }


def expectation(desk: Desk, replications: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The replications as one: by clause the share kept, and how the desk fared."""
    found: dict[str, Any] = {
        "tickets_a_week": sum(desk.rates),
        "replications": len(replications),
        "clauses": [
            {
                "clause": clause,
                **_told([one["kept"][clause] for one in replications if one["kept"][clause] is not None]),
            }
            for clause in desk.clauses
        ],
        "busy": [fmean(one["busy"][hour] for one in replications) for hour in range(WEEK_HOURS)],
    }
    for name in ("waits", "mean_wait", "wait_95", "gave_up", "utilisation"):
        found[name] = _told([one[name] for one in replications])
    return found


def _told(values: Sequence[float]) -> dict[str, float | None]:
    if not values:
        return {"mean": None, "give_or_take": None}
    found = estimate(values)
    return {"mean": found.mean, "give_or_take": found.give_or_take}


def _kept(desk: Desk, drawn: Drawn, played: Played, counted: Any) -> dict[str, float | None]:
    answered = played.started if desk.answered_at_start else played.started + drawn.handling
    shares: dict[str, float | None] = {}
    for number, clause in enumerate(desk.clauses):
        dues = drawn.dues[number]
        promised = counted & np.isfinite(dues)
        # Who was never taken up was not answered: not a number is never in time.
        shares[clause] = float((answered[promised] <= dues[promised]).mean()) if promised.any() else None
    return shares


@dataclass(frozen=True, slots=True)
class Staffing:
    """So many agents in each hour of the week, and the least of the shares kept with them.

    `reachable` is that share with any number of agents in these hours; where it is under the target, the hours are too short,
    and the agents are those who come within a point of it.
    """

    agents: list[int]
    kept: float
    reachable: float
    is_enough: bool


def needed(
    desk: Desk,
    shift: Sequence[int],
    *,
    target: float,
    weeks: int = 3,
    seed: int = 0,
    replications: int = 2,
    most_rounds: int = 60,
) -> Staffing:
    """Few agents with whom every clause is kept at least so often; they work only in hours in which `shift` has anybody.

    Begins with the load spread over the shift and adds, round by round, where tickets waited that came to be late; then takes
    away where that does no harm. Not the proven least.
    """
    drawn = [draw(desk, weeks=weeks + WARM_UP, seed=seed, replication=number) for number in range(replications)]
    hours = [hour for hour in range(WEEK_HOURS) if shift[hour]]
    reachable, _ = _looked_at(desk, drawn, [MANY if count else 0 for count in shift])
    aim = min(target, reachable - WITHIN) if reachable < target else target
    agents = [0] * WEEK_HOURS
    for hour in hours:
        agents[hour] = max(1, ceil(sum(desk.rates) * desk.handling.mean / 3600 / len(hours)))
    kept, blame = _looked_at(desk, drawn, agents)
    for step in _growth(most_rounds):
        if not hours or (kept >= aim and _is_steady(desk, agents)):
            break
        worst = sorted(hours, key=lambda hour: -blame[hour])[: max(1, round(len(hours) * step))]
        for hour in [hour for hour in worst if blame[hour] > 0] or worst:
            agents[hour] += 1
        kept, blame = _looked_at(desk, drawn, agents)
    if hours and kept >= aim:
        agents, kept = _trimmed(desk, drawn, agents, kept, aim)
    return Staffing(agents, kept, reachable, is_enough=kept >= target)


def _is_steady(desk: Desk, agents: Sequence[int]) -> bool:
    """Whether there is room to catch up: over a few weeks a desk at its limit seems to do, and then its backlog grows."""
    return sum(desk.rates) * desk.handling.mean / 3600 <= HIGHEST_UTILISATION * sum(agents)


def _growth(most: int) -> Iterator[float]:
    """What share of the hours gets one more in a round."""
    yield from (0.3 if number < most // 3 else 0.15 for number in range(most))


def _looked_at(desk: Desk, drawn: Sequence[Drawn], agents: Sequence[int]) -> tuple[float, Any]:
    """The least share kept, and for each hour of the week how much of the waiting of late tickets fell into it."""
    blame = np.zeros(WEEK_HOURS)
    least: dict[str, list[float]] = {}
    for one in drawn:
        played = play(one, agents)
        settled = one.arrivals >= WARM_UP * WEEK_SECONDS
        for clause, share in _kept(desk, one, played, settled).items():
            if share is not None:
                least.setdefault(clause, []).append(share)
        answered = played.started if desk.answered_at_start else played.started + one.handling
        tightest = one.dues.min(axis=0) if len(one.dues) else answered
        late = np.flatnonzero(~(answered <= tightest) & np.isfinite(tightest))
        ends = np.where(np.isnan(answered[late]), tightest[late], np.minimum(answered[late], tightest[late]))
        for began, end in zip(one.arrivals[late], np.maximum(ends, one.arrivals[late]), strict=True):
            touched = np.arange(int(began // 3600), int(end // 3600) + 1)[-WEEK_HOURS:] % WEEK_HOURS
            blame[touched] += 1 / len(touched)
    return min((fmean(shares) for shares in least.values()), default=1.0), blame


def _trimmed(desk: Desk, drawn: Sequence[Drawn], agents: list[int], kept: float, aim: float) -> tuple[list[int], float]:
    """Take agents away, the idlest hours first, in ever smaller lots, as long as it stays enough."""
    lot, tries = 32, 0
    while lot >= 1 and tries < 40:
        tries += 1
        busy = np.sum([play(one, agents).busy for one in drawn], axis=0)
        idle = [(agents[hour] * 3600.0 - float(busy[hour]), hour) for hour in range(WEEK_HOURS) if agents[hour] > 1]
        fewer = list(agents)
        for _, hour in sorted(idle, reverse=True)[:lot]:
            fewer[hour] -= 1
        found, _ = _looked_at(desk, drawn, fewer)
        if found >= aim and fewer != agents and _is_steady(desk, fewer):
            agents, kept = fewer, found
        else:
            lot //= 2
    return agents, kept
