"""Whether the recorded events lead to what was recorded as having happened, and if not, which of them must be missing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from upheld.kernel.instants import iso
from upheld.policy.simulation.tally import Missing
from upheld.policy.states import CommitmentState

COMPARED = ("state", "began_at", "due_at", "ended_at", "late", "target", "calendar", "marks")
Announced = tuple[str, int, str]
"""Clause, cycle and mark of a warning or a breach that an event announced."""


def missing_from(
    subject: str,
    recorded: Sequence[CommitmentState],
    replayed: Iterable[CommitmentState],
    announced: Iterable[Announced],
) -> Iterator[Missing]:
    """Every difference between what was recorded and what the events give under the policy of that time."""
    told = {(state.clause, state.cycle): state for state in replayed}
    for state in recorded:
        other = told.pop((state.clause, state.cycle), None)
        if other is None:
            what = f"is recorded as {state.state}, and no event begins it: the beginning is missing from the events"
            yield Missing(subject, state.clause, state.cycle, what)
        elif any(getattr(state, name) != getattr(other, name) for name in COMPARED):
            yield Missing(subject, state.clause, state.cycle, _difference(state, other))
    for (clause, cycle), state in told.items():
        what = f"follows from the events as {state.state}, and nothing is recorded of it"
        yield Missing(subject, clause, cycle, what)
    yield from _unannounced(subject, recorded, set(announced))


def _difference(recorded: CommitmentState, replayed: CommitmentState) -> str:
    if recorded.ended_at is not None and recorded.ended_at != replayed.ended_at:
        return (
            f"is recorded as {recorded.state}, ended at {iso(recorded.ended_at)}; the events say {replayed.state}: "
            f"the event of that instant is missing"
        )
    lost = [name for name, at in recorded.marks if (name, at) not in replayed.marks]
    if lost:
        return f"has the mark {lost[0]}, to which the events do not lead"
    names = [name for name in COMPARED if getattr(recorded, name) != getattr(replayed, name)]
    return f"is recorded with another {names[0]} than the events give: a change of its terms is missing from the events"


def _unannounced(subject: str, recorded: Iterable[CommitmentState], announced: set[Announced]) -> Iterator[Missing]:
    """Marks that no event announced, and announcements of what no row knows."""
    for state in recorded:
        for name, at in state.marks:
            if (state.clause, state.cycle, name) not in announced:
                yield Missing(
                    subject, state.clause, state.cycle, f"has the mark {name} of {iso(at)}, which no event announced"
                )
            announced.discard((state.clause, state.cycle, name))
    for clause, cycle, name in sorted(announced):
        yield Missing(subject, clause, cycle, f"was announced as {name}, and nothing is recorded of it")
