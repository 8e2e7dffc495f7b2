"""Whatever is altered behind the actions' back is found."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from upheld.commitments.actions import waive
from upheld.commitments.folding import CACHED
from upheld.commitments.models import Clock, Commitment, PolicyVersion
from upheld.commitments.tests.scenes import DAY, HOUR, LEAD, MINUTE, MONDAY, happen, opened, row
from upheld.commitments.ticker import tick
from upheld.commitments.verifying import Difference, verify
from upheld.events.actions import record
from upheld.events.models import Event

pytestmark = pytest.mark.usefixtures("policy")


@pytest.fixture(autouse=True)
def history(policy: PolicyVersion) -> None:
    """Subjects in every state: running, warned, breached, breached and fulfilled, kept, paused, void, waived, renewed."""
    for number in range(1, 8):
        opened(f"ticket:{number}")
    happen("replied", MONDAY + 10 * MINUTE, subject="ticket:2")
    happen("waiting", MONDAY + 10 * MINUTE, subject="ticket:3", status="waiting_on_customer")
    happen("merged", MONDAY + 10 * MINUTE, subject="ticket:4")
    waive("ticket:5", "answer", 1, by=LEAD, at=MONDAY + 10 * MINUTE, reason="They called.")
    tick(MONDAY + 2 * HOUR)
    happen("replied", MONDAY + 2 * HOUR, subject="ticket:6")
    happen("changed", MONDAY + 2 * HOUR, subject="ticket:7", priority="P2")


def differences(subject: str = "ticket:1") -> list[tuple[str, str]]:
    """What is found, as clause and column; everything that is found has to be of that subject."""
    found = list(verify())
    assert {one.subject for one in found} <= {subject}
    assert all(str(one).startswith(subject) for one in found)
    return [(one.clause, one.column) for one in found]


def alter(statement: str, *values: str, erasing: bool = False) -> None:
    with connection.cursor() as cursor:
        if erasing:
            cursor.execute("SET LOCAL upheld.erasing = 'on'")
        cursor.execute(statement, values)
        assert cursor.rowcount == 1
        cursor.execute("SET LOCAL upheld.erasing = 'off'")


def test_an_honest_database_has_no_differences() -> None:
    assert {one.state for one in Commitment.objects.all()} == {
        "running",
        "breached",
        "kept",
        "paused",
        "void",
        "waived",
    }
    assert list(verify()) == []


def test_what_the_ticker_has_not_come_to_is_no_difference() -> None:
    opened("ticket:20", at=MONDAY - 30 * DAY)
    record("message.failed", "ticket:20", by=LEAD, at=MONDAY)  # which no commitment follows
    happen("opened", MONDAY - 20 * DAY, subject="ticket:21", priority="P2", status="new")
    assert list(verify()) == []


OTHER_VALUES: dict[str, Any] = {
    "state": "kept",
    "due_at": MONDAY,
    "ended_at": MONDAY,
    "since_at": MONDAY - DAY,
    "target": 1,
    "used": 1,
    "late": 1,
    "calendar": "office",
    "marks": [],
    "next_wake_at": MONDAY + 2 * DAY,
    "began_at": MONDAY - DAY,
}


def test_every_column_is_tried_here() -> None:
    assert set(OTHER_VALUES) == {*CACHED, "began_at"} - {"version"}  # which has a test of its own


@pytest.mark.parametrize("column", OTHER_VALUES)
def test_another_value_in_a_column(column: str) -> None:
    Commitment.objects.filter(subject="ticket:1", clause="answer").update(**{column: OTHER_VALUES[column]})
    assert ("answer", column) in differences()


def test_a_row_that_is_gone() -> None:
    row().delete()
    assert ("answer", "row") in differences()


def test_a_row_that_nothing_explains() -> None:
    found = row()
    found.pk, found.cycle = None, 2
    found.save(force_insert=True)
    assert differences() == [("answer", "row")]


def test_a_row_under_another_version_than_its_subject(policy: PolicyVersion) -> None:
    other = PolicyVersion.objects.create(
        name="x",
        number=9,
        digest="x",
        sources=policy.sources,
        published_at=MONDAY,
        published_by="x",
        effective_at=MONDAY,
    )
    Commitment.objects.filter(pk=row().pk).update(version=other)
    assert differences() == [("answer", "version")]


@pytest.mark.parametrize("wake", [None, MONDAY + DAY])
def test_a_subject_that_would_wake_too_late_or_never(wake: object) -> None:
    Clock.objects.filter(pk="ticket:1").update(next_wake_at=wake)
    assert differences() == [("", "next_wake_at")]


def test_a_subject_that_would_wake_for_nothing() -> None:
    Clock.objects.filter(pk="ticket:3").update(next_wake_at=MONDAY + DAY)
    assert differences("ticket:3") == [("", "next_wake_at")]


def test_rows_without_a_clock() -> None:
    Clock.objects.filter(pk="ticket:1").delete()
    assert differences() == [("answer", "clock"), ("update", "clock")]


def test_an_event_that_was_taken_away() -> None:
    alter("DELETE FROM events_event WHERE subject = 'ticket:2' AND kind = 'ticket.replied'", erasing=True)
    assert ("answer", "state") in differences("ticket:2")


def test_an_event_that_was_dated_back() -> None:
    alter(
        "UPDATE events_event SET at = at - interval '1 minute' WHERE subject = 'ticket:2' AND kind = 'ticket.replied'",
        erasing=True,
    )
    assert ("answer", "ended_at") in differences("ticket:2")


def test_an_event_that_says_something_else() -> None:
    alter(
        "UPDATE events_event SET data = '{\"priority\": \"P2\"}' WHERE subject = 'ticket:2' AND kind = 'ticket.opened'",
        erasing=True,
    )
    assert ("answer", "target") in differences("ticket:2")


def test_an_event_that_was_slipped_in() -> None:
    Event.objects.create(kind="ticket.replied", subject="ticket:1", actor="agent:1", at=MONDAY + MINUTE)
    assert ("answer", "ended_at") in differences()


def test_a_breach_that_was_never_announced() -> None:
    alter("DELETE FROM events_event WHERE subject = 'ticket:1' AND kind = 'commitment.breached'", erasing=True)
    assert ("answer", "breach") in differences()


def test_a_warning_that_was_announced_for_another_time() -> None:
    key = "ticket:1/answer/1/50%"
    alter("UPDATE events_event SET at = at - interval '1 minute' WHERE key = %s", key, erasing=True)
    assert differences() == [("answer", "50%")]


def test_a_breach_that_never_was() -> None:
    Event.objects.create(
        kind="commitment.breached",
        subject="ticket:2",
        actor="policy:",
        at=MONDAY + 5 * MINUTE,
        data={"clause": "answer", "cycle": 1, "mark": "breach"},
        key="ticket:2/answer/1/breach",
    )
    assert differences("ticket:2") == [("answer", "commitment.breached")]


def test_a_difference_says_what_the_row_and_what_the_events_say() -> None:
    one = Difference("ticket:1", "answer", 2, "state", "kept", "breached")
    assert str(one) == "ticket:1 answer #2 state: the row says kept, the events say breached"
    other = Difference("ticket:1", "", 0, "next_wake_at", None, "x")
    assert str(other) == "ticket:1 next_wake_at: the row says None, the events say x"


def test_more_subjects_than_fit_in_one_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("upheld.commitments.verifying.CHUNK", 3)
    assert list(verify()) == []
    Commitment.objects.filter(subject="ticket:7", clause="answer").update(target=1)
    assert ("answer", "target") in differences("ticket:7")


@pytest.mark.django_db(transaction=True)
def test_what_changes_meanwhile_is_no_difference(at_once: Callable[..., list[Any]]) -> None:
    """While verify looks, tickets are answered: it must not take the half it has read for a difference."""

    def work() -> None:
        for turn in range(15):
            for number in (1, 2, 6):
                happen("replied", MONDAY + 3 * HOUR + turn * timedelta(seconds=10), subject=f"ticket:{number}")

    def look() -> list[Difference]:
        return [one for _ in range(15) for one in verify()]

    worked, found = at_once(work, look)
    assert worked is None
    assert found == []


def test_looking_changes_nothing() -> None:
    before = list(Commitment.objects.values()), list(Clock.objects.values()), Event.objects.count()
    with transaction.atomic():
        list(verify())
    assert (list(Commitment.objects.values()), list(Clock.objects.values()), Event.objects.count()) == before
