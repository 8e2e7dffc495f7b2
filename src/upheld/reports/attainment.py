"""How often each clause was kept, by how much it was missed, and which cases stand behind a figure.

A commitment counts in the period in which it was decided: a kept, waived or void one at the instant at which it ended, a
breached one at the instant at which it was due, whether or not somebody did it later. So a decided figure never moves when time
goes on. Running are those that had begun and were not decided when the period ended; paused ones are among them. The share is
kept of kept and breached: what was waived or became void says nothing of how well a promise is kept.

Counting, medians and weeks are made by PostgreSQL: one or two statements for each function, however many clauses there are.
Plans, priorities and the like are those that the ticket or the account has now.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection

MICROSECONDS = 1_000_000
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Figures:
    """What became of the commitments of a period.

    `late_*_s` are seconds of open time past the due instant, of those that were done late. `late_awaited` of
    the breached are still waited for, so that nobody knows yet how late they will be.
    """

    kept: int = 0
    breached: int = 0
    waived: int = 0
    running: int = 0
    void: int = 0
    late_median_s: float | None = None
    late_worst_s: float | None = None
    late_awaited: int = 0

    @property
    def decided(self) -> int:
        return self.kept + self.breached

    @property
    def share(self) -> float | None:
        """Kept of kept and breached, from 0 to 1; None when nothing was decided."""
        return self.kept / self.decided if self.decided else None


@dataclass(frozen=True, slots=True)
class Period:
    """From `since` on, up to `until` and without it."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Week:
    since: datetime
    kept: int = 0
    breached: int = 0

    @property
    def share(self) -> float | None:
        decided = self.kept + self.breached
        return self.kept / decided if decided else None


# What was decided in a stretch of time, with the instant that counts: two ranges of two indexes.
ENDED = """
    SELECT clause, subject, state, began_at, ended_at, ended_at AS at, NULL::bigint AS late FROM commitments_commitment
     WHERE state IN ('kept', 'waived', 'void') AND ended_at >= %(since)s AND ended_at < %(until)s {only}
"""
MISSED = """
    SELECT clause, subject, state, began_at, ended_at, due_at AS at, late FROM commitments_commitment
     WHERE state = 'breached' AND due_at >= %(since)s AND due_at < %(until)s {only}
"""
DECIDED = f"{ENDED} UNION ALL {MISSED}"
LATENESS = """
       percentile_cont(0.5) WITHIN GROUP (ORDER BY late) FILTER (WHERE ended_at IS NOT NULL),
       max(late) FILTER (WHERE ended_at IS NOT NULL), count(*) FILTER (WHERE ended_at IS NULL)
"""
PERIODS = (
    "unnest(%(sinces)s::timestamptz[], %(untils)s::timestamptz[]) WITH ORDINALITY AS period (since, until, number)"
)

# Apart from the misses, since a median asks for all rows in order, and those that were kept are many.
BY_CLAUSE = f"""
SELECT period.number, clause, state, count(*), NULL, NULL, 0
  FROM ({ENDED}) ended JOIN {PERIODS} ON at >= period.since AND at < period.until
 GROUP BY 1, 2, 3
UNION ALL
SELECT period.number, clause, 'breached', count(*), {LATENESS}
  FROM ({MISSED}) missed JOIN {PERIODS} ON at >= period.since AND at < period.until
 GROUP BY 1, 2
"""  # noqa: S608 - our own words
# What had begun and was not decided when a period ended. The second part is empty for periods that end now.
RUNNING = f"""
SELECT period.number, clause, count(*)
  FROM (SELECT clause, began_at, NULL::timestamptz AS at FROM commitments_commitment
         WHERE state IN ('running', 'paused') {{only}}
        UNION ALL SELECT clause, began_at, at FROM ({DECIDED}) later) undecided
  JOIN {PERIODS} ON began_at < period.until AND (at IS NULL OR at >= period.until)
 GROUP BY 1, 2
"""  # noqa: S608 - our own words
END_OF_TIME = datetime(9000, 1, 1, tzinfo=UTC)


def by_clause(
    *, since: datetime, until: datetime, account: int | None = None, plan: str | None = None
) -> dict[str, Figures]:
    """The figures of every clause of which anything was decided in the period, or ran at its end. Two statements.

    Narrowed to an account, or to a plan, it speaks of their tickets and of the accounts themselves.
    """
    return by_clause_in([Period(since, until)], account=account, plan=plan)[0]


def by_clause_in(
    periods: Sequence[Period], *, account: int | None = None, plan: str | None = None, clause: str | None = None
) -> list[dict[str, Figures]]:
    """The same for several periods at once, such as the last 7, 30 and 90 days: still two statements."""
    found = decided_in(periods, account=account, plan=plan, clause=clause)
    only, values = _only(account, plan, clause)
    untils = [one.until for one in periods]
    values |= {"sinces": [one.since for one in periods], "untils": untils, "since": min(untils), "until": END_OF_TIME}
    for number, name, running in _rows(RUNNING.format(only=only), values):
        found[number - 1][name] = replace(found[number - 1].get(name, Figures()), running=running)
    return found


def decided_in(
    periods: Sequence[Period], *, account: int | None = None, plan: str | None = None, clause: str | None = None
) -> list[dict[str, Figures]]:
    """The same without those that ran, which is cheaper for a period of the past. One statement."""
    only, values = _only(account, plan, clause)
    values |= {"sinces": [one.since for one in periods], "untils": [one.until for one in periods]}
    values |= {"since": min(values["sinces"]), "until": max(values["untils"])}
    found: list[dict[str, Figures]] = [{} for _ in periods]
    for number, name, *counted in _rows(BY_CLAUSE.format(only=only), values):
        found[number - 1][name] = _with(found[number - 1].get(name, Figures()), *counted)
    return found


# -- cells ----------------------------------------------------------------------------------------------------------------

ON_TICKETS = ("priority", "plan", "category", "department", "product_area", "channel", "status", "level")
ON_ACCOUNTS = ("plan", "region", "segment", "language")
CELLS = f"""
SELECT {{cells}}, state, count(*), {LATENESS}
  FROM ({DECIDED}) decided
  JOIN {{table}} about ON about.id = split_part(decided.subject, ':', 2)::bigint
 GROUP BY {{places}}
"""  # noqa: S608 - our own words


def by_cell(
    clause: str, by: Sequence[str], *, since: datetime, until: datetime, subject: str = "ticket"
) -> dict[tuple[str, ...], Figures]:
    """The clause's figures for each cell of its table: `("P1", "enterprise")` for `by=("priority", "plan")`. One statement.

    Empty where the table hangs on something that is no column of the subject. Running ones are not counted here.
    """
    known, table = {
        "ticket": (ON_TICKETS, "tickets_ticket"),
        "account": (ON_ACCOUNTS, "accounts_account"),
    }.get(subject, ((), ""))
    if not by or not set(by) <= set(known):
        return {}
    only, values = _only(None, None, clause)
    sql = CELLS.format(
        only=only + " AND subject LIKE %(kind)s",
        cells=", ".join(f"about.{name}::text" for name in by),
        table=table,
        places=", ".join(str(place + 1) for place in range(len(by) + 1)),
    )
    found: dict[tuple[str, ...], Figures] = {}
    for row in _rows(sql, values | {"kind": f"{subject}:%", "since": since, "until": until}):
        cell = tuple(row[: len(by)])
        found[cell] = _with(found.get(cell, Figures()), *row[len(by) :])
    return found


# -- weeks ----------------------------------------------------------------------------------------------------------------

WEEKS = f"""
SELECT clause, floor(extract(epoch FROM %(until)s - at) / 604800)::int, count(*) FILTER (WHERE state = 'kept'),
       count(*) FILTER (WHERE state = 'breached')
  FROM ({DECIDED}) decided
 GROUP BY 1, 2
"""  # noqa: S608 - our own words


def trend(clause: str, *, until: datetime, weeks: int = 13) -> list[Week]:
    """The clause week by week up to `until`, the oldest first. A week is seven days back from `until`. One statement."""
    return trends(until=until, weeks=weeks, clause=clause).get(clause) or _weeks({}, until, weeks)


def trends(*, until: datetime, weeks: int = 13, clause: str | None = None) -> dict[str, list[Week]]:
    """The same for every clause of which anything was decided in that time. One statement."""
    only, values = _only(None, None, clause)
    counted: dict[str, dict[int, tuple[int, int]]] = {}
    for name, ago, kept, breached in _rows(
        WEEKS.format(only=only), values | {"since": until - weeks * WEEK, "until": until}
    ):
        counted.setdefault(name, {})[max(0, ago if ago < weeks else weeks - 1)] = (kept, breached)
    return {name: _weeks(found, until, weeks) for name, found in counted.items()}


def _weeks(counted: Mapping[int, tuple[int, int]], until: datetime, weeks: int) -> list[Week]:
    return [Week(until - (ago + 1) * WEEK, *counted.get(ago, (0, 0))) for ago in reversed(range(weeks))]


# -- rows -----------------------------------------------------------------------------------------------------------------


def _only(account: int | None, plan: str | None, clause: str | None) -> tuple[str, dict[str, Any]]:
    """The conditions that narrow the commitments, and their values. Subjects are looked up by key, from an index."""
    parts: list[str] = []
    if clause is not None:
        parts.append("AND clause = %(clause)s")
    wanted = [f"{name} = %({name})s" for name, value in (("account_id", account), ("plan", plan)) if value is not None]
    if wanted:
        own = [one.replace("account_id =", "id =") for one in wanted]
        parts.append(
            f"AND subject IN (SELECT 'ticket:' || id FROM tickets_ticket WHERE {' AND '.join(wanted)}"  # noqa: S608
            f" UNION ALL SELECT 'account:' || id FROM accounts_account WHERE {' AND '.join(own)})"
        )
    return " ".join(parts), {"clause": clause, "account_id": account, "plan": plan}


def _with(figures: Figures, state: str, count: int, median: float | None, worst: int | None, awaited: int) -> Figures:
    """The figures with what was counted of one state."""
    if state != "breached":
        return replace(figures, **{state: count})
    return replace(
        figures,
        breached=count,
        late_median_s=None if median is None else median / MICROSECONDS,
        late_worst_s=None if worst is None else worst / MICROSECONDS,
        late_awaited=awaited,
    )


def _rows(sql: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
