"""What holds of the fold for any clause and any history."""

from __future__ import annotations

from dataclasses import replace
from itertools import accumulate

from hypothesis import given, settings
from hypothesis import strategies as st

from upheld.policy import CommitmentState, Event, Promises, SubjectFold, fold
from upheld.policy.states import BREACHED, KEPT, VOID, WAIVED
from upheld.policy.tests.histories import GAPS, SECONDS, SeriesStory, Story, Told, calendars, series, stories

any_history = st.one_of(stories(), stories(), series())
a_while = st.sampled_from(GAPS)


def held(told: Told, until: int | None = None, *, events: int | None = None) -> list[CommitmentState]:
    """The states after so many of the events (all, if not said), at `until` (when the story is looked at, if not said)."""
    happened = told.events[:events]
    until = max([event.at for event in happened], default=0) if events is not None else until
    return fold(told.clause, happened, calendars=calendars(), until=told.until_us if until is None else until)


def looks(states: list[CommitmentState]) -> list[tuple[object, ...]]:
    """What of the states does not grow by itself."""
    return [(one.cycle, one.state, one.began_at, one.due_at, one.ended_at, one.late, one.marks) for one in states]


@settings(max_examples=1200, deadline=None)
@given(stories())
def test_the_fold_is_what_one_sees_who_looks_at_the_clock_every_quarter_of_an_hour(story: Story) -> None:
    assert story.folded() == story.expected()


@settings(max_examples=500, deadline=None)
@given(series())
def test_appointments_are_what_one_sees_who_looks_at_the_clock_every_quarter_of_an_hour(story: SeriesStory) -> None:
    assert story.folded() == story.expected()


@settings(max_examples=100, deadline=None)
@given(stories(windows=(SECONDS,), longest=6))
def test_the_fold_is_what_one_sees_who_looks_at_the_clock_every_second(story: Story) -> None:
    assert story.folded() == story.expected()


@settings(max_examples=200, deadline=None)
@given(any_history, st.lists(any_history, max_size=3))
def test_the_clauses_of_a_subject_know_nothing_of_each_other(told: Told, others: list[Told]) -> None:
    clauses = [told.clause, *(replace(one.clause, name=f"other-{place}") for place, one in enumerate(others))]
    together = SubjectFold(Promises(clauses, calendars()))
    for event in told.events:
        together.apply(event)
    alone = [fold(clause, told.events, calendars=calendars(), until=told.until_us) for clause in clauses]
    assert together.states(told.until_us) == [state for states in alone for state in states]


@settings(max_examples=200, deadline=None)
@given(any_history, st.data())
def test_looking_between_the_events_changes_nothing_however_far_ahead_one_looks(
    told: Told, data: st.DataObject
) -> None:
    watched = SubjectFold(told.promises())
    for event in told.events:
        for _ in range(data.draw(st.integers(0, 2))):
            watched.states(watched.at + told.window.tick_seconds * 1_000_000 * data.draw(a_while))
        watched.apply(event)
    assert watched.states(told.until_us) == held(told)


@settings(max_examples=200, deadline=None)
@given(any_history, st.data())
def test_time_may_pass_in_any_number_of_steps(told: Told, data: st.DataObject) -> None:
    watched = SubjectFold(told.promises())
    for event in told.events:
        if event.at > watched.at > 0:
            watched.pass_time(data.draw(st.integers(watched.at, event.at)))
        watched.apply(event)
    assert looks(watched.states(told.until_us)) == looks(held(told))
    assert [one.used for one in watched.states(told.until_us)] == [one.used for one in held(told)]


@settings(max_examples=200, deadline=None)
@given(any_history)
def test_an_event_with_a_time_before_its_predecessor_counts_at_the_predecessors_time(told: Told) -> None:
    times = accumulate((event.at for event in told.events), max)
    in_order = [
        Event(at, event.kind, event.subject, event.actor, event.data)
        for at, event in zip(times, told.events, strict=True)
    ]
    assert fold(told.clause, in_order, calendars=calendars(), until=told.until_us) == held(told)


@settings(max_examples=200, deadline=None)
@given(any_history, st.lists(a_while, max_size=4))
def test_as_time_goes_on_used_time_never_shrinks_and_what_ended_stays(told: Told, steps: list[int]) -> None:
    before = held(told)
    at = told.until_us
    for step in steps:
        at += step * told.window.tick_seconds * 1_000_000
        after = held(told, at)
        for old, new in zip(before, after, strict=False):
            assert new.used >= old.used
            assert new.marks[: len(old.marks)] == old.marks
            # An appointment that is met still wakes whoever keeps time for the next one.
            assert looks([new]) == looks([old]) or not (old.ended_at and old.state in (KEPT, VOID, WAIVED))
        before = after


@settings(max_examples=200, deadline=None)
@given(any_history)
def test_events_never_change_what_was_kept_or_waived_nor_when_something_was_breached(told: Told) -> None:
    before: list[CommitmentState] = []
    for count in range(len(told.history) + 1):
        after = held(told, events=count)
        for old, new in zip(before, after, strict=False):
            assert (new.cycle, new.began_at) == (old.cycle, old.began_at)
            assert new.used >= old.used
            assert new.marks[: len(old.marks)] == old.marks
            if old.state in (KEPT, WAIVED):
                assert looks([new]) == looks([old])
            if old.state == BREACHED:
                assert (new.state, new.due_at) == (BREACHED, old.due_at)
        assert len(after) >= len(before)
        before = after


@settings(max_examples=200, deadline=None)
@given(stories())
def test_only_what_may_go_on_changes_after_it_ended(story: Story) -> None:
    """Void cycles go on when `when` holds again or a merge is taken back; a clause without either ends each cycle once."""
    clause = story.clause
    may_go_on = story.promise.taken_back or clause.when or clause.unless or None in _cells(story)
    before: list[CommitmentState] = []
    for count in range(len(story.history) + 1):
        after = held(story, events=count)
        if not may_go_on:
            assert [one for one in before if one.ended_at] == [
                new for old, new in zip(before, after, strict=False) if old.ended_at
            ]
        before = after


def _cells(story: Story) -> list[object]:
    within = story.clause.within
    assert within is not None
    assert within.table is not None
    assert story.clause.calendar.table is not None
    return [*within.table.values(), *story.clause.calendar.table.values()]


@settings(max_examples=200, deadline=None)
@given(any_history)
def test_each_mark_is_made_once_in_a_cycle_and_a_breach_is_marked_when_it_is_due(told: Told) -> None:
    for one in held(told):
        names = [name for name, _ in one.marks]
        assert len(names) == len(set(names))
        assert [at for _, at in one.marks] == sorted(at for _, at in one.marks)
        assert dict(one.marks).get("breach") == (one.due_at if one.state == BREACHED else None)


@settings(max_examples=200, deadline=None)
@given(any_history)
def test_cycles_are_numbered_and_only_the_last_of_a_clause_with_a_target_is_awaited(told: Told) -> None:
    states = held(told)
    assert [one.cycle for one in states] == list(range(1, len(states) + 1))
    if not told.clause.is_series:
        assert all(one.ended_at is not None for one in states[:-1])


@settings(max_examples=250, deadline=None)
@given(any_history, st.floats(0, 1))
def test_next_wake_at_is_the_instant_after_which_time_alone_changes_the_state(told: Told, share: float) -> None:
    now = held(told)
    wakes = [one.next_wake_at for one in now if one.next_wake_at is not None]
    later = told.window.us(told.window.ticks * 3)
    first = min(wakes, default=later)
    assert first >= told.until_us
    between = told.until_us + round((first - told.until_us) * share)
    for quiet in (between, first):
        assert looks(held(told, quiet)) == looks(now)
    if wakes:
        assert looks(held(told, first + 1)) != looks(now)
