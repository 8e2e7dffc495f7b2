"""The desk that is played through, against closed forms, against itself with more agents, and by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from math import inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from upheld.config.values import SOURCE_ROOT
from upheld.kernel.durations import HOUR, MINUTE
from upheld.kernel.instants import iso
from upheld.policy import Policy, load
from upheld.policy.staffing.desk import (
    Desk,
    Promised,
    Spread,
    Work,
    attributes_asked,
    foreseen,
    monday_after,
    on_shift,
    together,
    works_of,
)
from upheld.policy.staffing.erlang import erlang_a, erlang_c
from upheld.policy.staffing.expectation import WARM_UP, estimate, expectation, needed, replicate, student
from upheld.policy.staffing.queueing import Drawn, draw, play

BEGINS = monday_after(datetime(2026, 5, 1, tzinfo=UTC), "America/New_York")
SECONDS_OF_WEEK = 168 * 3600

ERLANG_C = [(1, 0.5), (1, 0.8), (2, 1.2), (3, 2.4), (5, 4.0), (8, 6.0), (10, 8.5), (14, 10.0), (25, 22.0), (60, 54.0)]
ERLANG_A = [
    (1, 0.7, 1.0), (1, 1.5, 0.5), (2, 2.0, 2.0), (3, 4.5, 1.0), (5, 5.0, 0.2), (8, 7.0, 3.0), (10, 12.0, 1.0), (14, 13.0, 0.5),
    (25, 26.0, 2.0), (60, 58.0, 1.0),
]  # fmt: skip
JOINT = 1 - 0.05 / 80  # so that all 20 settings with up to four figures each hold together with 95 %


@pytest.fixture(scope="module")
def techflow() -> Policy:
    return load(SOURCE_ROOT / "policies" / "techflow")


def steady(load_: float, patience: float | None) -> Desk:
    """Tickets come at the same pace all week; handled in an hour on average."""
    return Desk(
        rates=(load_,) * 168,
        works=(Work({}, 1.0),),
        handling=Spread(3600.0, "exponential"),
        begins_at=0,
        patience=None if patience is None else Spread(3600.0 * patience, "exponential"),
    )


@pytest.mark.parametrize(("agents", "load_", "patience"), [*((*one, None) for one in ERLANG_C), *ERLANG_A], ids=str)
def test_the_closed_form_lies_within_the_confidence_interval(agents: int, load_: float, patience: float | None) -> None:
    desk, seed = steady(load_, patience), 20261122
    weeks = max(1, round(40 / load_))
    runs = [replicate(desk, [agents] * 168, weeks=weeks, seed=seed, replication=number) for number in range(10)]
    closed = erlang_c(agents, load_, 1.0) if patience is None else erlang_a(agents, load_, 1.0, patience)
    figures = {"waits": closed.waits, "mean_wait": closed.mean_wait * 3600, "gave_up": closed.abandons}
    figures["utilisation"] = load_ * (1 - closed.abandons) / agents
    for name, exact in figures.items():
        found = estimate([one[name] for one in runs], confidence=JOINT)
        low, high = found.bounds
        assert low - 1e-9 <= exact <= high + 1e-9, f"{name}: {found} and not {exact}"
        if name == "waits":
            assert found.give_or_take < 0.2, "so wide an interval says nothing"


def by_hand(arrivals: list[float], work: list[float], dues: list[float] | None = None, patience: float = inf) -> Drawn:
    due = np.asarray([dues if dues is not None else arrivals])
    kinds = np.zeros(len(arrivals), dtype=np.int64)
    return Drawn(np.asarray(arrivals), np.asarray(work), np.full(len(arrivals), patience), kinds, due, SECONDS_OF_WEEK)


@pytest.mark.parametrize(
    ("drawn", "agents", "started"),
    [
        (by_hand([0, 10, 20], [100, 100, 100]), [1] * 168, [0, 100, 200]),
        (by_hand([0, 10, 20], [100, 100, 100]), [2] * 168, [0, 10, 100]),
        (by_hand([0, 10, 20], [100, 100, 100], [900, 800, 700]), [1] * 168, [0, 200, 100]),
        (by_hand([0, 10, 200], [100, 100, 100], patience=50), [1] * 168, [0, None, 200]),
        (by_hand([0, 10], [5000, 10]), [1, *[0] * 167], [0, 604800]),  # the shift ends with the hour, the work at hand does not
        (by_hand([10], [5]), [0] * 168, [None]),
        (by_hand([3599, 3600], [10, 10]), [0, *[3] * 167], [3600, 3600]),
        (by_hand([], []), [1] * 168, []),
    ],
)  # fmt: skip
def test_a_desk_worked_out_by_hand(drawn: Drawn, agents: list[int], started: list[float | None]) -> None:
    played = play(drawn, agents)
    assert [None if np.isnan(one) else one for one in played.started.tolist()] == started


def test_work_counts_in_the_hours_that_it_reaches_into() -> None:
    played = play(by_hand([1800], [2 * 3600]), [1] * 168)
    assert played.busy[:4].tolist() == [1800, 3600, 1800, 0]


def test_more_agents_may_be_worse_for_one_urgent_ticket() -> None:
    """Why the property below speaks of one promise only: with two, free hands take up the long work before the urgent comes."""
    arrivals, work, dues = [0, 0, 1, 1, 15], [10, 10, 100, 100, 1], [50, 50, 9000, 9000, 60]
    drawn = by_hand([float(one) for one in arrivals], [float(one) for one in work], [float(one) for one in dues])
    alone, both = (play(drawn, [count] * 168).started[-1] for count in (1, 2))
    assert (alone, both) == (20, 110)


desks = st.builds(
    lambda rates, mean, patience: Desk(
        rates=tuple((rates * 168)[:168]), works=(Work({}, 1.0),), handling=Spread(mean), begins_at=0, patience=patience
    ),
    st.lists(st.floats(0, 12), min_size=1, max_size=24),
    st.floats(60, 7200),
    st.sampled_from([None, Spread(1800, "exponential"), Spread(900, "fixed")]),
)


@given(desks, st.integers(0, 2**32))
@settings(max_examples=15, deadline=None)
def test_the_same_seed_gives_the_same_week(desk: Desk, seed: int) -> None:
    once, twice = (replicate(desk, [2] * 168, weeks=1, seed=seed, replication=3) for _ in range(2))
    assert once == twice


@given(desks, st.integers(0, 2**32), st.lists(st.integers(0, 4), min_size=168, max_size=168), st.integers(0, 167))
@settings(max_examples=30, deadline=None)
def test_with_one_promise_more_agents_never_make_anybody_wait_longer(
    desk: Desk, seed: int, agents: list[int], hour: int
) -> None:
    """On the very same tickets, one by one."""
    drawn = draw(replace(desk, patience=None), weeks=1, seed=seed)
    more = [count + (place == hour or place % 5 == 0) for place, count in enumerate(agents)]
    here, there = play(drawn, agents).started, play(drawn, more).started
    assert (np.nan_to_num(there, nan=inf) <= np.nan_to_num(here, nan=inf) + 1e-6).all()


def test_a_policys_promises_become_work(techflow: Policy) -> None:
    assert "first-response" in {clause.name for clause in foreseen(techflow)}
    names = attributes_asked(techflow)
    assert {"priority", "plan"} <= set(names)
    ticket = {"priority": "P1", "plan": "enterprise"}
    (work,) = works_of(techflow, {tuple(ticket.get(name) for name in names): 3.0})
    assert (work.weight, {one.clause: one.within for one in work.promises}["first-response"]) == (3.0, 15 * MINUTE)
    assert works_of(techflow, {tuple(None for _ in names): 1.0})[0].promises == ()


def test_a_week_begins_on_a_monday_without_a_change_of_clocks() -> None:
    assert iso(BEGINS) == "2026-05-04T04:00:00Z"
    autumn = monday_after(datetime(2026, 9, 20, tzinfo=UTC), "Europe/Berlin")
    assert iso(autumn) == "2026-10-25T23:00:00Z", "the day after Berlin's clocks went back"


def test_agents_stand_in_the_hours_of_their_calendar(techflow: Policy) -> None:
    office = on_shift(techflow.calendars["office"], 3, BEGINS)
    assert office[8:20] == [3] * 12
    assert set(office[:8]) == {0}
    assert together(office, [1] * 168)[8] == 4
    assert together() == [0] * 168


@pytest.fixture(scope="module")
def small(techflow: Policy) -> Desk:
    office = techflow.calendars["office"]
    rates = tuple(6.0 if count else 0.5 for count in on_shift(office, 1, BEGINS))
    works = (Work({}, 1.0, (Promised("fast", HOUR, office),)), Work({}, 3.0, (Promised("slow", 8 * HOUR, office),)))
    return Desk(rates, works, Spread(900.0), BEGINS, clauses=("fast", "slow"))


def test_the_agents_that_are_needed_are_enough_and_not_one_for_every_ticket(small: Desk, techflow: Policy) -> None:
    shift = on_shift(techflow.calendars["office"], 1, BEGINS)
    found = needed(small, shift, target=0.9, seed=5)
    assert found.is_enough
    assert all(not count for count, hour in zip(found.agents, shift, strict=True) if not hour)
    runs = [replicate(small, found.agents, weeks=2, seed=6, replication=number) for number in range(4)]
    told = expectation(small, runs)
    assert min(one["mean"] for one in told["clauses"]) > 0.85
    assert 0.25 < told["utilisation"]["mean"] < 1
    assert sum(found.agents) < 4 * sum(shift)


def test_what_nobody_can_keep_is_said(small: Desk) -> None:
    found = needed(replace(small, handling=Spread(3 * 3600.0, "fixed")), [1] * 168, target=0.9, weeks=1, most_rounds=3)
    assert not found.is_enough
    assert not needed(small, [0] * 168, target=0.9, weeks=1).is_enough


def test_where_the_hours_are_too_short_it_says_what_can_be_reached(small: Desk, techflow: Policy) -> None:
    """A promise around the clock with people by day: what comes at night is late, and no crowd by day mends that."""
    always = replace(
        small, works=(Work({}, 1.0, (Promised("fast", HOUR, techflow.calendars["always"]),)),), clauses=("fast",)
    )
    found = needed(always, on_shift(techflow.calendars["office"], 1, BEGINS), target=0.99, weeks=1)
    assert not found.is_enough
    assert 0.5 < found.reachable < 0.99
    assert found.kept >= found.reachable - 0.011
    assert max(found.agents) < 20


@pytest.mark.parametrize(("freedom", "quantile"), [(5, 2.5706), (9, 2.2622), (19, 2.0930), (99, 1.9842)])
def test_students_quantile(freedom: int, quantile: float) -> None:
    assert student(0.95, freedom) == pytest.approx(quantile, rel=2e-3)


def test_of_one_run_nothing_is_known_of_how_far_off_it_is() -> None:
    assert estimate([0.5]).bounds == (-0.5, 1.5)
    assert WARM_UP == 1
