"""Warnings and breaches, and when time alone does something next."""

from __future__ import annotations

from upheld.policy.tests.telling import marks, spoken, states

WARNED = "within: 4h\nwarn: [50%, 30m]"


def test_warnings_come_at_their_share_of_the_time_and_before_the_end() -> None:
    assert marks(WARNED, "Mon 09:00 opened", until="Tue 09:00") == [
        "50% Mon 11:00",
        "30m Mon 12:30",
        "breach Mon 13:00",
    ]


def test_a_warning_is_given_when_its_instant_is_over() -> None:
    assert marks(WARNED, "Mon 09:00 opened", until="Mon 11:00") == []
    assert marks(WARNED, "Mon 09:00 opened", until="Mon 11:01") == ["50% Mon 11:00"]


def test_what_was_kept_warns_no_more_and_each_cycle_warns_anew() -> None:
    clause = f"{WARNED}\nrenews: true"
    assert marks(clause, "Mon 09:00 opened", "Mon 12:00 replied", until="Mon 15:00") == [
        "50% Mon 11:00",
        "50% Mon 14:00",
    ]


def test_a_warning_that_was_given_is_not_given_again_under_another_target() -> None:
    clause = "within: {by: priority, P1: 4h, P2: 8h}\nwarn: [50%, 90%]"
    story = "Mon 09:00 opened priority=P1", "Mon 12:00 changed priority=P2"
    assert marks(clause, *story, until="Tue 09:00") == ["50% Mon 11:00", "90% Mon 16:12", "breach Mon 17:00"]


def test_a_warning_whose_time_is_past_under_the_new_target_comes_at_the_change() -> None:
    clause = "within: {by: priority, P1: 4h, P2: 8h}\nwarn: [50%, 90%]"
    story = "Mon 09:00 opened priority=P2", "Mon 12:00 changed priority=P1"
    assert marks(clause, *story, until="Mon 12:30") == ["50% Mon 12:00"]


def test_a_change_that_breaches_at_once_leaps_over_the_warnings() -> None:
    clause = "within: {by: priority, P1: 1h, P2: 8h}\nwarn: [50%, 90%]"
    story = "Mon 09:00 opened priority=P2", "Mon 12:00 changed priority=P1"
    assert marks(clause, *story, until="Tue 09:00") == ["breach Mon 12:00"]


def test_a_warning_waits_for_the_end_of_a_pause() -> None:
    clause = f"{WARNED}\npauses_while: {{status: on_hold}}"
    story = "Mon 09:00 opened", "Mon 11:00 changed status=on_hold", "Mon 15:00 changed status=open"
    assert marks(clause, *story[:2], until="Mon 14:00") == []
    assert marks(clause, *story, until="Mon 15:01") == ["50% Mon 15:00"]


def test_warnings_count_open_time() -> None:
    clause = "within: 4h\nwarn: 50%\ncalendar: office"
    assert marks(clause, "Mon 16:00 opened", until="Wed 09:00") == ["50% Tue 10:00", "breach Tue 12:00"]


def test_a_warning_longer_before_the_end_than_there_is_time_comes_at_once() -> None:
    assert marks("within: 1h\nwarn: 2h", "Mon 09:00 opened", until="Mon 09:01") == ["2h Mon 09:00"]


def wakes(clause: str, *story: str, until: str = "") -> list[str]:
    return [spoken(state.next_wake_at) for state in states(clause, *story, until=until)]


def test_time_alone_acts_next_at_the_next_warning_and_then_at_the_due_time() -> None:
    assert wakes(WARNED, "Mon 09:00 opened") == ["Mon 11:00"]
    assert wakes(WARNED, "Mon 09:00 opened", until="Mon 11:01") == ["Mon 12:30"]
    assert wakes(WARNED, "Mon 09:00 opened", until="Mon 12:31") == ["Mon 13:00"]
    assert wakes(WARNED, "Mon 09:00 opened", until="Mon 13:01") == ["never"]


def test_time_alone_does_nothing_to_what_is_paused_or_over() -> None:
    clause = "within: 4h\npauses_while: {status: on_hold}"
    assert wakes(clause, "Mon 09:00 opened status=on_hold") == ["never"]
    assert wakes(clause, "Mon 09:00 opened", "Mon 10:00 replied") == ["never"]
