"""What the fold means, rule by rule. Stories are told in `telling`: UTC, and an office from Monday to Friday, 09:00 to 17:00."""

from __future__ import annotations

import pytest

from upheld.policy.tests.telling import told

ANSWER = "within: 4h"
OFFICE = "within: 4h\ncalendar: office"
BY_PRIORITY = "within: {by: priority, P1: 1h, P2: 4h, P3: 8h}"
PAUSED = "within: 4h\npauses_while: {status: waiting_on_customer}"
UPDATE = "within: 4h\nrenews: true\nuntil: ticket.resolved"
MERGED = "within: 4h\nvoid_by: [ticket.merged, ticket.marked_spam]"


# ---- used time and due time --------------------------------------------------------------------------------------------


def test_time_on_an_open_calendar_is_time_on_the_clock() -> None:
    assert told(ANSWER, "Mon 09:00 opened", until="Mon 10:30") == ["running: due Mon 13:00, used 1 h 30 min"]


def test_while_closed_time_stands_still() -> None:
    assert told(OFFICE, "Fri 15:00 opened", until="Sat 12:00") == ["running: due Mon+1 11:00, used 2 h"]


def test_what_fills_the_day_is_due_at_its_closing() -> None:
    assert told(OFFICE, "Mon 13:00 opened", until="Mon 16:00") == ["running: due Mon 17:00, used 3 h"]


def test_a_night_shift_counts_over_midnight() -> None:
    assert told("within: 4h\ncalendar: night", "Mon 21:00 opened", until="Tue 01:00") == [
        "running: due Tue 02:00, used 3 h"
    ]


def test_the_hour_that_the_clock_skips_is_not_counted() -> None:
    """New York is open from midnight to eight; on Sunday the 8th it is 03:00 there one hour after 01:00."""
    clause = "within: 8h\ncalendar: new-york"
    assert told(clause, "Sat 05:00 opened", until="Sat 05:00") == ["running: due Sat 13:00, used 0 s"]
    assert told(clause, "Sun 05:00 opened", until="Sun 05:00") == ["running: due Mon+1 05:00, used 0 s"]


def test_while_paused_there_is_no_due_time_and_time_stands_still() -> None:
    story = "Mon 09:00 opened", "Mon 10:00 changed status=waiting_on_customer"
    assert told(PAUSED, *story, until="Mon 15:00") == ["paused: due never, used 1 h"]
    assert told(PAUSED, *story, "Mon 15:00 changed status=open") == ["running: due Mon 18:00, used 1 h"]


def test_what_begins_paused_counts_from_the_end_of_the_pause() -> None:
    story = "Mon 09:00 opened status=waiting_on_customer", "Mon 11:00 changed status=open"
    assert told(PAUSED, *story) == ["running: due Mon 15:00, used 0 s"]


def test_any_of_several_conditions_pauses() -> None:
    clause = "within: 4h\npauses_while: [{status: waiting_on_customer}, {plan: basic, priority: [P2, P3]}]"
    story = "Mon 09:00 opened status=open plan=basic priority=P1", "Mon 10:00 changed priority=P3"
    assert told(clause, *story, until="Mon 12:00") == ["paused: due never, used 1 h"]


# ---- kept and breached -------------------------------------------------------------------------------------------------


def test_kept_before_it_is_due() -> None:
    assert told(ANSWER, "Mon 09:00 opened", "Mon 12:00 replied", until="Tue 09:00") == [
        "kept: due Mon 13:00, ended Mon 12:00, used 3 h"
    ]


def test_an_event_at_the_due_time_is_still_in_time() -> None:
    assert told(ANSWER, "Mon 09:00 opened", "Mon 13:00 replied") == ["kept: due Mon 13:00, ended Mon 13:00, used 4 h"]


def test_at_the_due_time_itself_nothing_is_missed_yet() -> None:
    assert told(ANSWER, "Mon 09:00 opened", until="Mon 13:00") == ["running: due Mon 13:00, used 4 h"]
    assert told(ANSWER, "Mon 09:00 opened", until="Mon 13:01") == ["breached: due Mon 13:00, used 4 h 1 min"]


def test_in_the_closed_hours_after_a_due_time_it_is_too_late_though_no_open_time_has_passed() -> None:
    assert told(OFFICE, "Mon 13:00 opened", "Mon 17:01 replied") == [
        "breached: due Mon 17:00, ended Mon 17:01, used 4 h"
    ]


def test_fulfilled_after_the_breach_it_stays_breached_and_says_how_late() -> None:
    assert told(OFFICE, "Mon 13:00 opened", "Tue 10:30 replied") == [
        "breached: due Mon 17:00, ended Tue 10:30, used 5 h 30 min, 1 h 30 min late"
    ]


def test_pauses_after_the_breach_are_not_late() -> None:
    story = "Mon 09:00 opened", "Mon 14:00 changed status=waiting_on_customer", "Mon 18:00 changed status=open"
    assert told(PAUSED, *story, "Mon 20:00 replied") == ["breached: due Mon 13:00, ended Mon 20:00, used 7 h, 3 h late"]


@pytest.mark.parametrize("key", ["void_by", "until"])
def test_what_makes_void_ends_a_breached_cycle_in_the_same_way(key: str) -> None:
    story = "Mon 09:00 opened", "Mon 15:00 resolved"
    assert told(f"within: 4h\n{key}: ticket.resolved", *story) == [
        "breached: due Mon 13:00, ended Mon 15:00, used 6 h, 2 h late"
    ]


def test_paused_at_the_due_time_it_is_due_the_moment_it_goes_on() -> None:
    story = "Mon 09:00 opened", "Mon 13:00 changed status=waiting_on_customer", "Mon 15:00 changed status=open"
    assert told(PAUSED, *story[:2], until="Mon 14:00") == ["paused: due never, used 4 h"]
    assert told(PAUSED, *story, "Mon 15:00 replied") == ["kept: due Mon 15:00, ended Mon 15:00, used 4 h"]
    assert told(PAUSED, *story, until="Mon 15:01") == ["breached: due Mon 15:00, used 4 h 1 min"]


# ---- other targets, other calendars ------------------------------------------------------------------------------------


def test_another_target_keeps_the_time_used() -> None:
    story = "Mon 09:00 opened priority=P3", "Mon 10:00 changed priority=P2"
    assert told(BY_PRIORITY, *story) == ["running: due Mon 13:00, used 1 h"]


def test_another_calendar_counts_the_rest() -> None:
    clause = "within: 4h\ncalendar: {by: plan, basic: office, gold: always}"
    story = "Mon 16:00 opened plan=basic", "Mon 20:00 changed plan=gold"
    assert told(clause, *story) == ["running: due Mon 23:00, used 1 h"]


def test_a_target_that_is_used_up_already_is_breached_at_the_change_and_not_before() -> None:
    story = "Mon 09:00 opened priority=P3", "Mon 12:00 changed priority=P1"
    assert told(BY_PRIORITY, *story) == ["breached: due Mon 12:00, used 3 h"]


def test_a_target_that_is_used_up_to_the_second_is_breached_at_the_change() -> None:
    story = "Mon 09:00 opened priority=P3", "Mon 10:00 changed priority=P1"
    assert told(BY_PRIORITY, *story, "Mon 10:00 replied") == ["breached: due Mon 10:00, ended Mon 10:00, used 1 h"]


def test_it_is_breached_at_the_change_also_while_paused_or_closed() -> None:
    paused = f"{BY_PRIORITY}\npauses_while: {{status: on_hold}}"
    story = "Mon 09:00 opened priority=P3", "Mon 11:00 changed status=on_hold", "Mon 15:00 changed priority=P1"
    assert told(paused, *story, until="Mon 16:00") == ["breached: due Mon 15:00, used 2 h"]
    closed = f"{BY_PRIORITY}\ncalendar: office"
    assert told(closed, "Mon 14:00 opened priority=P2", "Mon 20:00 changed priority=P1") == [
        "breached: due Mon 20:00, used 3 h"
    ]


def test_a_longer_target_at_the_due_time_still_saves_it() -> None:
    story = "Mon 09:00 opened priority=P2", "Mon 13:00 changed priority=P3"
    assert told(BY_PRIORITY, *story, until="Mon 14:00") == ["running: due Mon 17:00, used 5 h"]


def test_another_calendar_at_the_due_time_is_no_new_target() -> None:
    clause = "within: 4h\ncalendar: {by: plan, basic: office, gold: always}"
    story = "Mon 09:00 opened plan=gold", "Mon 13:00 changed plan=basic", "Mon 13:00 replied"
    assert told(clause, *story) == ["kept: due Mon 13:00, ended Mon 13:00, used 4 h"]


def test_a_breach_is_final_whatever_the_priority_becomes() -> None:
    story = "Mon 09:00 opened priority=P1", "Mon 11:00 changed priority=P3"
    assert told(BY_PRIORITY, *story, "Mon 12:00 replied") == [
        "breached: due Mon 10:00, ended Mon 12:00, used 3 h, 2 h late"
    ]


def test_lateness_runs_on_the_calendar_in_force() -> None:
    clause = "within: 4h\ncalendar: {by: plan, basic: office, gold: always}"
    story = "Mon 10:00 opened plan=basic", "Mon 16:00 changed plan=gold", "Mon 20:00 replied"
    assert told(clause, *story) == ["breached: due Mon 14:00, ended Mon 20:00, used 10 h, 6 h late"]


def test_a_cell_that_promises_nothing_is_like_when_not_holding() -> None:
    clause = "within: {by: priority, P1: 1h, P2: 4h, P3: none}"
    story = "Mon 09:00 opened priority=P2", "Mon 10:00 changed priority=P3"
    assert told(clause, *story) == ["void: due Mon 13:00, ended Mon 10:00, used 1 h"]
    assert told(clause, *story, "Mon 12:00 changed priority=P2") == ["running: due Mon 15:00, used 1 h"]


# ---- beginnings and endings --------------------------------------------------------------------------------------------


def test_a_beginning_while_a_cycle_runs_changes_nothing() -> None:
    clause = "within: 4h\nbegins: [ticket.opened, ticket.reopened]"
    assert told(clause, "Mon 09:00 opened", "Mon 11:00 reopened") == ["running: due Mon 13:00, used 2 h"]
    assert told(clause, "Mon 09:00 opened", "Mon 14:00 reopened") == ["breached: due Mon 13:00, used 5 h"]


def test_a_beginning_after_one_ended_begins_the_next() -> None:
    story = "Mon 09:00 opened", "Mon 10:00 replied", "Tue 09:00 opened"
    assert told(ANSWER, *story) == [
        "kept: due Mon 13:00, ended Mon 10:00, used 1 h",
        "running: due Tue 13:00, used 0 s",
    ]


def test_an_update_begins_the_next() -> None:
    story = "Mon 09:00 opened", "Mon 12:00 replied", "Mon 17:00 replied"
    assert told(UPDATE, *story) == [
        "kept: due Mon 13:00, ended Mon 12:00, used 3 h",
        "breached: due Mon 16:00, ended Mon 17:00, used 5 h, 1 h late",
        "running: due Mon 21:00, used 0 s",
    ]


def test_after_until_only_a_beginning_begins_another() -> None:
    story = "Mon 09:00 opened", "Mon 10:00 resolved", "Mon 11:00 replied"
    ended = "void: due Mon 13:00, ended Mon 10:00, used 1 h"
    assert told(UPDATE, *story) == [ended]
    assert told(UPDATE, *story, "Mon 12:00 opened") == [ended, "running: due Mon 16:00, used 0 s"]


def test_what_keeps_and_ends_at_once_keeps_and_does_not_renew() -> None:
    clause = "within: 4h\nkept_by: [ticket.replied, ticket.resolved]\nrenews: true\nuntil: ticket.resolved"
    assert told(clause, "Mon 09:00 opened", "Mon 10:00 resolved") == ["kept: due Mon 13:00, ended Mon 10:00, used 1 h"]


def test_void_while_running_or_paused() -> None:
    clause = f"{PAUSED}\nvoid_by: ticket.closed"
    assert told(clause, "Mon 09:00 opened", "Mon 10:00 closed") == ["void: due Mon 13:00, ended Mon 10:00, used 1 h"]
    story = "Mon 09:00 opened", "Mon 10:00 changed status=waiting_on_customer", "Mon 12:00 closed"
    assert told(clause, *story) == ["void: due never, ended Mon 12:00, used 1 h"]


def test_an_answer_keeps_also_while_paused() -> None:
    story = "Mon 09:00 opened", "Mon 10:00 changed status=waiting_on_customer", "Mon 18:00 replied"
    assert told(PAUSED, *story) == ["kept: due never, ended Mon 18:00, used 1 h"]


# ---- one instant, one event --------------------------------------------------------------------------------------------


def test_events_of_one_instant_count_in_the_order_in_which_they_were_recorded() -> None:
    first_answered = "Mon 09:00 opened priority=P3", "Mon 12:00 replied", "Mon 12:00 changed priority=P1"
    assert told(BY_PRIORITY, *first_answered) == ["kept: due Mon 17:00, ended Mon 12:00, used 3 h"]
    first_changed = "Mon 09:00 opened priority=P3", "Mon 12:00 changed priority=P1", "Mon 12:00 replied"
    assert told(BY_PRIORITY, *first_changed) == ["breached: due Mon 12:00, ended Mon 12:00, used 3 h"]


def test_an_answer_that_also_changes_the_ticket_keeps_under_the_old_terms_and_begins_under_the_new() -> None:
    clause = f"{BY_PRIORITY}\nrenews: true"
    assert told(clause, "Mon 09:00 opened priority=P3", "Mon 12:00 replied priority=P1") == [
        "kept: due Mon 17:00, ended Mon 12:00, used 3 h",
        "running: due Mon 13:00, used 0 s",
    ]


def test_an_event_recorded_with_an_earlier_time_counts_at_its_predecessors_time() -> None:
    story = "Mon 09:00 opened", "Mon 14:00 noted", "Mon 12:00 replied"
    clause = "within: 4h\npauses_while: {status: on_hold}"
    assert told(clause, *story) == ["breached: due Mon 13:00, ended Mon 14:00, used 5 h, 1 h late"]


def test_one_cannot_look_at_what_was_before_the_last_event() -> None:
    story = "Mon 09:00 opened", "Mon 11:00 noted"
    clause = "within: 4h\nvoid_by: ticket.noted"
    assert told(clause, *story, until="Mon 10:00") == ["void: due Mon 13:00, ended Mon 11:00, used 2 h"]
    assert told(ANSWER, *story, until="Mon 10:00") == ["running: due Mon 13:00, used 2 h"]


# ---- when and unless ---------------------------------------------------------------------------------------------------


def test_when_that_no_longer_holds_makes_void_and_goes_on_from_the_time_used() -> None:
    clause = "within: 4h\nwhen: {priority: [P1, P2]}"
    story = "Mon 09:00 opened priority=P1", "Mon 10:00 changed priority=P3"
    assert told(clause, *story, until="Mon 12:00") == ["void: due Mon 13:00, ended Mon 10:00, used 1 h"]
    assert told(clause, *story, "Mon 15:00 changed priority=P2") == ["running: due Mon 18:00, used 1 h"]


def test_unless_is_the_contrary_of_when() -> None:
    clause = "within: 4h\nunless: {status: on_hold}"
    story = "Mon 09:00 opened", "Mon 10:00 changed status=on_hold", "Mon 15:00 changed status=open"
    assert told(clause, *story[:2]) == ["void: due Mon 13:00, ended Mon 10:00, used 1 h"]
    assert told(clause, *story) == ["running: due Mon 18:00, used 1 h"]


def test_a_breached_cycle_stays_breached_when_when_no_longer_holds() -> None:
    clause = "within: 4h\nwhen: {priority: P1}"
    story = "Mon 09:00 opened priority=P1", "Mon 14:00 changed priority=P3", "Mon 16:00 replied"
    assert told(clause, *story) == ["breached: due Mon 13:00, ended Mon 16:00, used 7 h, 3 h late"]


def test_raising_a_ticket_to_p1_begins_the_update_at_the_change() -> None:
    clause = f"{UPDATE}\nwhen: {{priority: P1}}"
    story = "Mon 09:00 opened priority=P3", "Mon 10:00 replied", "Mon 12:00 changed priority=P1"
    assert told(clause, *story[:2]) == []
    assert told(clause, *story) == ["running: due Mon 16:00, used 0 s"]


def test_what_was_answered_before_when_held_is_not_asked_for_again() -> None:
    clause = "within: 4h\nwhen: {priority: P1}"
    story = "Mon 09:00 opened priority=P3", "Mon 10:00 replied", "Mon 12:00 changed priority=P1"
    assert told(clause, *story) == []


def test_what_was_answered_while_when_did_not_hold_stays_void() -> None:
    clause = "within: 4h\nwhen: {priority: P1}"
    story = "Mon 09:00 opened priority=P1", "Mon 10:00 changed priority=P3", "Mon 11:00 replied"
    assert told(clause, *story, "Mon 12:00 changed priority=P1") == ["void: due Mon 13:00, ended Mon 10:00, used 1 h"]


def test_updates_given_while_when_did_not_hold_change_nothing_and_the_resolution_ends_them() -> None:
    clause = f"{UPDATE}\nwhen: {{priority: P1}}"
    story = "Mon 09:00 opened priority=P1", "Mon 10:00 changed priority=P3", "Mon 11:00 replied"
    assert told(clause, *story, "Mon 12:00 changed priority=P1") == ["running: due Mon 15:00, used 1 h"]
    assert told(clause, *story, "Mon 12:00 resolved", "Mon 13:00 changed priority=P1") == [
        "void: due Mon 13:00, ended Mon 10:00, used 1 h"
    ]


def test_a_resolved_ticket_that_becomes_p1_gets_no_updates() -> None:
    clause = f"{UPDATE}\nwhen: {{priority: P1}}"
    assert told(clause, "Mon 09:00 opened priority=P3", "Mon 10:00 resolved", "Mon 11:00 changed priority=P1") == []


# ---- merges ------------------------------------------------------------------------------------------------------------


def test_a_merge_makes_void_and_taken_back_it_goes_on_from_the_time_used() -> None:
    story = "Mon 09:00 opened", "Mon 10:00 merged", "Mon 15:00 unmerged"
    assert told(MERGED, *story[:2], until="Mon 12:00") == ["void: due Mon 13:00, ended Mon 10:00, used 1 h"]
    assert told(MERGED, *story) == ["running: due Mon 18:00, used 1 h"]


def test_what_changed_while_merged_holds_when_the_merge_is_taken_back() -> None:
    clause = f"{BY_PRIORITY}\nvoid_by: ticket.merged"
    story = "Mon 09:00 opened priority=P3", "Mon 11:00 merged", "Mon 12:00 changed priority=P1"
    assert told(clause, *story) == ["void: due Mon 17:00, ended Mon 11:00, used 2 h"]
    assert told(clause, *story, "Mon 15:00 unmerged") == ["breached: due Mon 15:00, used 2 h"]


def test_a_breached_cycle_that_was_merged_is_awaited_again() -> None:
    story = "Mon 09:00 opened", "Mon 14:00 merged", "Mon 18:00 unmerged", "Mon 20:00 replied"
    assert told(MERGED, *story[:2]) == ["breached: due Mon 13:00, ended Mon 14:00, used 5 h, 1 h late"]
    assert told(MERGED, *story) == ["breached: due Mon 13:00, ended Mon 20:00, used 7 h, 3 h late"]


def test_merged_and_marked_as_spam_it_goes_on_when_both_are_taken_back() -> None:
    story = "Mon 09:00 opened", "Mon 10:00 merged", "Mon 11:00 marked_spam", "Mon 12:00 unmerged"
    assert told(MERGED, *story) == ["void: due Mon 13:00, ended Mon 10:00, used 1 h"]
    assert told(MERGED, *story, "Mon 15:00 unmarked_spam") == ["running: due Mon 18:00, used 1 h"]


def test_breached_merged_and_marked_as_spam_it_is_awaited_again_when_both_are_taken_back() -> None:
    story = "Mon 09:00 opened", "Mon 14:00 merged", "Mon 15:00 marked_spam", "Mon 16:00 unmerged"
    assert told(MERGED, *story) == ["breached: due Mon 13:00, ended Mon 14:00, used 5 h, 1 h late"]
    assert told(MERGED, *story, "Mon 18:00 unmarked_spam", until="Mon 20:00") == ["breached: due Mon 13:00, used 7 h"]


def test_what_ends_a_merged_ticket_ends_it_for_good() -> None:
    clause = f"{MERGED}\nuntil: ticket.closed"
    story = "Mon 09:00 opened", "Mon 10:00 merged", "Mon 11:00 closed", "Mon 12:00 unmerged"
    assert told(clause, *story) == ["void: due Mon 13:00, ended Mon 10:00, used 1 h"]


def test_what_waits_for_when_waits_also_for_the_merge_to_be_taken_back() -> None:
    clause = f"{MERGED}\nwhen: {{priority: P1}}"
    story = "Mon 09:00 opened priority=P3", "Mon 10:00 merged", "Mon 11:00 changed priority=P1"
    assert told(clause, *story) == []
    assert told(clause, *story, "Mon 11:30 opened") == []
    assert told(clause, *story, "Mon 12:00 unmerged") == ["running: due Mon 16:00, used 0 s"]


def test_where_a_merge_keeps_it_voids_nothing() -> None:
    clause = "within: 4h\nkept_by: ticket.merged\nvoid_by: ticket.merged"
    assert told(clause, "Mon 09:00 opened", "Mon 10:00 merged") == ["kept: due Mon 13:00, ended Mon 10:00, used 1 h"]


def test_a_clause_may_begin_anew_with_what_takes_a_merge_back() -> None:
    clause = f"{MERGED}\nbegins: [ticket.opened, ticket.unmerged]"
    assert told(clause, "Mon 09:00 opened", "Mon 10:00 merged", "Mon 15:00 unmerged") == [
        "void: due Mon 13:00, ended Mon 10:00, used 1 h",
        "running: due Mon 19:00, used 0 s",
    ]


# ---- waiving -----------------------------------------------------------------------------------------------------------


def test_a_waived_commitment_is_over() -> None:
    story = "Mon 09:00 opened", "Mon 10:00 commitment.waived clause=answer cycle=1"
    assert told(ANSWER, *story, "Mon 15:00 replied") == ["waived: due Mon 13:00, ended Mon 10:00, used 1 h"]


def test_only_the_cycle_and_the_clause_that_are_named_are_waived() -> None:
    still = ["running: due Mon 13:00, used 1 h"]
    assert told(ANSWER, "Mon 09:00 opened", "Mon 10:00 commitment.waived clause=answer cycle=2") == still
    assert told(ANSWER, "Mon 09:00 opened", "Mon 10:00 commitment.waived clause=other cycle=1") == still


def test_what_was_breached_can_no_longer_be_waived() -> None:
    story = "Mon 09:00 opened", "Mon 14:00 commitment.waived clause=answer cycle=1"
    assert told(ANSWER, *story) == ["breached: due Mon 13:00, used 5 h"]
