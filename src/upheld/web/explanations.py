"""A commitment explained for people: the sum row by row, in the reader's zone and in the customer's. For workspace and portal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from upheld.kernel.durations import SECOND, format_duration
from upheld.kernel.instants import from_us
from upheld.policy.explain import Explanation, Row
from upheld.policy.model import Policy
from upheld.policy.sentences import clause_sentences
from upheld.policy.states import BREACHED
from upheld.web.times import clock, said

KINDS = {"counted": "counted", "closed": "closed", "paused": "paused", "late": "late", "ahead": "still to come"}
SHOWN = 14


@dataclass(frozen=True, slots=True)
class Part:
    """A line of the sum: from when to when, why it counts or not, how much, and what stands below the line so far."""

    span: str
    kind: str
    word: str
    note: str
    counted: str
    total: str


@dataclass(frozen=True, slots=True)
class Sum:
    """An explanation ready to be shown."""

    name: str
    clause: str
    cycle: int
    version: str
    state: str
    source: str
    promise: list[str]
    course: list[str]
    calendar: str
    calendar_words: tuple[str, ...]
    parts: list[Part]
    left_out: int
    target: str
    used: str
    left: str
    late: str
    due: list[tuple[str, str]]
    closures: tuple[tuple[str, str, str], ...]
    clock_changes: list[str]


def sum_of(
    explanation: Explanation,
    policy: Policy,
    *,
    zone: ZoneInfo,
    now: datetime,
    due_in: Iterable[tuple[str, ZoneInfo]] = (),
    attributes: Mapping[str, Any] | None = None,
) -> Sum:
    """`due_in`: for whom, and in which zone, the due time is said: `[("for you", …), ("for Ana", …)]`; equal times once.

    With the subject's `attributes` the clause is said as it speaks to this subject, else to everybody.
    """
    state, clause = explanation.state, explanation.clause
    rows = joined(explanation.rows)
    left_out = max(0, len(rows) - SHOWN)
    shown = rows[: SHOWN // 2] + rows[len(rows) - SHOWN // 2 :] if left_out else rows
    sentences = clause_sentences(policy, clause, attributes=attributes)
    return Sum(
        name=str(clause.label),
        clause=clause.name,
        cycle=state.cycle,
        version=f"{explanation.policy} version {explanation.version}",
        state=state.state,
        source=clause.source,
        promise=[str(clause.about)] if str(clause.about) else sentences[:1],
        course=sentences,
        calendar=state.calendar,
        calendar_words=explanation.calendar_words,
        parts=[_part(row, zone, now) for row in shown],
        left_out=left_out,
        target=format_duration(state.target),
        used=format_duration(_whole(state.used)),
        left=format_duration(max(0, state.target - _whole(state.used))),
        late=_late(explanation),
        due=_due(state.due_at, due_in, now),
        closures=explanation.closures,
        clock_changes=[_step(at, by, zone, now) for at, by in explanation.clock_changes],
    )


def joined(rows: Iterable[Row]) -> list[Row]:
    """Rows one after the other that count nothing for the same reason become one: what is closed now and later is closed."""
    found: list[Row] = []
    for row in rows:
        last = found[-1] if found else None
        if last is not None and row.kind == last.kind and row.kind in ("closed", "paused") and row.note == last.note:
            found[-1] = replace(last, end_at=row.end_at)
        else:
            found.append(row)
    return found


def _late(explanation: Explanation) -> str:
    """Open time past the target, of what was breached; nothing else is late."""
    state = explanation.state
    if state.state != BREACHED:
        return ""
    return format_duration(
        _whole(max(0, state.used - state.target) if state.late is None or state.ended_at is None else state.late)
    )


def _part(row: Row, zone: ZoneInfo, now: datetime) -> Part:
    start, end = (from_us(instant).astimezone(zone) for instant in (row.start_at, row.end_at))
    local_now = now.astimezone(zone)
    until = clock(end) if start.date() == end.date() else said(end, local_now, "full")
    note = "" if row.note in ("weekly", "closed", "paused", "always") else row.note
    counts = row.kind in ("counted", "ahead")
    return Part(
        span=f"{said(start, local_now, 'full')} – {until}",
        kind=row.kind,
        word=KINDS[row.kind],
        note=note,
        counted=format_duration(_whole(row.total) - _whole(row.total - row.counted))
        if counts or row.kind == "late"
        else "–",
        total=format_duration(_whole(row.total)) if counts else "",
    )


def _due(instant: int | None, zones: Iterable[tuple[str, ZoneInfo]], now: datetime) -> list[tuple[str, str]]:
    if instant is None:
        return []
    told = [(whose, said(from_us(instant).astimezone(zone), now.astimezone(zone), "zoned")) for whose, zone in zones]
    return [
        (" and ".join(whose for whose, _ in same), text)
        for text, same in ((text, list(same)) for text, same in groupby(told, key=lambda one: one[1]))
    ]


def _step(at: int, by: int, zone: ZoneInfo, now: datetime) -> str:
    """`Sun 8 Mar, 02:00 EST: the clock goes forward by 1 h`."""
    when = said(from_us(at).astimezone(zone), now.astimezone(zone), "zoned")
    return f"{when}: the clock goes {'forward' if by > 0 else 'back'} by {format_duration(abs(by) * SECOND)}"


def _whole(us: int) -> int:
    """Whole seconds: fractions help nobody who reads. Parts are shown as differences of whole totals, so that they add up."""
    return us // SECOND * SECOND
