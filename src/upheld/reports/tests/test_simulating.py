"""A real history made by actions, held against the policy in force and against another; runs survive what befalls them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import pytest
from django.db import OperationalError, connection

from upheld.commitments.actions import publish_sources, waive
from upheld.commitments.models import Commitment
from upheld.commitments.moving import move
from upheld.commitments.policies import in_force as policy_in_force
from upheld.commitments.policies import version_in_force
from upheld.commitments.ticker import tick
from upheld.conftest import Cast
from upheld.events.models import Event
from upheld.kernel.instants import to_us
from upheld.policy import Policy, PolicyErrors
from upheld.policy.simulation import Simulation, Window
from upheld.policy.simulation.results import as_data
from upheld.reports.actions import AlreadyOver, NoPeriod, start_simulation, stop_simulation
from upheld.reports.forecasting import read_record
from upheld.reports.histories import all_histories, read_chunk
from upheld.reports.jobs import simulate
from upheld.reports.models import SimulationRun
from upheld.reports.simulating import partial_result, policy_of_run, work_on
from upheld.tickets.actions.changing import change
from upheld.tickets.actions.conversation import customer_reply, reply
from upheld.tickets.actions.merging import merge, unmerge
from upheld.tickets.actions.resolution import resolve
from upheld.tickets.models import Ticket
from upheld.tickets.tests.scenes import DAY, HOUR, MINUTE, MONDAY, RECORD, opened

UNTIL = MONDAY + 10 * DAY
WINDOW = Window(to_us(MONDAY - DAY), to_us(UNTIL))
TIGHT, LOOSE = "15m", "3h"


def everything_ticks(at: Any) -> None:
    while tick(at):
        pass


@pytest.fixture
def policy(cast: Cast) -> Policy:
    return policy_in_force()


@pytest.fixture
def history(cast: Cast) -> list[Ticket]:
    """Answered in time, answered late, waived, merged and taken back, made more urgent: with the ticker beside it."""
    answered, late, let_go, merged, urgent = (opened(cast, priority="P1", at=MONDAY + n * MINUTE) for n in range(5))
    said: dict[str, Any] = {"text": "Yes.", "author": cast.agent.person, "by": cast.agent.actor}
    reply(answered, at=MONDAY + 8 * MINUTE, **said)
    open_clauses = Commitment.objects.of(let_go.key).awaited().tightest_first()
    first = open_clauses[0]
    waive(let_go.key, first.clause, first.cycle, by=cast.lead.actor, at=MONDAY + 9 * MINUTE, reason="By telephone.")
    merge(merged, into=answered, by=cast.agent.actor, at=MONDAY + 10 * MINUTE)
    everything_ticks(MONDAY + HOUR)
    reply(late, at=MONDAY + 2 * HOUR, **said)
    unmerge(merged, by=cast.agent.actor, at=MONDAY + 3 * HOUR)
    change(urgent, priority="P2", by=cast.agent.actor, at=MONDAY + 3 * HOUR)
    everything_ticks(MONDAY + DAY)
    customer_reply(answered, text="Thanks.", channel="portal", by=cast.customer.actor, at=MONDAY + DAY)
    resolve(answered, record=RECORD, by=cast.agent.actor, at=MONDAY + DAY + HOUR)
    everything_ticks(UNTIL)
    return [answered, late, let_go, merged, urgent]


def in_force() -> dict[str, str]:
    return dict(version_in_force().sources)


def draft() -> dict[str, str]:
    """The policy in force with another time for the first response to the most urgent."""
    sources = in_force()
    changed = (
        sources["commitments.yaml"]
        .replace("professional: 1h", "professional: 3h")
        .replace("enterprise: 15m", "enterprise: 3h")
    )
    changed = changed.replace("standard: 4h, professional: 3h", "standard: 5m, professional: 3h")
    assert changed != sources["commitments.yaml"]
    return sources | {"commitments.yaml": changed}


def started(cast: Cast, sources: dict[str, str] | None = None, **more: Any) -> SimulationRun:
    given: dict[str, Any] = {"title": "A try", "kind": "history", "since": MONDAY - DAY, "until": UNTIL} | more
    return start_simulation(sources or in_force(), by=cast.lead.actor, at=UNTIL, **given)


def test_the_policy_in_force_gives_what_really_happened(policy: Policy, history: list[Ticket]) -> None:
    simulation = Simulation(policy, WINDOW)
    for chunk in all_histories(WINDOW, size=2):
        simulation.add_all(chunk)
        for one in chunk:
            rows = {(row.clause, row.cycle): row for row in Commitment.objects.of(one.subject)}
            assert one.missing == []
            now = simulation.states_now(one)
            assert {(state.clause, state.cycle) for state in now} == set(rows)
            for state in now:
                row = rows[state.clause, state.cycle]
                assert (state.state, state.late) == (row.state, row.late)
                assert [name for name, _ in state.marks] == [name for name, _ in row.marks]
    data = as_data(simulation.tally, policy, WINDOW)
    assert data["exact"]
    assert data["subjects"] >= len(history)
    assert (data["changes"]["worse"], data["changes"]["better"]) == (0, 0)
    assert all(one["then"] == one["now"] for one in data["clauses"])
    assert sum(one["now"]["waived"] for one in data["clauses"]) == 1
    assert sum(one["now"]["breached"] for one in data["clauses"]) > 1


def test_what_is_missing_from_the_record_is_named(history: list[Ticket]) -> None:
    with connection.cursor() as cursor:  # as nobody can through the desk
        cursor.execute("ALTER TABLE events_event DISABLE TRIGGER USER")
    late = history[1]
    Event.objects.filter(subject=late.key, kind="ticket.replied").delete()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE events_event ENABLE TRIGGER USER")
    found = {one.subject: one for one in read_chunk(WINDOW)}
    assert [subject for subject, one in found.items() if one.missing] == [late.key]
    assert any("the event of that instant is missing" in one.what for one in found[late.key].missing)
    rows = Commitment.objects.of(late.key)
    assert {state.state for state in found[late.key].then} == {row.state for row in rows}, "the record is believed"


def test_a_draft_changes_sides_and_says_of_which_tickets(cast: Cast, history: list[Ticket]) -> None:
    run = started(cast, draft())
    assert work_on(run.pk, seconds=60)
    run.refresh_from_db()
    assert run.result is not None
    listed = run.result["changes"]["listed"]
    assert {one["subject"] for one in listed} <= {ticket.key for ticket in history}
    assert run.result["changes"]["better"] + run.result["changes"]["worse"] == len(listed) > 0
    assert {one["clause"] for one in listed} == {"first-response"}
    assert (run.state, run.done, run.finished_at is not None) == ("done", run.total, True)


def test_the_past_is_looked_at_as_it_stood(history: list[Ticket], policy: Policy) -> None:
    """Events after the end of the window have not happened yet."""
    early = Window(to_us(MONDAY - DAY), to_us(MONDAY + 30 * MINUTE))
    simulation = Simulation(policy, early)
    for chunk in all_histories(early):
        simulation.add_all(chunk)
    assert simulation.tally.changed == (0, 0)
    assert simulation.tally.last_at is not None
    assert simulation.tally.last_at <= early.until
    assert all(sides.then == sides.now for sides in simulation.tally.clauses.values())


def test_a_ticket_that_was_moved_is_tried_from_its_beginning(cast: Cast, history: list[Ticket], policy: Policy) -> None:
    """What happened is told with the move; before it, under the version of then."""
    second = publish_sources(draft(), by=cast.lead.actor, at=UNTIL, effective_at=UNTIL)
    moved = history[2]
    assert move([moved.key], to=second, by=cast.lead.actor, at=UNTIL + MINUTE) == [moved.key]
    after, before = Window(to_us(MONDAY), to_us(UNTIL + DAY)), WINDOW
    for window, version in ((after, 2), (before, 1)):
        (one,) = (one for one in read_chunk(window) if one.subject == moved.key)
        assert one.missing == []
        assert one.policy is not None
        assert (one.policy is policy) == (version == 1)
        simulation = Simulation(policy, window)
        simulation.add(one)
        assert simulation.states_now(one)[0].began_at == to_us(MONDAY + 2 * MINUTE)
        if version == 1:
            assert simulation.tally.changed == (0, 0)


def test_a_killed_worker_is_taken_over_and_nothing_counts_twice(cast: Cast, history: list[Ticket]) -> None:
    whole, broken = started(cast), started(cast)
    work_on(whole.pk, seconds=60)
    with (
        patch("upheld.reports.simulating.announce", side_effect=[None, OperationalError("gone"), None]),
        pytest.raises(OperationalError),
    ):
        work_on(broken.pk, seconds=60, size=2)
    broken.refresh_from_db()
    assert broken.state == "running"
    assert 0 < broken.done < broken.total
    while not work_on(broken.pk, seconds=0, size=1):
        pass
    whole.refresh_from_db()
    broken.refresh_from_db()
    assert broken.result == whole.result
    simulate(broken.pk)  # the job of before comes back late
    broken.refresh_from_db()
    assert broken.result == whole.result


def test_of_two_workers_one_lets_go(cast: Cast, history: list[Ticket]) -> None:
    run = started(cast)
    assert not work_on(run.pk, seconds=0, size=2)
    stale = SimulationRun.objects.get(pk=run.pk)
    assert not work_on(run.pk, seconds=0, size=2)
    with patch("upheld.reports.simulating.SimulationRun.objects.filter") as seen:
        seen.return_value.first.return_value = stale
        seen.return_value.update.return_value = 0
        assert work_on(run.pk, seconds=0, size=2)
    run.refresh_from_db()
    assert run.done == 4


def test_a_run_stops_between_two_chunks_and_shows_its_part(cast: Cast, history: list[Ticket]) -> None:
    run = started(cast)
    assert not work_on(run.pk, seconds=0, size=2)
    stop_simulation(run, by=cast.lead.actor, at=UNTIL)
    assert work_on(run.pk, seconds=60)
    run.refresh_from_db()
    assert (run.state, run.done, run.result, run.stopped_by) == ("stopped", 2, None, cast.lead.actor.key)
    part = partial_result(run)
    assert part is not None
    assert part["subjects"] == 2
    with pytest.raises(AlreadyOver):
        stop_simulation(run, by=cast.lead.actor, at=UNTIL)


def test_asking_records_an_event_and_queues_a_job(cast: Cast, policy: Policy) -> None:
    run = started(cast)
    event = Event.objects.get(subject=f"simulation:{run.pk}")
    assert (event.kind, event.actor) == ("simulation.started", cast.lead.actor.key)
    with connection.cursor() as cursor:
        cursor.execute("SELECT args->>'run_id' FROM procrastinate_jobs WHERE task_name = 'reports.simulate'")
        assert cursor.fetchall() == [(str(run.pk),)]


@pytest.mark.parametrize(
    ("sources", "since", "expected"),
    [({"policy.yaml": "name: x"}, MONDAY, PolicyErrors), (None, UNTIL, NoPeriod)],
)
def test_a_question_that_makes_no_sense_is_refused(
    cast: Cast, policy: Policy, sources: Any, since: Any, expected: Any
) -> None:
    with pytest.raises(expected):
        started(cast, sources, since=since)
    assert not SimulationRun.objects.exists()


def test_a_failure_is_told(cast: Cast, policy: Policy) -> None:
    run = started(cast, kind="forecast", parameters={"agents": {"office": 2}})
    assert work_on(run.pk, seconds=60)
    run.refresh_from_db()
    assert run.state == "failed"
    assert "Too few replies" in run.trouble or "No ticket" in run.trouble


def test_a_forecast_from_the_record(cast: Cast, history: list[Ticket], policy: Policy) -> None:
    asked = {"agents": {"office": 1}, "handling": 6, "target": 0.8, "seed": 3}
    runs = [started(cast, kind="forecast", parameters=asked) for _ in range(2)]
    work_on(runs[0].pk, seconds=60)
    while not work_on(runs[1].pk, seconds=0):
        pass
    first, second = (SimulationRun.objects.get(pk=run.pk) for run in runs)
    assert first.state == "done", first.trouble
    assert first.result == second.result, "the same seed, in one go or in many"
    assert first.result is not None
    assert first.result["tickets_a_week"] == pytest.approx(2.5), "five on one of two Mondays"
    assert {"clause", "name", "mean", "give_or_take"} <= set(first.result["clauses"][0])
    assert "under 4 weeks" in first.result["caveats"][0]
    assert policy_of_run(first).name == policy.name


def test_what_the_record_says_of_handling(cast: Cast, policy: Policy) -> None:
    for number in range(36):
        ticket = opened(cast, at=MONDAY + number * 10 * MINUTE)
        reply(
            ticket, text="Yes.", author=cast.agent.person, by=cast.agent.actor, at=MONDAY + (number + 1) * 10 * MINUTE
        )
    arrivals, found, _ = read_record(policy, MONDAY - DAY, MONDAY + DAY)
    assert arrivals.total == 36
    assert found is not None
    assert found[0].mean == pytest.approx(600)
    assert "35 replies" in found[1]


def test_a_large_history_is_read_in_chunks(
    history: list[Ticket], django_assert_num_queries: Callable[..., Any]
) -> None:
    with django_assert_num_queries(3):
        assert len(read_chunk(WINDOW)) == len(history)
