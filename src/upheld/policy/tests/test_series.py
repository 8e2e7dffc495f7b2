"""Clauses with `at` and `then_every`: appointments counted from one beginning."""

from __future__ import annotations

from upheld.hours import compile_calendars
from upheld.kernel.durations import HOUR
from upheld.policy import Event, fold
from upheld.policy.loader import load_sources
from upheld.policy.tests.telling import marks, spoken, states, told

CHECK_INS = "at: [1w, 2w, 4w, 8w]\nthen_every: 1q\nuntil: ticket.closed"
DELETION = "at: 90d\ndo: purge\nkept_by: ticket.purged\nunless: {status: legal_hold}"


def numbered(clause: str, *story: str, until: str = "") -> list[str]:
    return [f"{one.cycle} {one.state} {spoken(one.due_at)}" for one in states(clause, *story, until=until)]


def test_each_appointment_begins_where_the_one_before_ends() -> None:
    story = "Mon 09:00 opened", "Wed 09:00 replied", "Wed+1 09:00 replied", "Wed+2 09:00 replied", "Wed+5 09:00 replied"
    assert told(CHECK_INS, *story, until="Tue+8 09:00") == [
        "kept: due Mon+1 09:00, ended Wed 09:00, used 48 h",
        "kept: due Mon+2 09:00, ended Wed+1 09:00, used 48 h",
        "kept: due Mon+4 09:00, ended Wed+2 09:00, used 48 h",
        "kept: due Mon+8 09:00, ended Wed+5 09:00, used 9 d",
        "running: due Sun+20 09:00, used 24 h",
    ]


def test_after_the_last_point_it_goes_on_by_the_quarter() -> None:
    story = ["Mon 09:00 opened", *(f"Tue+{week} 09:00 replied" for week in (0, 1, 3, 6, 10, 25))]
    assert numbered(CHECK_INS, *story)[4:] == ["5 kept Sun+20 09:00", "6 kept Sat+33 09:00"]


def test_one_early_act_keeps_one_appointment() -> None:
    story = "Mon 09:00 opened", "Tue 09:00 replied", "Wed 09:00 replied"
    assert numbered(CHECK_INS, *story) == ["1 kept Mon+1 09:00"]
    assert numbered(CHECK_INS, *story, until="Tue+2 09:00") == [
        "1 kept Mon+1 09:00",
        "2 breached Mon+2 09:00",
        "3 running Mon+4 09:00",
    ]


def test_one_late_act_keeps_its_own_appointment_and_fulfils_those_that_nobody_kept() -> None:
    story = "Mon 09:00 opened", "Mon+3 09:00 replied"
    assert told(CHECK_INS, *story) == [
        "breached: due Mon+1 09:00, ended Mon+3 09:00, used 21 d, 14 d late",
        "breached: due Mon+2 09:00, ended Mon+3 09:00, used 14 d, 7 d late",
        "kept: due Mon+4 09:00, ended Mon+3 09:00, used 7 d",
    ]


def test_an_act_at_the_appointed_instant_is_in_time() -> None:
    assert numbered(CHECK_INS, "Mon 09:00 opened", "Mon+1 09:00 replied") == ["1 kept Mon+1 09:00"]


def test_until_ends_the_series() -> None:
    story = "Mon 09:00 opened", "Tue+1 09:00 closed"
    ended = [
        "breached: due Mon+1 09:00, ended Tue+1 09:00, used 8 d, 24 h late",
        "void: due Mon+2 09:00, ended Tue+1 09:00, used 24 h",
    ]
    assert told(CHECK_INS, *story, until="Mon+30 09:00") == ended


def test_a_beginning_while_the_series_goes_on_changes_nothing_and_after_it_begins_another() -> None:
    clause = "at: [1w, 2w]"
    story = "Mon 09:00 opened", "Tue 09:00 replied", "Wed 09:00 opened", "Tue+1 09:00 replied"
    assert numbered(clause, *story) == ["1 kept Mon+1 09:00", "2 kept Mon+2 09:00"]
    assert numbered(clause, *story, "Wed+1 09:00 opened")[2:] == ["3 running Wed+2 09:00"]


def test_then_every_alone_is_a_series_without_points() -> None:
    story = "Mon 09:00 opened", "Wed 09:00 replied"
    assert numbered("then_every: 1w", *story, until="Tue+1 09:00") == ["1 kept Mon+1 09:00", "2 running Mon+2 09:00"]


def test_an_appointment_may_be_waived() -> None:
    story = "Mon 09:00 opened", "Tue 09:00 commitment.waived clause=answer cycle=1"
    assert numbered(CHECK_INS, *story, until="Mon+1 10:00") == ["1 waived Mon+1 09:00", "2 running Mon+2 09:00"]


def test_while_when_does_not_hold_the_series_stands_still() -> None:
    clause = "at: [1w, 2w]\nunless: {status: on_hold}"
    story = "Mon 09:00 opened", "Thu 09:00 changed status=on_hold", "Fri 09:00 changed priority=P1"
    assert told(clause, *story) == ["void: due Mon+1 09:00, ended Thu 09:00, used 72 h"]
    assert told(clause, *story, "Thu+1 09:00 changed status=open") == ["running: due Mon+2 09:00, used 72 h"]


def test_an_act_before_the_series_began_does_not_keep_it_from_beginning() -> None:
    clause = "at: [1w, 2w]\nwhen: {plan: gold}"
    story = "Mon 09:00 opened plan=basic", "Wed 09:00 replied", "Mon+1 09:00 changed plan=gold"
    assert told(clause, *story) == ["running: due Mon+2 09:00, used 0 s"]


def test_a_pause_moves_the_appointment() -> None:
    clause = "at: [1w, 2w]\npauses_while: {status: on_hold}"
    story = "Mon 09:00 opened", "Thu 09:00 changed status=on_hold", "Fri 09:00 changed status=open"
    assert told(clause, *story[:2], until="Fri 09:00") == ["paused: due never, used 72 h"]
    assert told(clause, *story) == ["running: due Tue+1 09:00, used 72 h"]


def test_appointments_warn_on_the_way_from_the_one_before() -> None:
    clause = "at: [1w, 3w]\nwarn: [50%, 1d]"
    assert marks(clause, "Mon 00:00 opened", until="Mon+3 01:00") == [
        "50% Thu 12:00", "1d Sun 00:00", "breach Mon+1 00:00",
        "50% Mon+2 00:00", "1d Sun+2 00:00", "breach Mon+3 00:00",
    ]  # fmt: skip


def test_a_warning_on_the_way_is_given_when_its_instant_is_over() -> None:
    clause = "at: 1w\nwarn: 50%"
    assert marks(clause, "Mon 00:00 opened", until="Thu 12:00") == []
    assert marks(clause, "Mon 00:00 opened", until="Thu 12:01") == ["50% Thu 12:00"]


def test_appointments_on_office_hours_count_open_time() -> None:
    assert numbered("at: [8h, 16h]\ncalendar: office", "Fri 13:00 opened") == ["1 running Mon+1 13:00"]


# ---- do ----------------------------------------------------------------------------------------------------------------


def test_what_the_desk_does_by_itself_is_kept_when_its_time_comes() -> None:
    assert told(DELETION, "Mon 09:00 opened", until="Mon+5 09:00") == ["running: due Sun+12 09:00, used 35 d"]
    assert told(DELETION, "Mon 09:00 opened", until="Mon+13 09:00") == [
        "kept: due Sun+12 09:00, ended Sun+12 09:00, used 90 d"
    ]
    assert marks(DELETION, "Mon 09:00 opened", until="Mon+13 09:00") == ["do Sun+12 09:00"]


def test_a_legal_hold_keeps_it_from_being_done() -> None:
    story = "Mon 09:00 opened", "Mon+10 09:00 changed status=legal_hold"
    assert told(DELETION, *story, until="Mon+30 09:00") == ["void: due Sun+12 09:00, ended Mon+10 09:00, used 70 d"]
    released = (*story, "Mon+30 09:00 changed status=none")
    assert told(DELETION, *released) == ["running: due Sun+32 09:00, used 70 d"]


def test_do_beside_a_target_keeps_it_at_its_time() -> None:
    clause = "within: 4h\ndo: close\nkept_by: ticket.purged"
    assert told(clause, "Mon 09:00 opened", until="Mon 20:00") == ["kept: due Mon 13:00, ended Mon 13:00, used 4 h"]
    assert told(clause, "Mon 09:00 opened", "Mon 20:00 opened") == [
        "kept: due Mon 13:00, ended Mon 13:00, used 4 h",
        "running: due Tue 00:00, used 0 s",
    ]


def test_a_number_is_given_once_though_an_earlier_cycle_ended_after_a_later_one() -> None:
    """The second appointment is waived at the instant at which it is due, and only then the first, overdue one is met."""
    clause = load_sources(
        {
            "policy.yaml": b"name: p\nversion: 1",
            "hours.yaml": b"calendars: {always: {open: always}}",
            "commitments.yaml": b"calls: {on: ticket, begins: ticket.opened, kept_by: ticket.replied, at: [1h, 6h]}",
        }
    ).clauses["calls"]
    calendars = compile_calendars({"always": {"open": "always"}})
    then = 6 * HOUR
    events = [
        Event(0, "ticket.opened"),
        Event(then, "commitment.waived", data={"clause": "calls", "cycle": 2}),
        Event(then, "ticket.replied"),
        Event(then, "ticket.opened"),
    ]
    found = [(one.cycle, one.state) for one in fold(clause, events, calendars=calendars)]
    assert found == [(1, "breached"), (2, "waived"), (3, "running")]
