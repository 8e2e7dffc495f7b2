"""Deadlines of the shipped policies, worked out by hand and held against the fold."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from upheld.kernel.instants import iso, parse_instant
from upheld.policy import Event, fold, load

POLICIES = Path(__file__).parents[4] / "policies"
TICKET = {"plan": "standard", "priority": "P3", "channel": "portal", "status": "new", "category": "general"}


def due_times(policy: str, clause: str, *happened: tuple[str, str, Mapping[str, Any]]) -> list[str | None]:
    """When each cycle of the clause is due after these events, `(instant, kind, attributes)`."""
    loaded = load(POLICIES / policy)
    events = [Event(parse_instant(at), kind, "subject:1", "", data) for at, kind, data in happened]
    states = fold(loaded.clauses[clause], events, calendars=loaded.calendars)
    return [None if state.due_at is None else iso(state.due_at) for state in states]


def opened(at: str, **attributes: Any) -> tuple[str, str, Mapping[str, Any]]:
    return at, "ticket.opened", {**TICKET, **attributes}


@pytest.mark.parametrize(
    ("policy", "clause", "ticket", "due"),
    [
        # Friday 19:00: one hour, Monday (summer time has begun) twelve, Tuesday the last eleven.
        ("techflow", "first-response", opened("2026-03-07T00:00:00Z"), "2026-03-10T23:00:00Z"),
        # Saturday noon, Independence Day: on Monday at 8:00 the hour begins.
        (
            "techflow",
            "first-response",
            opened("2026-07-04T16:00:00Z", plan="professional", priority="P1"),
            "2026-07-06T13:00:00Z",
        ),
        (
            "techflow",
            "first-response",
            opened("2026-07-04T16:00:00Z", plan="enterprise", priority="P1"),
            "2026-07-04T16:15:00Z",
        ),
        ("techflow", "p1-update", opened("2026-07-04T16:00:00Z", priority="P1"), "2026-07-04T20:00:00Z"),
        ("techflow", "p1-reaches-level-2", opened("2026-07-04T16:00:00Z", priority="P1"), "2026-07-04T18:00:00Z"),
        ("techflow", "p1-reaches-level-3", opened("2026-07-04T16:00:00Z", priority="P1"), "2026-07-04T20:00:00Z"),
        (
            "techflow",
            "mail-answer",
            opened("2026-03-02T14:00:00Z", channel="email", plan="professional", priority="P4"),
            "2026-03-02T18:00:00Z",
        ),
        ("crm-pro", "first-response", opened("2026-03-06T22:00:00Z", plan="starter"), "2026-03-08T22:00:00Z"),
        # Independence Day, a Saturday: open 10:00 to 14:00, so one hour is left; Sunday from 10:00 the other three.
        (
            "yourbestsoftware",
            "first-response",
            opened("2026-07-04T17:00:00Z", channel="email"),
            "2026-07-05T17:00:00Z",
        ),
        # Friday 17:00 in Berlin: one hour, three on Monday.
        (
            "yourbestsoftware",
            "first-response",
            opened("2026-03-06T16:00:00Z", channel="email", region="europe"),
            "2026-03-09T11:00:00Z",
        ),
        (
            "yourbestsoftware",
            "emergency-response",
            opened("2026-03-08T05:00:00Z", plan="premium", category="system-outage"),
            "2026-03-08T06:00:00Z",
        ),
        # Friday 17:00 in New York: one hour, three on Monday, in summer time.
        ("guidelines", "mail-answer", opened("2026-03-06T22:00:00Z", channel="email"), "2026-03-09T16:00:00Z"),
        ("guidelines", "first-response", opened("2026-03-06T22:00:00Z", priority="P4"), "2026-03-09T22:00:00Z"),
        ("guidelines", "p2-update", opened("2026-03-06T22:00:00Z", priority="P2"), "2026-03-07T22:00:00Z"),
    ],
)
def test_a_ticket_is_due_when_one_works_it_out_by_hand(
    policy: str, clause: str, ticket: tuple[str, str, Mapping[str, Any]], due: str
) -> None:
    assert due_times(policy, clause, ticket) == [due]


@pytest.mark.parametrize(
    ("policy", "clause", "ticket"),
    [
        ("techflow", "mail-answer", opened("2026-03-02T14:00:00Z")),
        ("techflow", "p1-update", opened("2026-03-02T14:00:00Z")),
        (
            "yourbestsoftware",
            "emergency-response",
            opened("2026-03-02T14:00:00Z", category="system-outage"),
        ),
        (
            "yourbestsoftware",
            "first-response",
            opened("2026-03-02T14:00:00Z", channel="email", plan="premium", category="system-outage"),
        ),
        ("yourbestsoftware", "resolution", opened("2026-03-02T14:00:00Z")),
    ],
)
def test_nothing_is_promised_to_whom_a_clause_does_not_speak(
    policy: str, clause: str, ticket: tuple[str, str, Mapping[str, Any]]
) -> None:
    assert due_times(policy, clause, ticket) == []


def test_each_update_on_a_critical_ticket_begins_the_next() -> None:
    due = due_times(
        "techflow",
        "p1-update",
        opened("2026-03-02T14:00:00Z", priority="P1"),
        ("2026-03-02T14:10:00Z", "ticket.replied", {}),
    )

    assert due == ["2026-03-02T18:00:00Z", "2026-03-02T18:10:00Z"]


def test_a_ticket_that_becomes_critical_gets_its_updates_from_then_on() -> None:
    due = due_times(
        "techflow",
        "p1-update",
        opened("2026-03-02T14:00:00Z"),
        ("2026-03-02T15:00:00Z", "ticket.changed", {"priority": "P1"}),
    )

    assert due == ["2026-03-02T19:00:00Z"]


def test_a_customer_who_writes_again_is_answered_as_a_mail_is() -> None:
    due = due_times(
        "techflow",
        "next-answer",
        opened("2026-03-02T14:00:00Z", plan="professional"),
        ("2026-03-02T15:00:00Z", "ticket.replied", {"status": "waiting_on_customer"}),
        ("2026-03-02T16:00:00Z", "ticket.customer_replied", {"status": "open"}),
    )

    assert due == ["2026-03-02T20:00:00Z"]


def test_the_webinar_is_owed_by_the_end_of_the_next_tuesday_slot() -> None:
    due = due_times(
        "techflow",
        "weekly-webinar",
        ("2026-03-02T14:00:00Z", "desk.started", {}),
        ("2026-03-03T20:00:00Z", "desk.webinar_held", {}),
    )

    assert due == ["2026-03-03T20:00:00Z", "2026-03-10T19:00:00Z"]  # 15:00 on both Tuesdays; the clock changed between


def test_a_customer_is_followed_up_after_a_day_and_after_a_week() -> None:
    due = due_times(
        "crm-pro",
        "follow-up",
        opened("2026-03-02T14:00:00Z"),
        ("2026-03-02T15:00:00Z", "ticket.resolved", {"status": "resolved"}),
        ("2026-03-03T12:00:00Z", "ticket.followed_up", {}),
        ("2026-03-03T16:00:00Z", "ticket.noted", {}),
    )

    assert due == ["2026-03-03T15:00:00Z", "2026-03-09T15:00:00Z"]
