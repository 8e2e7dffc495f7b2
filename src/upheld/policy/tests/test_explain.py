"""Why a commitment stands as it does: rows that add up, and the days and clock changes on the way."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from upheld.policy import Policy
from upheld.policy.explain import Explanation, explain
from upheld.policy.states import BREACHED, PAUSED, RUNNING
from upheld.policy.tests import telling
from upheld.policy.tests.histories import SUBJECT, Told, calendars, series, stories
from upheld.policy.tests.telling import event, instant, spoken
from upheld.policy.tests.writing import loaded

any_history = st.one_of(stories(), stories(), series())


def explained(told: Told) -> list[Explanation]:
    policy = Policy("random", 1, calendars=calendars(), clauses={told.clause.name: told.clause})
    return explain(policy, SUBJECT, told.events, until=told.until_us)


def the_explanation(clause: str, *story: str, until: str) -> Explanation:
    (found,) = explain(telling.policy(clause), SUBJECT, [event(line) for line in story], until=instant(until))
    return found


def rows(found: Explanation) -> list[str]:
    return [
        f"{row.kind} {spoken(row.start_at)} to {spoken(row.end_at)} on {row.calendar}: {row.note}" for row in found.rows
    ]


@settings(max_examples=200, deadline=None)
@given(any_history)
def test_what_was_counted_and_what_is_late_add_up_to_the_time_used(told: Told) -> None:
    for one in explained(told):
        assert sum(row.counted for row in one.rows if row.kind in ("counted", "late")) == one.state.used
        if one.state.state == BREACHED and one.state.late is not None:
            assert sum(row.counted for row in one.rows if row.kind == "late") == one.state.late


@settings(max_examples=200, deadline=None)
@given(any_history)
def test_what_was_counted_and_what_is_ahead_add_up_to_the_target(told: Told) -> None:
    for one in explained(told):
        if one.state.state == RUNNING and one.state.due_at is not None:
            assert sum(row.counted for row in one.rows) == one.state.target
            assert one.remaining == sum(row.counted for row in one.rows if row.kind == "ahead")
        else:
            assert all(row.kind != "ahead" for row in one.rows)


@settings(max_examples=200, deadline=None)
@given(any_history)
def test_the_rows_follow_each_other_without_a_gap_and_keep_a_running_total(told: Told) -> None:
    for one in explained(told):
        reached, total = one.state.began_at, 0
        for row in one.rows:
            total += row.counted
            assert (row.start_at, row.total) == (reached, total)
            assert row.start_at < row.end_at
            assert 0 <= row.counted <= row.end_at - row.start_at
            reached = row.end_at
        if one.state.ended_at is None and one.state.state != PAUSED:
            assert reached >= max(told.until_us, one.state.due_at or 0)


@settings(max_examples=100, deadline=None)
@given(any_history)
def test_data_and_sentences_can_always_be_made(told: Told) -> None:
    for one in explained(told):
        assert one.as_data()["sentences"] == one.sentences()


def test_each_stretch_says_what_it_counted_and_why() -> None:
    clause = "within: 8h\ncalendar: office\npauses_while: {status: on_hold}"
    story = "Mon 15:00 opened", "Tue 10:00 changed status=on_hold", "Tue 12:00 changed status=open"
    assert rows(the_explanation(clause, *story, until="Tue 13:00")) == [
        "counted Mon 15:00 to Mon 17:00 on office: weekly",
        "closed Mon 17:00 to Tue 09:00 on office: closed",
        "counted Tue 09:00 to Tue 10:00 on office: weekly",
        "paused Tue 10:00 to Tue 12:00 on office: paused",
        "counted Tue 12:00 to Tue 13:00 on office: weekly",
        "ahead Tue 13:00 to Tue 17:00 on office: weekly",
    ]


def test_a_breach_divides_what_was_in_time_from_what_was_late() -> None:
    found = the_explanation("within: 4h", "Mon 09:00 opened", "Mon 15:00 replied", until="Tue 09:00")
    assert rows(found) == [
        "counted Mon 09:00 to Mon 13:00 on always: always",
        "late Mon 13:00 to Mon 15:00 on always: always",
    ]
    assert found.sentences()[-2:] == [
        "It was due at 2026-03-02T13:00:00Z and was missed.",
        "It ended 2 h of open time late.",
    ]


def test_what_was_not_promised_for_a_while_is_a_row_that_counts_nothing() -> None:
    story = "Mon 09:00 opened", "Mon 10:00 merged", "Mon 15:00 unmerged"
    assert rows(the_explanation("within: 4h\nvoid_by: ticket.merged", *story, until="Mon 16:00")) == [
        "counted Mon 09:00 to Mon 10:00 on always: always",
        "paused Mon 10:00 to Mon 15:00 on always: not promised",
        "counted Mon 15:00 to Mon 16:00 on always: always",
        "ahead Mon 16:00 to Mon 18:00 on always: always",
    ]


def test_what_was_not_promised_is_said_also_at_the_very_instant_at_which_it_goes_on() -> None:
    story = "Mon 09:00 opened", "Mon 10:00 merged", "Mon 15:00 unmerged"
    assert rows(the_explanation("within: 4h\nvoid_by: ticket.merged", *story, until="Mon 15:00"))[1:] == [
        "paused Mon 10:00 to Mon 15:00 on always: not promised",
        "ahead Mon 15:00 to Mon 18:00 on always: always",
    ]


def test_a_breached_cycle_that_was_set_aside_is_not_late_for_that_time() -> None:
    story = "Mon 09:00 opened", "Mon 14:00 merged", "Mon 18:00 unmerged"
    assert rows(the_explanation("within: 4h\nvoid_by: ticket.merged", *story, until="Mon 20:00"))[1:] == [
        "late Mon 13:00 to Mon 14:00 on always: always",
        "paused Mon 14:00 to Mon 18:00 on always: not promised",
        "late Mon 18:00 to Mon 20:00 on always: always",
    ]


def test_holidays_and_clock_changes_of_every_calendar_on_the_way_are_named() -> None:
    """Two calendars: the New York office until the change of plan, the Berlin office after it."""
    hours = """\
    calendars:
      west: {zone: America/New_York, weekly: {mon-sun: "09:00-17:00"}, dates: {2026-03-07: closed}}
      east: {zone: Europe/Berlin, weekly: {mon-sun: "09:00-17:00"}, dates: {2026-03-30: "09:00-10:00"}}
    """
    clause = """\
    answer: {on: ticket, begins: ticket.opened, within: 300h, calendar: {by: plan, basic: west, gold: east}}
    """
    policy = loaded(policy=telling.POLICY, hours=hours, commitments=clause)
    story = [event("Mon 15:00 opened plan=basic"), event("Mon+2 15:00 changed plan=gold")]
    (found,) = explain(policy, SUBJECT, story, until=instant("Mon+2 15:00"))
    assert [day for day, _, _ in found.closures] == ["2026-03-07", "2026-03-30"]
    assert [(spoken(at), by) for at, by in found.clock_changes] == [("Sun 07:00", 3600), ("Sun+3 01:00", 3600)]


def test_a_very_long_stretch_is_one_row() -> None:
    (only,) = rows(the_explanation("within: 800h\ncalendar: office", "Mon 09:00 opened", until="Mon 09:00"))
    assert only == "ahead Mon 09:00 to Fri+19 17:00 on office: 100 open spans"


def test_an_appointment_that_is_late_counts_on_beside_the_next_one() -> None:
    clause = "at: [1d, 3d]"
    story = [event("Mon 09:00 opened"), event("Wed 09:00 replied")]
    first, second = explain(telling.policy(clause), SUBJECT, story, until=instant("Wed 09:00"))
    assert [row.kind for row in first.rows] == ["counted", "late"]
    assert (first.state.used, first.state.late) == (2 * first.state.target, first.state.target)
    assert [row.kind for row in second.rows] == ["counted"]
