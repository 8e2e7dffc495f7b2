"""Queues in closed form: Erlang C (everybody waits) and Erlang A (some give up).

Exact in steady state for Poisson arrivals, exponential handling times, one queue in order of arrival, and, for Erlang A,
exponential patience. Sources: A. K. Erlang, "Solution of some problems in the theory of probabilities of significance in
automatic telephone exchanges" (1917), by the recursion of Erlang B; C. Palm, "Research on telephone traffic carried by full
availability groups" (1957); S. Zeltyn and A. Mandelbaum, "Call centers with impatient customers" (2005), from which the density
of the offered wait is taken. All sums are of positive terms and scaled as they grow: 1,000 agents and more are no trouble.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil, exp, expm1, inf, log

HUGE = 1e200
MOST_AGENTS = 100_000


@dataclass(frozen=True, slots=True)
class Queue:
    """What is to be expected: the share that waits, the mean wait of all in seconds, and the share that gives up.

    `served_within` is the share of all that is taken up within so many seconds.
    """

    waits: float
    mean_wait: float
    abandons: float
    served_within: Callable[[float], float]


def erlang_b(agents: int, load: float) -> float:
    """The share that finds everybody busy where nobody can wait; `load` is rate × handling time, in Erlang."""
    blocked = 1.0
    for number in range(1, agents + 1):
        blocked = load * blocked / (number + load * blocked)
    return blocked


def erlang_c(agents: int, rate: float, handling: float) -> Queue:
    """Everybody waits as long as it takes. With no more agents than load, the queue grows without end: mean wait is infinite."""
    load = rate * handling
    if load <= 0:
        return Queue(0.0, 0.0, 0.0, lambda _: 1.0)
    if agents <= load:
        return Queue(1.0, inf, 0.0, lambda _: 0.0)
    blocked = erlang_b(agents, load)
    waits = blocked / (1 - (load / agents) * (1 - blocked))
    spare = (agents - load) / handling
    return Queue(waits, waits / spare, 0.0, lambda within: 1 - waits * exp(-spare * within))


def erlang_a(agents: int, rate: float, handling: float, patience: float) -> Queue:
    """Everybody waits for as long as their patience lasts, on average `patience` seconds. There is always a steady state."""
    load = rate * handling
    if load <= 0:
        return Queue(0.0, 0.0, 0.0, lambda _: 1.0)
    if agents <= 0:
        return Queue(1.0, patience, 1.0, lambda _: 0.0)
    blocked = erlang_b(agents, load)
    x, y = agents * patience / handling, rate * patience
    log_a = log(x) + _log_series(x, y)
    waits = 0.0 if blocked == 0 else 1 / (1 + (1 - blocked) / blocked * exp(-log_a))
    used = load / agents
    gives_up = min(1.0, max(0.0, exp(-log_a) / used + 1 - 1 / used))
    log_whole = _log_gamma_lower(x, y)
    log_first = _log_gamma_lower(x + 1, y)

    def served_within(within: float) -> float:
        """The offered wait has a density proportional to exp(λ(1 - e^(-θt))/θ - nμt); who is offered it has to be there still."""
        rest = _log_gamma_lower(x + 1, y * exp(-within / patience))
        taken = exp(log_first - log_whole) * -expm1(rest - log_first) / y
        return 1 - waits + waits * min(1.0, max(0.0, taken))

    return Queue(waits, waits * gives_up * patience, waits * gives_up, served_within)


def agents_needed(
    rate: float, handling: float, *, share: float, within: float, patience: float | None = None, most: int = MOST_AGENTS
) -> int:
    """The fewest agents with whom `share` of all are taken up within so many seconds. Raises ValueError if `most` do not do."""

    def does(agents: int) -> bool:
        queue = erlang_c(agents, rate, handling) if patience is None else erlang_a(agents, rate, handling, patience)
        return queue.served_within(within) >= share

    if rate <= 0 or does(0):
        return 0
    too_few, enough = 0, max(1, ceil(rate * handling))
    while not does(enough):
        if enough >= most:
            raise ValueError(f"{most:,} agents do not take up {share:.0%} within {within:g} s")
        too_few, enough = enough, min(2 * enough, most)
    while enough - too_few > 1:
        middle = (too_few + enough) // 2
        too_few, enough = (too_few, middle) if does(middle) else (middle, enough)
    return enough


def _log_series(x: float, y: float) -> float:
    """The logarithm of the sum of y^k / (x (x+1) … (x+k)) over k from 0."""
    term = total = 1 / x
    scale, number = 0.0, x
    while True:
        number += 1
        term *= y / number
        total += term
        if total > HUGE:
            term, total, scale = term / HUGE, total / HUGE, scale + log(HUGE)
        if number > y and term < total * 1e-17:
            return log(total) + scale


def _log_gamma_lower(x: float, y: float) -> float:
    """The logarithm of the lower incomplete gamma function."""
    return -inf if y <= 0 else x * log(y) - y + _log_series(x, y)
