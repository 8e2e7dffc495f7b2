"""Going over to another version of the policy: what is used stays used, what is over stays as it is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from upheld.kernel.durations import HOUR, MINUTE
from upheld.kernel.instants import parse_instant
from upheld.policy import CommitmentState, Event, Promises, SubjectFold
from upheld.policy.loader import load_sources
from upheld.policy.tests.histories import Told, calendars, series, stories

MONDAY = parse_instant("2026-03-02T09:00:00Z")
ANSWER = "answer: {on: ticket, begins: ticket.opened, kept_by: ticket.replied, warn: [50%], within: "
OPENED = Event(MONDAY, "ticket.opened", "ticket:1", data={"priority": "P1"})
REPLIED = Event(MONDAY + 30 * MINUTE, "ticket.replied", "ticket:1")


def promises(commitments: str) -> Promises:
    policy = load_sources(
        {
            "policy.yaml": b"name: p\nversion: 1\npriorities: {P1: Critical, P2: High}",
            "hours.yaml": b'calendars: {always: {open: always}, office: {zone: UTC, weekly: {mon-fri: "09:00-17:00"}}}',
            "commitments.yaml": commitments.encode(),
        }
    )
    return Promises.of(policy, "ticket")


def moved(old: str, new: str, *events: Event, at: int, then: tuple[Event, ...] = (), until: int) -> list[Any]:
    """Clause, cycle, state, due and used after a move at `at`, as minutes since Monday nine o'clock."""
    run = SubjectFold(promises(old))
    for event in events:
        run.apply(event)
    run.move(promises(new), MONDAY + at * MINUTE, events)
    for event in then:
        run.apply(event)
    return [_told(state) for state in run.states(MONDAY + until * MINUTE)]


def _told(state: CommitmentState) -> tuple[str, int, str, float | None, float]:
    due = None if state.due_at is None else (state.due_at - MONDAY) / MINUTE
    return state.clause, state.cycle, state.state, due, state.used / MINUTE


@pytest.mark.parametrize(
    ("within", "expected"),
    [
        ("4h}", ("answer", 1, "running", 240, 90)),
        ("2h}", ("answer", 1, "running", 120, 90)),
        ("30m}", ("answer", 1, "breached", 60, 90)),  # used up at the move, and missed then, not before
        ("4h, calendar: office}", ("answer", 1, "running", 240, 90)),
        ("{by: priority, P2: 1h}}", ("answer", 1, "void", 60, 60)),
    ],
)
def test_what_runs_goes_on_with_the_time_used(within: str, expected: tuple[object, ...]) -> None:
    assert moved(ANSWER + "1h}", ANSWER + within, OPENED, at=60, until=90)[0] == expected


def test_what_was_breached_and_what_is_over_stays() -> None:
    assert moved(ANSWER + "20m}", ANSWER + "4h}", OPENED, at=60, until=90) == [("answer", 1, "breached", 20, 90)]
    assert moved(ANSWER + "1h}", ANSWER + "10m}", OPENED, REPLIED, at=60, until=90) == [("answer", 1, "kept", 60, 30)]


def test_a_clause_that_is_gone_is_void_and_one_that_is_new_begins_at_the_move() -> None:
    new = "solved: {on: ticket, begins: ticket.opened, kept_by: ticket.resolved, within: 1h}"
    found = moved(ANSWER + "2h}", new, OPENED, at=60, until=90)
    assert found == [("solved", 1, "running", 120, 30), ("answer", 1, "void", 120, 60)]


def test_a_new_clause_that_would_be_over_by_now_does_not_begin() -> None:
    new = ANSWER + "2h}\n" + ANSWER.replace("answer:", "greeting:") + "1h}"
    found = moved(ANSWER + "2h}", new, OPENED, REPLIED, at=60, until=90)
    assert [one[0] for one in found] == ["answer"]


def test_a_new_warning_is_given_and_one_that_was_given_is_not_repeated() -> None:
    run = SubjectFold(promises(ANSWER + "2h}"))
    run.apply(OPENED)
    run.move(promises(ANSWER.replace("[50%]", "[50%, 75%]") + "2h}"), MONDAY + 70 * MINUTE, [OPENED])
    (state,) = run.states(MONDAY + 100 * MINUTE)
    assert state.marks == (("50%", MONDAY + HOUR), ("75%", MONDAY + 90 * MINUTE))


def test_appointments_go_on_from_the_one_whose_time_it_is() -> None:
    old = "calls: {on: ticket, begins: ticket.opened, kept_by: ticket.replied, at: [1h, 2h], then_every: 4h}"
    new = "calls: {on: ticket, begins: ticket.opened, kept_by: ticket.replied, at: [30m, 1h], then_every: 1h}"
    found = moved(old, new, OPENED, at=90, until=200)
    assert [one[3] for one in found] == [60, 120, 180, 240]


def test_names_that_only_the_new_version_asks_for_are_known_from_before() -> None:
    new = ANSWER + "{by: priority, P1: 3h, P2: 8h}}"
    assert moved(ANSWER + "1h}", new, OPENED, at=30, until=40) == [("answer", 1, "running", 180, 40)]


@settings(max_examples=300, deadline=None)
@given(st.one_of(stories(), series()), st.data())
def test_moving_to_the_same_version_changes_nothing(told: Told, data: st.DataObject) -> None:
    run = SubjectFold(told.promises())
    split = data.draw(st.integers(0, len(told.events)))
    for event in told.events[:split]:
        run.apply(event)
    later = told.events[split].at if split < len(told.events) else told.until_us
    run.move(told.promises(), data.draw(st.integers(run.at, max(run.at, later))) if split else 0, told.events[:split])
    for event in told.events[split:]:
        run.apply(event)
    staid = SubjectFold(told.promises())
    for event in told.events:
        staid.apply(event)
    assert run.states(told.until_us) == [replaced(state, run, told) for state in staid.states(told.until_us)]


def replaced(state: CommitmentState, run: SubjectFold, told: Told) -> CommitmentState:
    """A stopwatch that was read at the move starts from there; what it shows is the same."""
    moved_state = next(
        one for one in run.states(told.until_us) if (one.clause, one.cycle) == (state.clause, state.cycle)
    )
    return CommitmentState(
        **{name: getattr(state, name) for name in state.__struct_fields__ if name not in ("since_at", "used_at_since")},
        since_at=moved_state.since_at,
        used_at_since=moved_state.used_at_since,
    )


@settings(max_examples=200, deadline=None)
@given(stories(), st.integers(1, 40))
def test_used_time_never_shrinks_by_a_move(told: Told, factor: int) -> None:
    clause = told.clause
    if clause.within is None:
        return
    run = SubjectFold(told.promises())
    for event in told.events:
        run.apply(event)
    before = {(one.clause, one.cycle): one.used for one in run.states(told.until_us)}
    later = replace(clause, warn=clause.warn[:1], pauses_while=(), renews=not clause.renews)
    run.move(Promises([later], calendars()), told.until_us, told.events)
    after = {(one.clause, one.cycle): one.used for one in run.states(told.until_us + factor * HOUR)}
    assert all(after[cycle] >= used for cycle, used in before.items())
