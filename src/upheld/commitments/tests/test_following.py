"""The rows are what the fold says, and what time did is announced once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.db import transaction

from upheld.commitments.following import follow, follow_many, follow_new, hold
from upheld.commitments.models import Clock, Commitment
from upheld.commitments.tests.scenes import (
    DAY,
    HOUR,
    LEAD,
    MINUTE,
    MONDAY,
    SUBJECT,
    happen,
    marks,
    opened,
    row,
)
from upheld.commitments.ticker import tick
from upheld.commitments.verifying import verify
from upheld.events.actions import record
from upheld.events.models import Event

pytestmark = pytest.mark.usefixtures("policy")


def test_a_beginning_makes_rows_and_says_when_to_wake() -> None:
    opened()
    assert (row().state, row().due_at, row().next_wake_at) == ("running", MONDAY + HOUR, MONDAY + 30 * MINUTE)
    assert row("update").due_at == MONDAY + 4 * HOUR
    assert Clock.objects.get().next_wake_at == MONDAY + 30 * MINUTE


def test_what_no_clause_waits_for_makes_no_row() -> None:
    happen("noted", MONDAY)
    assert not Commitment.objects.exists()
    assert Clock.objects.get().next_wake_at is None


def test_an_end_ends_the_row_and_a_renewal_begins_the_next() -> None:
    opened()
    happen("replied", MONDAY + 10 * MINUTE)
    assert (row().state, row().ended_at) == ("kept", MONDAY + 10 * MINUTE)
    assert (row("update").state, row("update", 2).began_at) == ("kept", MONDAY + 10 * MINUTE)
    assert Clock.objects.get().next_wake_at == MONDAY + 10 * MINUTE + 3.5 * HOUR


def test_a_pause_has_no_due_time_and_wakes_nobody() -> None:
    opened(priority="P2")
    happen("waiting", MONDAY + HOUR, status="waiting_on_customer")
    assert (row().state, row().due_at, Clock.objects.get().next_wake_at) == ("paused", None, None)
    happen("resumed", MONDAY + DAY, status="open")
    assert row().due_at == MONDAY + DAY + 3 * HOUR


def test_following_again_changes_nothing() -> None:
    opened()
    before = list(Commitment.objects.values()), Event.objects.count()
    follow(SUBJECT, at=MONDAY)
    assert (list(Commitment.objects.values()), Event.objects.count()) == before


def test_a_late_answer_announces_what_time_did_before_it() -> None:
    """Nobody ticked: the one who answers finds the breach, at the instant at which it was due."""
    opened()
    happen("replied", MONDAY + 2 * HOUR)
    assert marks() == [
        ("answer", "50%", MONDAY + 30 * MINUTE),
        ("answer", "90%", MONDAY + 54 * MINUTE),
        ("answer", "breach", MONDAY + HOUR),
    ]
    assert (row().state, row().late) == ("breached", 3_600_000_000)
    breach = Event.objects.get(kind="commitment.breached")
    assert (breach.at, breach.recorded_at) == (MONDAY + HOUR, MONDAY + 2 * HOUR)
    assert breach.data == {"clause": "answer", "cycle": 1, "mark": "breach", "due_at": "2026-03-02T16:00:00Z"}
    assert breach.actor == "policy:"


def test_the_log_has_them_in_the_order_of_time() -> None:
    opened()
    happen("replied", MONDAY + 5 * HOUR)
    own = Event.objects.about(SUBJECT).filter(kind__startswith="commitment.")
    assert [event.at for event in own] == sorted(event.at for event in own)


def test_made_in_one_go_it_is_the_same_as_followed() -> None:
    opened("ticket:1")
    event = record("ticket.opened", "ticket:2", by=LEAD, at=MONDAY, data={"priority": "P1", "status": "new"})
    assert event is not None
    follow_new("ticket:2", [event], at=MONDAY)
    columns = [field.name for field in Commitment._meta.fields if field.name not in ("id", "subject")]
    first, second = (
        list(Commitment.objects.of(key).order_by("clause").values(*columns)) for key in ("ticket:1", "ticket:2")
    )
    assert first == second
    assert list(verify()) == []


def test_many_cost_as_many_queries_as_one(django_assert_max_num_queries: Any) -> None:
    for number in range(20):
        opened(f"ticket:{number}")
    clocks = list(Clock.objects.all())
    with django_assert_max_num_queries(10):
        follow_many(clocks, at=MONDAY + 5 * HOUR)
    assert Event.objects.filter(kind="commitment.breached").count() == 40


def test_a_rollback_leaves_no_row_and_no_mark() -> None:
    with transaction.atomic():
        opened()
        happen("replied", MONDAY + 2 * HOUR)
        transaction.set_rollback(True)
    assert not Clock.objects.exists()
    assert not Commitment.objects.exists()
    assert not Event.objects.filter(subject=SUBJECT).exists()


class TestWhatCameTooLate:
    """A breach is final: what is recorded after it comes after it, whatever its own time says."""

    def breached(self) -> None:
        opened()
        tick(MONDAY + HOUR + MINUTE)
        assert row().state == "breached"

    @pytest.mark.parametrize("at", [MONDAY + 59 * MINUTE, MONDAY + HOUR, MONDAY])
    def test_an_answer_that_was_begun_in_time(self, at: datetime) -> None:
        self.breached()
        happen("replied", at)
        assert (row().state, row().due_at) == ("breached", MONDAY + HOUR)
        assert row().ended_at is not None
        assert list(verify()) == []

    def test_a_lower_priority_that_was_set_in_time(self) -> None:
        self.breached()
        happen("changed", MONDAY + 59 * MINUTE, priority="P2")
        assert (row().state, row().due_at) == ("breached", MONDAY + HOUR)

    def test_a_note_that_was_begun_in_time(self) -> None:
        self.breached()
        happen("noted", MONDAY + 59 * MINUTE)
        assert row().state == "breached"
        assert row().next_wake_at is None
        assert list(verify()) == []

    def test_a_warning_that_was_given_stays_given(self) -> None:
        opened()
        tick(MONDAY + 31 * MINUTE)
        happen("noted", MONDAY + 29 * MINUTE)
        assert row().marks == [["50%", "2026-03-02T15:30:00Z"]]
        assert row().next_wake_at == MONDAY + 54 * MINUTE
        assert list(verify()) == []

    def test_what_breaches_at_once_is_over_at_once(self) -> None:
        """A re-target that leaves too much used breaches at its own instant; a reply in the same instant comes late."""
        opened(priority="P2")
        happen("changed", MONDAY + 2 * HOUR, priority="P1")
        happen("replied", MONDAY + 2 * HOUR)
        assert (row().state, row().due_at, row().late) == ("breached", MONDAY + 2 * HOUR, 0)
        assert list(verify()) == []


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_a_subject_is_bound_once(self, at_once: Callable[..., list[Any]]) -> None:
        def binding() -> int:
            with transaction.atomic():
                return hold(SUBJECT).version_id

        assert len(set(at_once(*[binding] * 4))) == 1
        assert Clock.objects.count() == 1

    def test_events_of_one_subject_come_one_after_another(self, at_once: Callable[..., list[Any]]) -> None:
        opened()
        results = at_once(
            *(lambda n=n: happen("replied", MONDAY + n * MINUTE) for n in range(1, 5)),
            lambda: tick(MONDAY + 2 * HOUR),
        )
        assert not any(isinstance(result, Exception) for result in results), results
        tick(MONDAY + 2 * HOUR)
        assert list(verify()) == []
        breaches = Event.objects.filter(kind="commitment.breached", data__clause="answer").count()
        assert breaches == (1 if row().state == "breached" else 0)

    def test_an_answer_that_waits_for_the_ticker_comes_after_the_breach(
        self, at_once: Callable[..., list[Any]]
    ) -> None:
        """The answer was begun in time, and had to wait while a ticker that came later held the subject."""
        from threading import Event as Signal

        opened()
        is_held = Signal()

        def ticking() -> None:
            with transaction.atomic():
                clock = hold(SUBJECT)
                is_held.set()
                follow_many([clock], at=MONDAY + HOUR + MINUTE)

        def answering() -> None:
            is_held.wait(5)
            happen("replied", MONDAY + 59 * MINUTE)

        assert at_once(ticking, answering) == [None, None]
        assert row().state == "breached"
        assert [mark for mark in marks() if mark[1] == "breach"] == [("answer", "breach", MONDAY + HOUR)]
        assert list(verify()) == []
