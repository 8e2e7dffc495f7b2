"""A series goes on by itself: the next appointment is owed although the one before was met early."""

from __future__ import annotations

from upheld.config.values import SOURCE_ROOT
from upheld.kernel.durations import DAY, HOUR
from upheld.policy import CommitmentState, Event, Promises, SubjectFold, load
from upheld.policy.states import BREACHED, KEPT, RUNNING

FOLLOW_UP = "follow-up"  # of crm-pro: a day after the resolution, and a week after it
RESOLVED = 0


def followed_up(at: int) -> SubjectFold:
    run = SubjectFold(Promises.of(load(SOURCE_ROOT / "policies" / "crm-pro"), "ticket"))
    run.apply(Event(RESOLVED, "ticket.resolved", "ticket:1"))
    run.apply(Event(at, "ticket.followed_up", "ticket:1"))
    return run


def follow_ups(run: SubjectFold, at: int) -> list[CommitmentState]:
    return [state for state in run.states(at) if state.clause == FOLLOW_UP]


def test_an_appointment_met_early_wakes_whoever_keeps_time_when_the_next_one_begins() -> None:
    run = followed_up(10 * HOUR)
    (first,) = follow_ups(run, 10 * HOUR)
    assert (first.state, first.next_wake_at) == (KEPT, DAY)

    first, second = follow_ups(run, DAY + 1)
    assert (first.state, first.next_wake_at) == (KEPT, None)
    assert (second.state, second.began_at, second.due_at) == (RUNNING, DAY, 7 * DAY)


def test_the_next_appointment_is_breached_when_nobody_comes() -> None:
    *_, second = follow_ups(followed_up(10 * HOUR), 7 * DAY + 1)
    assert (second.cycle, second.state, second.due_at) == (2, BREACHED, 7 * DAY)


def test_the_last_appointment_wakes_nobody() -> None:
    run = followed_up(10 * HOUR)
    run.apply(Event(2 * DAY, "ticket.followed_up", "ticket:1"))
    assert [(state.state, state.next_wake_at) for state in follow_ups(run, 30 * DAY)] == [(KEPT, None), (KEPT, None)]
