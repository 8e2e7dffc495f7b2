"""Which cycle then is which cycle now: those of one clause that began at the same instant, and the rest in their order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from upheld.policy.states import CommitmentState

Pair = tuple[CommitmentState | None, CommitmentState | None]


def pairs(then: Sequence[CommitmentState], now: Sequence[CommitmentState]) -> Iterator[Pair]:
    """Every cycle of both sides once, beside its counterpart if there is one."""
    waiting: dict[tuple[str, int], list[CommitmentState]] = {}
    for state in now:
        waiting.setdefault((state.clause, state.began_at), []).append(state)
    alone: dict[str, list[CommitmentState]] = {}
    for state in then:
        same = waiting.get((state.clause, state.began_at))
        if same:
            yield state, same.pop(0)
        else:
            alone.setdefault(state.clause, []).append(state)
    rest: dict[str, list[CommitmentState]] = {}
    for (clause, _), states in waiting.items():
        rest.setdefault(clause, []).extend(states)
    for clause in dict.fromkeys((*alone, *rest)):
        here, there = alone.get(clause, []), rest.get(clause, [])
        for position in range(max(len(here), len(there))):
            yield (
                here[position] if position < len(here) else None,
                there[position] if position < len(there) else None,
            )
