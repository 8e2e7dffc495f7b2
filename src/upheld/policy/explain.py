"""Why a commitment stands as it does: every stretch of time, what it counted, and what is left, as data that adds up."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any

from upheld.hours import Calendar
from upheld.kernel.durations import format_duration
from upheld.kernel.instants import iso
from upheld.kernel.keys import kind_of
from upheld.policy.fold import SubjectFold
from upheld.policy.model import Clause, Policy
from upheld.policy.promises import Promises
from upheld.policy.states import BREACHED, PAUSED, RUNNING, CommitmentState, Event, seconds
from upheld.policy.tracing import Counted

MOST_PIECES = 40


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the sum. `kind`: counted, closed, paused, late, or ahead (what will be counted until it is due)."""

    kind: str
    start_at: int
    end_at: int
    calendar: str
    counted: int
    total: int
    note: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """A commitment with its arithmetic. The `counted` of the rows that are not ahead add up to `state.used`."""

    clause: Clause
    state: CommitmentState
    policy: str
    version: int
    rows: tuple[Row, ...]
    closures: tuple[tuple[str, str, str], ...]
    clock_changes: tuple[tuple[int, int], ...]
    calendar_words: tuple[str, ...]

    @property
    def remaining(self) -> int:
        return max(0, self.state.target - self.state.used)

    def as_data(self) -> dict[str, Any]:
        """Instants as ISO text in UTC, durations in seconds."""
        rows = [
            asdict(row)
            | {
                "start_at": iso(row.start_at),
                "end_at": iso(row.end_at),
                "counted": seconds(row.counted),
                "total": seconds(row.total),
            }
            for row in self.rows
        ]
        return {
            "clause": self.clause.name,
            "name": str(self.clause.label),
            "source": self.clause.source,
            "policy": self.policy,
            "version": self.version,
            "cycle": self.state.cycle,
            "state": self.state.state,
            "calendar": self.state.calendar,
            "calendar_in_words": list(self.calendar_words),
            "began_at": iso(self.state.began_at),
            "due_at": None if self.state.due_at is None else iso(self.state.due_at),
            "ended_at": None if self.state.ended_at is None else iso(self.state.ended_at),
            "target_seconds": seconds(self.state.target),
            "used_seconds": seconds(self.state.used),
            "left_seconds": seconds(self.remaining),
            "late_seconds": None if self.state.late is None else seconds(self.state.late),
            "rows": rows,
            "holidays_and_single_days": [
                {"date": day, "why": why, "hours": hours} for day, why, hours in self.closures
            ],
            "clock_changes": [{"at": iso(at), "by_seconds": by} for at, by in self.clock_changes],
            "sentences": self.sentences(),
        }

    def sentences(self) -> list[str]:
        """The same for reading aloud, to the second: what is promised, what was used, what is left."""
        state = self.state
        where = f"{self.policy}, version {self.version}, clause {self.clause.name}, cycle {state.cycle}"
        promised = f"within {_span(state.target)} on the calendar “{state.calendar}”"
        told = [
            f"{self.clause.label}: {promised} ({where}).",
            f"It began at {_moment(state.began_at)}; {_span(state.used)} of open time were used.",
        ]
        paused = sum(row.end_at - row.start_at for row in self.rows if row.kind == "paused")
        if paused:
            told.append(f"It stood still for {_span(paused)} in pauses.")
        if state.state == RUNNING and state.due_at is not None:
            told.append(f"{_span(self.remaining)} are left; it is due at {_moment(state.due_at)}.")
        elif state.state == PAUSED:
            told.append(f"It is paused; {_span(self.remaining)} will be left when it goes on.")
        elif state.state == BREACHED and state.due_at is not None:
            told.append(f"It was due at {_moment(state.due_at)} and was missed.")
            if state.late is not None:
                told.append(f"It ended {_span(state.late)} of open time late.")
        else:
            told.append(f"It is {state.state}.")
        return told


def _span(microseconds: int) -> str:
    return format_duration(round(microseconds, -6))


def _moment(instant: int) -> str:
    return iso(instant - instant % 1_000_000)


def explain(
    policy: Policy, subject: str, events: Iterable[Event], *, until: int, clauses: Iterable[str] | None = None
) -> list[Explanation]:
    """Explain every commitment of a subject (or those of the clauses named) as it stands at `until`."""
    run = SubjectFold(Promises.of(policy, kind_of(subject)), with_traces=True)
    for event in events:
        run.apply(event)
    wanted = None if clauses is None else set(clauses)
    explained = explain_fold(run, lambda _: policy, until=until)
    return [one for one in explained if wanted is None or one.clause.name in wanted]


def explain_fold(run: SubjectFold, policy_of: Callable[[CommitmentState], Policy], *, until: int) -> list[Explanation]:
    """Explain every commitment of a fold with traces; each is told in the words of the version that it is, or was last, under."""
    run.pass_time(until)
    return [_explanation(policy_of(state), run, state) for state in run.states(run.at)]


def _explanation(policy: Policy, run: SubjectFold, state: CommitmentState) -> Explanation:
    clause = policy.clauses[state.clause]
    calendar = policy.calendars[state.calendar]
    until = run.at if state.ended_at is None else state.ended_at
    rows: list[Row] = []
    reaches: list[Reach] = []
    reached = state.began_at
    for stretch in run.traces[clause.name] if run.traces else []:
        if state.began_at <= stretch.start_at and stretch.end_at <= until:
            rows += _not_promised(reached, stretch.start_at, stretch.calendar)
            rows += _rows(stretch, state)
            reaches.append((stretch.calendar, reached, stretch.end_at))
            reached = stretch.end_at
    rows += _not_promised(reached, until, calendar)
    if state.state == RUNNING and state.due_at is not None and state.due_at > until:
        rows += _open_rows(calendar, until, state.due_at, "ahead")
    reaches.append((calendar, reached, rows[-1].end_at if rows else until))
    return Explanation(
        clause=clause,
        state=state,
        policy=policy.name,
        version=policy.version,
        rows=tuple(_with_totals(rows)),
        closures=_closures(reaches),
        clock_changes=_clock_changes(reaches),
        calendar_words=tuple(calendar.sentences()),
    )


Reach = tuple[Calendar, int, int]
"""From when to when a calendar was, or will be, in force."""


def _not_promised(start: int, end: int, calendar: Calendar) -> list[Row]:
    """Between two stretches that were counted the cycle stood as void, or was set aside."""
    return [Row("paused", start, end, calendar.name, 0, 0, "not promised")] if start < end else []


def _closures(reaches: Iterable[Reach]) -> tuple[tuple[str, str, str], ...]:
    found = {one for calendar, start, end in reaches for one in calendar.closures(start, end)}
    return tuple((str(one.date), one.reason, one.hours) for one in sorted(found))


def _clock_changes(reaches: Iterable[Reach]) -> tuple[tuple[int, int], ...]:
    steps = {step for calendar, start, end in reaches for step in calendar.steps(start, end)}
    return tuple(sorted((step.us, step.after_offset_s - step.before_offset_s) for step in steps))


def _rows(stretch: Counted, state: CommitmentState) -> list[Row]:
    calendar = stretch.calendar
    if not stretch.is_ticking:
        return [Row("paused", stretch.start_at, stretch.end_at, calendar.name, 0, 0, "paused")]
    due = state.due_at
    if state.state == BREACHED and due is not None and stretch.start_at >= due:
        return _open_rows(calendar, stretch.start_at, stretch.end_at, "late")
    if state.state == BREACHED and due is not None and stretch.end_at > due:
        before = _open_rows(calendar, stretch.start_at, due, "counted")
        return [*before, *_open_rows(calendar, due, stretch.end_at, "late")]
    return _open_rows(calendar, stretch.start_at, stretch.end_at, "counted")


def _open_rows(calendar: Calendar, start: int, end: int, kind: str) -> list[Row]:
    """The open pieces and the closed gaps between them; over MOST_PIECES pieces, one row for the whole stretch."""
    pieces = calendar.stretches(start, end)
    if len(pieces) > MOST_PIECES:
        counted = calendar.between(start, end)
        return [Row(kind, start, end, calendar.name, counted, 0, f"{len(pieces)} open spans")]
    rows: list[Row] = []
    reached = start
    for piece in pieces:
        if piece.start_us > reached:
            rows.append(Row("closed", reached, piece.start_us, calendar.name, 0, 0, "closed"))
        rows.append(
            Row(kind, piece.start_us, piece.end_us, calendar.name, piece.end_us - piece.start_us, 0, piece.reason)
        )
        reached = piece.end_us
    if reached < end:
        rows.append(Row("closed", reached, end, calendar.name, 0, 0, "closed"))
    return rows


def _with_totals(rows: Iterable[Row]) -> Iterable[Row]:
    total = 0
    for row in rows:
        total += row.counted
        yield Row(row.kind, row.start_at, row.end_at, row.calendar, row.counted, total, row.note)
