"""Time's own door: each warning and each breach once, with the instant at which it was due."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Self

import pytest
from django.db import OperationalError, connections

from upheld.commitments import ticker
from upheld.commitments.following import follow_many
from upheld.commitments.models import Clock
from upheld.commitments.tests.scenes import DAY, HOUR, MINUTE, MONDAY, happen, marks, opened, row
from upheld.commitments.ticker import run, tick
from upheld.commitments.verifying import verify
from upheld.events.models import Event

pytestmark = pytest.mark.usefixtures("policy")

ALL = [
    ("answer", "50%", MONDAY + 30 * MINUTE),
    ("answer", "90%", MONDAY + 54 * MINUTE),
    ("answer", "breach", MONDAY + HOUR),
    ("update", "30m", MONDAY + 3.5 * HOUR),
    ("update", "breach", MONDAY + 4 * HOUR),
]


def tick_until_quiet(now: datetime, **more: Any) -> int:
    acted = 0
    while found := tick(now, **more):
        acted += found
    return acted


def test_nothing_happens_before_its_time_or_at_it() -> None:
    opened()
    assert tick(MONDAY + 30 * MINUTE) == 0
    assert tick(MONDAY + 30 * MINUTE + timedelta(microseconds=1)) == 1
    assert marks() == ALL[:1]


def test_what_is_due_at_that_very_instant_can_still_be_kept() -> None:
    opened()
    assert tick(MONDAY + HOUR) == 1
    happen("replied", MONDAY + HOUR)
    assert row().state == "kept"


def test_minute_by_minute_each_comes_once() -> None:
    opened()
    for minutes in range(0, 5 * 60, 7):
        tick(MONDAY + minutes * MINUTE)
    assert marks() == ALL
    assert list(verify()) == []


def test_a_day_late_each_comes_once_with_its_own_instant() -> None:
    opened()
    assert tick_until_quiet(MONDAY + DAY) == 1
    assert marks() == ALL
    assert {event.recorded_at for event in Event.objects.filter(kind__startswith="commitment.")} == {MONDAY + DAY}
    assert tick(MONDAY + DAY) == 0
    assert list(verify()) == []


def test_a_clock_that_jumps_back_brings_nothing_twice_and_takes_nothing_back() -> None:
    opened()
    tick_until_quiet(MONDAY + 2 * HOUR)
    for now in (MONDAY, MONDAY + 40 * MINUTE, MONDAY + 2 * HOUR):
        assert tick(now) == 0
    assert marks() == ALL[:3]
    happen("replied", MONDAY + 5 * MINUTE)  # the clock is still wrong
    assert row().state == "breached"
    tick_until_quiet(MONDAY + 10 * HOUR)
    assert [mark for mark in marks() if mark[0] == "answer"] == ALL[:3]
    assert list(verify()) == []


def test_what_ended_wakes_nobody() -> None:
    opened()
    happen("replied", MONDAY + MINUTE)
    happen("resolved", MONDAY + 2 * MINUTE, status="resolved")
    assert tick(MONDAY + 30 * DAY) == 0
    assert marks() == []


def test_a_batch_takes_the_longest_overdue_first() -> None:
    for minutes in (3, 1, 2):
        opened(f"ticket:{minutes}", at=MONDAY + minutes * MINUTE)
    assert tick(MONDAY + 40 * MINUTE, batch=2) == 2
    assert [marks(f"ticket:{number}") != [] for number in (1, 2, 3)] == [True, True, False]
    assert tick(MONDAY + 40 * MINUTE, batch=2) == 1


@pytest.mark.django_db(transaction=True)
def test_several_tickers_at_once_act_once(at_once: Callable[..., list[Any]]) -> None:
    subjects = [f"ticket:{number}" for number in range(60)]
    for subject in subjects:
        opened(subject)
    results = at_once(*[lambda: tick_until_quiet(MONDAY + 5 * HOUR, batch=7)] * 4)
    assert sum(results) == len(subjects)
    for subject in subjects:
        assert marks(subject) == ALL
    assert list(verify()) == []


@pytest.mark.django_db(transaction=True)
def test_tickers_that_disagree_about_the_time_act_once(at_once: Callable[..., list[Any]]) -> None:
    for number in range(20):
        opened(f"ticket:{number}")
    at_once(*(lambda n=n: tick_until_quiet(MONDAY + n * HOUR, batch=3) for n in (1, 2, 3, 5)))
    tick_until_quiet(MONDAY + 5 * HOUR)
    for number in range(20):
        assert marks(f"ticket:{number}") == ALL
    assert list(verify()) == []


class Ticking:
    """The loop in a thread, as long as the test needs it."""

    def __init__(self) -> None:
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        try:
            run(self.stop)
        finally:
            connections.close_all()

    def __enter__(self) -> Self:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        self.thread.join(10)
        assert not self.thread.is_alive()


@pytest.fixture
def brisk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ticker, "EVERY", 0.02)


def until(is_so: Callable[[], bool], seconds: float = 10) -> None:
    pause = threading.Event()
    for _ in range(int(seconds / 0.02)):
        if is_so():
            return
        pause.wait(0.02)
    pytest.fail(f"it did not come to that within {seconds} s")


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("brisk")
class TestTheLoop:
    def test_it_acts_and_stops_when_told(self) -> None:
        opened(at=datetime.now(UTC) - 2 * HOUR)
        with Ticking() as ticking:
            until(lambda: row().state == "breached")
            assert ticking.thread.is_alive()

    def test_a_subject_that_cannot_be_folded_keeps_no_other_waiting(self, monkeypatch: pytest.MonkeyPatch) -> None:
        began = datetime.now(UTC) - 2 * HOUR
        for number in range(30):
            opened(f"ticket:{number}", at=began + number * timedelta(seconds=1))

        def stumble(clocks: list[Clock], *, at: datetime) -> Any:
            if any(clock.subject == "ticket:3" for clock in clocks):
                raise ZeroDivisionError
            return follow_many(clocks, at=at)

        monkeypatch.setattr(ticker, "follow_many", stumble)
        with Ticking():
            until(lambda: Event.objects.filter(kind="commitment.breached").count() == 29, 20)
        assert marks("ticket:3") == []
        aside = Clock.objects.get(pk="ticket:3").next_wake_at
        assert aside is not None
        assert timedelta(seconds=30) < aside - datetime.now(UTC) < timedelta(seconds=70)

    def test_a_database_that_is_away_is_waited_for(self, monkeypatch: pytest.MonkeyPatch) -> None:
        opened(at=datetime.now(UTC) - 2 * HOUR)
        calls: list[int] = []
        really = ticker.tick

        def refuse_first(now: datetime, *, batch: int) -> int:
            calls.append(batch)
            if len(calls) == 1:
                raise OperationalError("connection refused")
            return really(now, batch=batch)

        monkeypatch.setattr(ticker, "tick", refuse_first)
        with Ticking():
            until(lambda: row().state == "breached")
        assert len(calls) > 1

    def test_a_database_that_goes_away_while_a_subject_is_set_aside_is_waited_for_too(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        opened(at=datetime.now(UTC) - 2 * HOUR)
        failures = iter([ZeroDivisionError] * 4)  # a batch of 500, of 50, of 5 and of 1
        really = ticker.tick

        def stumble(now: datetime, *, batch: int) -> int:
            for failure in failures:
                raise failure
            return really(now, batch=batch)

        def vanish(now: datetime) -> None:
            raise OperationalError("connection refused")

        monkeypatch.setattr(ticker, "tick", stumble)
        monkeypatch.setattr(ticker, "_set_aside", vanish)
        with Ticking():
            until(lambda: row().state == "breached")
