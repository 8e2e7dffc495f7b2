"""Figures beside a clause: how often it was kept of late, by how much it was missed, and which way it goes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from upheld.kernel.durations import format_duration
from upheld.reports.attainment import Figures, Period, Week, by_clause_in, decided_in, trends

DAYS = (7, 30, 90)
WEEKS = 13
COMPARED = 30  # days that are held against as many days before
RECORDED = frozenset({"ticket", "account", "agent"})
"""Kinds of subjects of which events are recorded, so that a clause on them can be counted."""


@dataclass(frozen=True, slots=True)
class Span:
    """The last so many days of one clause, in words."""

    days: int
    figures: Figures

    @property
    def kept(self) -> str:
        return share_words(self.figures.share)

    @property
    def late_median(self) -> str:
        return lateness(self.figures.late_median_s)

    @property
    def late_worst(self) -> str:
        return lateness(self.figures.late_worst_s)


@dataclass(frozen=True, slots=True)
class Spark:
    """Thirteen weeks as a line in a box of 120 by 24: one stretch for each run of weeks in which something was decided."""

    lines: list[str]
    dots: list[tuple[float, float]]
    said: str


@dataclass(frozen=True, slots=True)
class Evidence:
    spans: list[Span]
    weeks: list[Week]
    trend: str
    spark: Spark | None

    @property
    def is_empty(self) -> bool:
        longest = self.spans[-1].figures
        return not (longest.decided or longest.running or longest.waived or longest.void)

    @property
    def running(self) -> int:
        return self.spans[0].figures.running


def evidence(names: Iterable[str], *, now: datetime, only: str | None = None) -> dict[str, Evidence]:
    """For every clause of `names`. Four statements for all of them, or for the clause `only`."""
    before = Period(now - timedelta(days=2 * COMPARED), now - timedelta(days=COMPARED))
    counted = by_clause_in([Period(now - timedelta(days=days), now) for days in DAYS], clause=only)
    (earlier,) = decided_in([before], clause=only)
    weekly = trends(until=now, weeks=WEEKS, clause=only)
    nothing = Figures()
    return {
        name: Evidence(
            spans=[Span(days, one.get(name, nothing)) for days, one in zip(DAYS, counted, strict=True)],
            weeks=weekly.get(name, []),
            trend=trend_words(counted[DAYS.index(COMPARED)].get(name, nothing), earlier.get(name, nothing)),
            spark=spark(weekly[name]) if name in weekly else None,
        )
        for name in names
    }


def trend_words(now: Figures, before: Figures) -> str:
    """`Up from 88 % in the 30 days before.`"""
    if now.share is None:
        return f"Nothing was decided in the last {COMPARED} days."
    if before.share is None:
        return f"Nothing to compare with in the {COMPARED} days before."
    points = round((now.share - before.share) * 100)
    if points == 0:
        return f"Steady over the last {COMPARED} days."
    return f"{'Up' if points > 0 else 'Down'} from {share_words(before.share)} in the {COMPARED} days before."


def spark(weeks: Sequence[Week]) -> Spark:
    step = 116 / max(1, len(weeks) - 1)
    lines: list[list[tuple[float, float]]] = [[]]
    for number, week in enumerate(weeks):
        if week.share is None:
            lines.append([])
        else:
            lines[-1].append((round(2 + number * step, 1), round(22 - 20 * week.share, 1)))
    decided = [week for week in weeks if week.share is not None]
    said = f"Kept week by week over {len(weeks)} weeks: " + ", ".join(share_words(week.share) for week in decided)
    return Spark(
        lines=[" ".join(f"{x},{y}" for x, y in line) for line in lines if len(line) > 1],
        dots=[line[0] for line in lines if len(line) == 1] + [line[-1] for line in lines[-1:] if len(line) > 1],
        said=said,
    )


def share_words(share: float | None) -> str:
    """`97 %`. Never rounded up: what was missed once is not 100 %."""
    if share is None:
        return "–"
    if 0.99 < share < 1:
        return f"{int(share * 1000) / 10} %"
    return f"{int(share * 100)} %"


def lateness(seconds: float | None) -> str:
    """`1 h 12 min`: to the minute from a minute on, to the hour from ten hours on, to the day from ten days on."""
    if seconds is None:
        return "–"
    steps = ((60, 1), (36_000, 60), (864_000, 3600))
    unit = next((unit for below, unit in steps if seconds < below), 86_400)
    return format_duration(int(seconds) // unit * unit * 1_000_000)
