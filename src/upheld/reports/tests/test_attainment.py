"""The figures against counting by hand, over random commitments; and that no list of cases misses or repeats one."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from statistics import median

import pytest
from pytest_django import DjangoAssertNumQueries

from upheld.accounts.models import Account
from upheld.commitments.models import Commitment, PolicyVersion
from upheld.conftest import Cast
from upheld.reports.attainment import Period, by_cell, by_clause, by_clause_in, trend, trends
from upheld.reports.cases import cases, tightest
from upheld.tickets.models import Ticket
from upheld.tickets.tests.scenes import opened

NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)
DAY = timedelta(days=1)
CLAUSES = ("first-response", "p1-update", "resolution")
STATES = ("running", "paused", "kept", "breached", "void", "waived")
SECOND = 1_000_000

pytestmark = pytest.mark.django_db


def commitment(version: PolicyVersion, subject: str, clause: str, cycle: int, state: str, **more: object) -> Commitment:
    began = NOW - 20 * DAY
    values = {"began_at": began, "due_at": began + DAY, "ended_at": None, "late": None} | more
    return Commitment(
        subject=subject, clause=clause, cycle=cycle, version=version, state=state, since_at=began, target=1, used=0,
        calendar="always", **values,
    )  # fmt: skip


@pytest.fixture
def rows(techflow: PolicyVersion) -> list[Commitment]:
    dice = random.Random(7)
    found = []
    for number in range(400):
        state = dice.choice(STATES)
        began = NOW - dice.random() * 120 * DAY
        due = None if state == "paused" else began + dice.random() * 20 * DAY
        if state == "running":
            due = NOW + dice.random() * DAY
        is_over = state in ("kept", "void", "waived") or (state == "breached" and dice.random() < 0.7)
        ended = began + dice.random() * 30 * DAY if is_over else None
        late = dice.randrange(90_000) * SECOND if state == "breached" and ended else None
        found.append(
            commitment(
                techflow, f"ticket:{number % 90}", dice.choice(CLAUSES), number, state,
                began_at=began, due_at=due, ended_at=ended, late=late,
            )
        )  # fmt: skip
    return Commitment.objects.bulk_create(found)


def decided_at(row: Commitment) -> datetime | None:
    return row.due_at if row.state == "breached" else row.ended_at


@pytest.mark.parametrize("days", [7, 30, 90])
@pytest.mark.parametrize("ago", [0, 20])
def test_figures_are_those_that_one_counts_by_hand(rows: list[Commitment], days: int, ago: int) -> None:
    until = NOW - ago * DAY
    since = until - days * DAY
    found = by_clause(since=since, until=until)
    for clause in CLAUSES:
        own = [row for row in rows if row.clause == clause]
        inside = [row for row in own if (at := decided_at(row)) is not None and since <= at < until]
        counted = Counter(row.state for row in inside)
        late = [row.late / SECOND for row in inside if row.late is not None]
        running = [row for row in own if row.began_at < until and ((at := decided_at(row)) is None or at >= until)]
        figures = found[clause]
        assert (figures.kept, figures.breached, figures.waived, figures.void) == (
            counted["kept"],
            counted["breached"],
            counted["waived"],
            counted["void"],
        )
        assert figures.running == len(running)
        assert figures.late_awaited == counted["breached"] - len(late)
        assert figures.late_worst_s == max(late, default=None)
        assert figures.late_median_s == (pytest.approx(median(late)) if late else None)


def test_several_periods_cost_what_one_costs(
    rows: list[Commitment], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    periods = [Period(NOW - days * DAY, NOW) for days in (7, 30, 90)]
    with django_assert_num_queries(2):
        found = by_clause_in(periods)
    assert found == [by_clause(since=one.since, until=one.until) for one in periods]


def test_nothing_decided_has_no_share(techflow: PolicyVersion) -> None:
    Commitment.objects.bulk_create([commitment(techflow, "ticket:1", "resolution", 1, "running")])
    found = by_clause(since=NOW - 30 * DAY, until=NOW)["resolution"]
    assert (found.running, found.decided, found.share) == (1, 0, None)


def test_weeks_add_up_to_the_period(rows: list[Commitment]) -> None:
    weekly = trends(until=NOW, weeks=13)
    whole = by_clause(since=NOW - 91 * DAY, until=NOW)
    for clause in CLAUSES:
        assert sum(week.kept for week in weekly[clause]) == whole[clause].kept
        assert sum(week.breached for week in weekly[clause]) == whole[clause].breached
        assert weekly[clause] == trend(clause, until=NOW)
        assert [week.since for week in weekly[clause]] == [NOW - (ago + 1) * 7 * DAY for ago in reversed(range(13))]
    assert [(week.kept, week.breached) for week in trend("nobody", until=NOW, weeks=2)] == [(0, 0), (0, 0)]


@pytest.mark.parametrize("state", ["kept", "breached", "waived", "void"])
def test_the_cases_are_those_of_the_figure_each_once(rows: list[Commitment], state: str) -> None:
    since = NOW - 60 * DAY
    figures = by_clause(since=since, until=NOW)["p1-update"]
    seen: list[int] = []
    after = ""
    while True:
        page = cases("p1-update", state, since=since, until=NOW, after=after, size=7)
        seen += [case.pk for case in page.cases]
        after = page.after
        if not after:
            break
    assert len(seen) == len(set(seen)) == getattr(figures, state)


def test_the_tightest_running_come_first(rows: list[Commitment]) -> None:
    first = tightest("p1-update", size=5)
    second = tightest("p1-update", after=first.after, size=5)
    due = [case.due_at for case in (*first.cases, *second.cases)]
    assert due == sorted(row.due_at for row in rows if row.state == "running" and row.clause == "p1-update")[:10]  # type: ignore[type-var]


@pytest.mark.parametrize("after", ["x", "_", "2026-03-01_", "2026-03-01T00:00:00_3", "9_9"])
def test_a_key_that_is_none_gives_the_first_page(rows: list[Commitment], after: str) -> None:
    assert tightest("p1-update", after=after) == tightest("p1-update")


def test_an_account_a_plan_and_a_cell_see_their_own(cast: Cast, techflow: PolicyVersion) -> None:
    Commitment.objects.all().delete()
    ours, theirs = opened(cast), opened(cast)
    Commitment.objects.all().delete()
    other = Account.objects.exclude(pk=cast.account.pk).get()
    Ticket.objects.filter(pk=theirs.pk).update(account=other, plan="standard", priority="P4")
    Ticket.objects.filter(pk=ours.pk).update(priority="P1", plan="enterprise")
    made = [(ours.key, "kept"), (ours.key, "breached"), (theirs.key, "breached"), (cast.account.key, "kept")]
    Commitment.objects.bulk_create(
        commitment(techflow, subject, "resolution", number, state, ended_at=NOW - DAY, due_at=NOW - DAY)
        for number, (subject, state) in enumerate(made)
    )
    since = NOW - 7 * DAY
    assert by_clause(since=since, until=NOW, account=cast.account.pk)["resolution"].decided == 3
    assert by_clause(since=since, until=NOW, plan="standard")["resolution"].breached == 1
    assert by_clause(since=since, until=NOW, account=other.pk, plan="enterprise") == {}
    cells = by_cell("resolution", ("priority", "plan"), since=since, until=NOW)
    assert {cell: (one.kept, one.breached) for cell, one in cells.items()} == {
        ("P1", "enterprise"): (1, 1),
        ("P4", "standard"): (0, 1),
    }
    assert by_cell("resolution", ("amount",), since=since, until=NOW) == {}
