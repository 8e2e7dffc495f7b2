"""A question about staffing as plain parameters, from which desk and shifts are made, and the answer as data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from upheld.policy.model import Policy
from upheld.policy.staffing.desk import WEEK_HOURS, Desk, Spread, foreseen, monday_after, on_shift, together, works_of
from upheld.policy.staffing.erlang import agents_needed
from upheld.policy.staffing.expectation import Staffing, expectation, needed, replicate
from upheld.policy.staffing.forecast import Arrivals, NoArrivals

REPLICATIONS, WEEKS = 10, 3


class NoSuchShift(ValueError):
    """A shift names a calendar that the policy does not have."""


def desk_of(
    policy: Policy,
    arrivals: Arrivals,
    *,
    handling: Spread,
    after: datetime,
    patience: float | None = None,
    answered_at_start: bool = False,
) -> Desk:
    """The desk under the promises of the policy. Raises NoArrivals where nothing comes in, or nothing is promised of it."""
    clauses = tuple(clause.name for clause in foreseen(policy))
    if not arrivals.total:
        raise NoArrivals("No ticket came in during this period, so there is nothing to expect.")
    if not clauses:
        raise NoArrivals("No clause of this policy is kept by a first reply, so a queue can say nothing about it.")
    return Desk(
        rates=arrivals.rates(),
        works=works_of(policy, arrivals.mix),
        handling=handling,
        begins_at=monday_after(after, policy.company.zone),
        patience=None if patience is None else Spread(patience, "exponential"),
        answered_at_start=answered_at_start,
        clauses=clauses,
    )


def shifts(policy: Policy, counts: Mapping[str, int], begins_at: int) -> list[int]:
    """Agents in each hour of the week, from how many keep the hours of which calendar. Raises NoSuchShift."""
    for name in counts:
        if name not in policy.calendars:
            raise NoSuchShift(f"There is no calendar “{name}”. The policy has {', '.join(policy.calendars)}.")
    return together(*(on_shift(policy.calendars[name], count, begins_at) for name, count in counts.items()))


def run_once(desk: Desk, agents: Sequence[int], *, seed: int, replication: int) -> dict[str, Any]:
    return replicate(desk, agents, weeks=WEEKS, seed=seed, replication=replication)


def answer(
    desk: Desk,
    agents: Sequence[int],
    runs: Sequence[dict[str, Any]],
    *,
    target: float,
    seed: int,
) -> dict[str, Any]:
    """What is to be expected with these agents, and about how many it takes in each hour of the week to reach the target."""
    found: Staffing = needed(desk, agents, target=target, seed=seed)
    return {
        **expectation(desk, runs),
        "target": target,
        "handling_seconds": desk.handling.mean,
        "arrivals": list(desk.rates),
        "agents": list(agents),
        "agent_hours": sum(agents),
        "needed": found.agents,
        "needed_hours": sum(found.agents),
        "needed_keeps": found.kept,
        "needed_is_enough": found.is_enough,
        "reachable": found.reachable,
        "erlang": erlang_by_hour(desk, target=target),
    }


def erlang_by_hour(desk: Desk, *, target: float) -> list[int]:
    """For comparison: agents with whom, hour by hour, the target's share is taken up within the shortest time promised.

    As if nothing could wait for the next hour; what has hours or days of time needs fewer.
    """
    within = min((promise.within for work in desk.works for promise in work.promises), default=0) / 1e6
    spare = within if desk.answered_at_start else max(0.0, within - desk.handling.mean)
    patience = None if desk.patience is None else desk.patience.mean
    return [
        agents_needed(
            desk.rates[hour] / 3600, desk.handling.mean, share=min(target, 0.999), within=spare, patience=patience
        )
        for hour in range(WEEK_HOURS)
    ]
