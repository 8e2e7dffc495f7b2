"""Between rows and the fold: events from the database into values, states into commitment rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from upheld.commitments.models import Commitment
from upheld.commitments.policies import promises_of
from upheld.events.models import Event as EventRow
from upheld.kernel.instants import from_us, iso, to_us
from upheld.kernel.keys import kind_of
from upheld.policy import CommitmentState, Event, SubjectFold

OWN_EVENTS = frozenset({"commitment.warned", "commitment.breached", "commitment.came_due"})
MOVED = "commitment.moved"
CACHED = (
    "version",
    "state",
    "due_at",
    "ended_at",
    "since_at",
    "target",
    "used",
    "late",
    "calendar",
    "marks",
    "next_wake_at",
)


def as_value(row: EventRow) -> Event:
    """The event as the fold takes it.

    Warnings and breaches are what the fold yields. Once recorded they say one thing to it: that their instant is over. Whatever
    is recorded after them comes after them, also when it was begun before, or when a clock was put back; so a breach is final.
    """
    if row.kind in OWN_EVENTS:
        return Event(to_us(row.at) + (row.recorded_at > row.at), row.kind, row.subject, row.actor)
    return Event(to_us(row.at), row.kind, row.subject, row.actor, row.data)


@dataclass(frozen=True, slots=True)
class Move:
    """The subject went over from one stored policy version to another at an instant."""

    at: int
    source: int
    target: int


def moves_of(rows: Iterable[EventRow]) -> list[Move]:
    """The moves among a subject's events; hardly any subject has one."""
    return [Move(to_us(row.at), row.data["from"], row.data["to"]) for row in rows if row.kind == MOVED]


def version_for(state: CommitmentState, moves: Sequence[Move], version_id: int) -> int:
    """The version that a cycle is under, or was under when it ended; `version_id` is the subject's own, the latest."""
    for move in moves:
        if state.ended_at is not None and state.ended_at <= move.at:
            return move.source
    return version_id


def fold_subject(subject: str, version_id: int, rows: Iterable[EventRow], *, at: datetime) -> list[CommitmentState]:
    """The commitments of a subject at an instant, from its events in recorded order."""
    return fold_rows(subject, version_id, rows).states(to_us(at))


def fold_rows(subject: str, version_id: int, rows: Iterable[EventRow], *, with_traces: bool = False) -> SubjectFold:
    """The fold after all these events, moves from one version to the next included."""
    kind, rows = kind_of(subject), list(rows)
    moves = moves_of(rows)
    run = SubjectFold(promises_of(moves[0].source if moves else version_id, kind), with_traces=with_traces)
    if not moves:
        for event in folded(rows):
            run.apply(event)
        return run
    for position, row in enumerate(rows):
        if row.kind == MOVED:
            run.move(promises_of(row.data["to"], kind), to_us(row.at), folded(rows[:position]))
        else:
            for event in folded([row]):
                run.apply(event)
    return run


def folded(rows: Iterable[EventRow]) -> Iterator[Event]:
    """What the fold reads of a subject's events: its own, and those of its commitments; not that a mail about it failed."""
    for row in rows:
        kind = row.kind.partition(".")[0]
        if kind in ("commitment", kind_of(row.subject)) and row.kind != MOVED:
            yield as_value(row)


def cached_values(state: CommitmentState, version_id: int) -> dict[str, Any]:
    """The columns of a row that the fold decides. `used` is that at `since_at`, so that it holds until the next event."""
    return {
        "version_id": version_id,
        "state": state.state,
        "due_at": _moment(state.due_at),
        "ended_at": _moment(state.ended_at),
        "since_at": from_us(state.since_at),
        "target": state.target,
        "used": state.used if state.ended_at is not None else state.used_at_since,
        "late": state.late,
        "calendar": state.calendar,
        "marks": [[name, iso(at)] for name, at in state.marks],
        "next_wake_at": _moment(state.next_wake_at),
    }


def new_row(subject: str, version_id: int, state: CommitmentState) -> Commitment:
    """The row, not saved yet, that keeps what the fold says of one cycle of a clause."""
    return Commitment(
        subject=subject,
        clause=state.clause,
        cycle=state.cycle,
        began_at=from_us(state.began_at),
        **cached_values(state, version_id),
    )


def differences(row: Commitment, state: CommitmentState, version_id: int) -> dict[str, tuple[Any, Any]]:
    """What the row says and what the fold says, by column, where they differ."""
    wanted = cached_values(state, version_id) | {"began_at": from_us(state.began_at)}
    return {name: (getattr(row, name), value) for name, value in wanted.items() if getattr(row, name) != value}


def _moment(instant: int | None) -> datetime | None:
    return None if instant is None else from_us(instant)
