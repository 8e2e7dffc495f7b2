"""The closed forms against figures that are known, against the chain of states itself, and against each other."""

from __future__ import annotations

from itertools import accumulate
from math import inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from upheld.policy.staffing.erlang import agents_needed, erlang_a, erlang_b, erlang_c

CALL = 180.0
TWO_HUNDRED = 200 / 3600  # calls a second at 200 an hour: ten Erlang


@pytest.mark.parametrize(
    ("agents", "waits", "within_20", "mean_wait"),
    [
        (11, 0.682, 0.390, 122.8),
        (12, 0.449, 0.640, 40.4),
        (13, 0.285, 0.796, 17.1),
        (14, 0.174, 0.888, 7.8),
        (15, 0.102, 0.941, 3.7),
    ],
)
def test_known_values_of_erlang_c(agents: int, waits: float, within_20: float, mean_wait: float) -> None:
    """Ten Erlang, a call of three minutes, the worked example of many a table."""
    queue = erlang_c(agents, TWO_HUNDRED, CALL)
    assert queue.waits == pytest.approx(waits, abs=6e-4)
    assert queue.served_within(20) == pytest.approx(within_20, abs=6e-4)
    assert queue.mean_wait == pytest.approx(mean_wait, abs=0.06)
    assert queue.abandons == 0


@pytest.mark.parametrize(("agents", "load", "blocked"), [(1, 1, 0.5), (2, 1, 0.2), (10, 5, 0.01838), (5, 3, 0.11005)])
def test_known_values_of_erlang_b(agents: int, load: float, blocked: float) -> None:
    assert erlang_b(agents, load) == pytest.approx(blocked, abs=6e-6)


def test_one_agent_is_the_simple_queue() -> None:
    """M/M/1: it waits with the share of the time in which the agent is busy."""
    queue = erlang_c(1, 0.6 / 100, 100)
    assert queue.waits == pytest.approx(0.6)
    assert queue.mean_wait == pytest.approx(0.6 * 100 / 0.4)


def test_too_few_agents_never_catch_up() -> None:
    queue = erlang_c(10, TWO_HUNDRED, CALL)
    assert (queue.waits, queue.mean_wait, queue.served_within(10**9)) == (1.0, inf, 0.0)
    assert erlang_a(10, TWO_HUNDRED, CALL, 60).mean_wait < 60


@pytest.mark.parametrize(
    ("agents", "load", "patience"),
    [(1, 0.5, 0.3), (10, 9, 0.6), (10, 12, 3), (50, 45, 5), (100, 120, 1), (7, 1, 2), (3, 9, 0.1)],
)
def test_erlang_a_is_the_chain_of_states(agents: int, load: float, patience: float) -> None:
    """Births and deaths added up state by state, with handling as the unit of time."""

    def heavier(mass: float, number: int) -> float:
        return mass * load / (min(number, agents) + max(0, number - agents) / patience)

    weights = list(accumulate(range(1, agents + 1500), heavier, initial=1.0))
    whole = sum(weights)
    queued = sum((number - agents) * mass for number, mass in enumerate(weights) if number > agents) / whole
    queue = erlang_a(agents, load, 1.0, patience)
    assert queue.waits == pytest.approx(sum(weights[agents:]) / whole, rel=1e-9)
    assert queue.mean_wait == pytest.approx(queued / load, rel=1e-9)
    assert queue.abandons == pytest.approx(queued / patience / load, rel=1e-9)
    assert queue.served_within(1e9) == pytest.approx(1 - queue.abandons, rel=1e-9)
    assert queue.served_within(0) == pytest.approx(1 - queue.waits)


def test_endless_patience_is_erlang_c() -> None:
    patient, endless = erlang_a(28, 24 / 240, 240, 1e7), erlang_c(28, 24 / 240, 240)
    assert patient.waits == pytest.approx(endless.waits, rel=1e-3)
    assert patient.mean_wait == pytest.approx(endless.mean_wait, rel=1e-3)
    assert patient.served_within(15) == pytest.approx(endless.served_within(15), rel=1e-3)


@pytest.mark.parametrize("load", [500, 990, 999.9, 1200, 5000])
def test_a_thousand_agents_are_no_trouble(load: float) -> None:
    for queue in (
        erlang_c(1000, load / 300, 300),
        erlang_a(1000, load / 300, 300, 120),
        erlang_a(1000, load / 300, 300, 9000),
    ):
        assert 0 <= queue.waits <= 1
        assert 0 <= queue.abandons <= 1
        assert 0 <= queue.served_within(20) <= queue.served_within(600) <= 1


def test_nothing_to_do_needs_nobody() -> None:
    assert agents_needed(0, 300, share=0.8, within=20) == 0
    assert agents_needed(TWO_HUNDRED, CALL, share=0.8, within=20) == 14
    assert agents_needed(TWO_HUNDRED, CALL, share=0.8, within=20, patience=60) < 14
    with pytest.raises(ValueError, match="do not take up"):
        agents_needed(10, 300, share=0.8, within=20, most=50)


@given(st.integers(1, 60), st.floats(0.01, 80), st.floats(0.05, 20), st.floats(0, 5))
@settings(max_examples=150, deadline=None)
def test_more_agents_and_more_patience_never_change_sides(
    agents: int, load: float, patience: float, within: float
) -> None:
    here, more = erlang_a(agents, load, 1.0, patience), erlang_a(agents + 1, load, 1.0, patience)
    assert more.waits <= here.waits + 1e-9
    assert more.mean_wait <= here.mean_wait + 1e-9
    assert more.served_within(within) >= here.served_within(within) - 1e-9
    assert erlang_c(agents + 1, load, 1.0).mean_wait <= erlang_c(agents, load, 1.0).mean_wait
    assert here.mean_wait <= erlang_c(agents, load, 1.0).mean_wait + 1e-9
