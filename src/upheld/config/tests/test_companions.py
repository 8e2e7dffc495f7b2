"""A job takes along what waits behind it, and each of them is done, or stands in the queue again."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any, cast

import pytest
from django.db import connection

from upheld.config import companions
from upheld.config.companions import LARGE, MOST, in_company
from upheld.events.actions import record
from upheld.events.actors import SYSTEM
from upheld.events.models import Event
from upheld.tickets.tests.scenes import MONDAY


@pytest.fixture
def worker(db: None) -> Any:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES RETURNING id")
        return SimpleNamespace(worker_id=cursor.fetchone()[0], stop=lambda: None)


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[list[int]]:
    """What was told at once, in the place of tickets."""
    crowds: list[list[int]] = []

    def tell(_kind: str, events: list[Event]) -> set[int]:
        crowds.append([event.pk for event in events])
        return {event.pk for event in events if event.data.get("size") != 13}

    monkeypatch.setattr(companions, "_told", tell)
    return crowds


def received(*sizes: int) -> list[int]:
    """Events with their jobs, as the doors write them."""
    events = [
        record("message.received", f"mail:{number}", by=SYSTEM, at=MONDAY, data={"size": size})
        for number, size in enumerate(sizes, 1)
    ]
    return [event.pk for event in events if event is not None]


def queue() -> dict[int, tuple[str, int]]:
    """Event -> status and tries of its job."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT (args->>'event_id')::bigint, status::text, attempts FROM procrastinate_jobs ORDER BY id")
        return {event: (status, tries) for event, status, tries in cursor.fetchall()}


def do_next(worker: Any) -> list[int]:
    """As the worker does: fetch, do, end. Returns what was left to do alone."""
    alone: list[int] = []
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, args, attempts, lock FROM procrastinate_fetch_job_v2(NULL, %s)", [worker.worker_id])
        number, given, attempts, lock = cursor.fetchone()
        given = json.loads(given) if isinstance(given, str) else given
        job = SimpleNamespace(task_name="events.react", task_kwargs=given, attempts=attempts, lock=lock)
        in_company(lambda: alone.append(given["event_id"]), cast("Any", SimpleNamespace(job=job)), worker)
        cursor.execute("SELECT procrastinate_finish_job_v1(%s, 'succeeded', true)", [number])
    return alone


def test_those_that_wait_are_done_at_once_and_leave_the_queue(worker: Any, heard: list[list[int]]) -> None:
    events = received(*[100] * (MOST + 3))
    assert do_next(worker) == []
    assert heard == [events[: MOST + 1]]
    assert list(queue()) == events[MOST + 1 :]


def test_what_could_not_be_done_is_alone_the_next_time(worker: Any, heard: list[list[int]]) -> None:
    events = received(100, 13, 100)
    do_next(worker)
    assert queue() == {events[1]: ("todo", 1)}
    assert do_next(worker) == [events[1]]
    assert len(heard) == 1


def test_a_large_mail_is_alone(worker: Any, heard: list[list[int]]) -> None:
    events = received(100, LARGE + 1, 100)
    do_next(worker)
    assert heard == [[events[0], events[2]]]
    assert do_next(worker) == [events[1]]


def test_others_are_not_taken_along(worker: Any, heard: list[list[int]]) -> None:
    first, second = received(100, 100)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET attempts = 1 WHERE (args->>'event_id')::bigint = %s", [second])
    other = record("ticket.opened", "ticket:1", by=SYSTEM, at=MONDAY)
    assert other is not None
    assert do_next(worker) == [first]
    assert list(queue()) == [second, other.pk]
    assert heard == []


def test_a_failure_on_the_way_leaves_all_of_them_queued(worker: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> set[int]:
        raise OSError("no more files")

    monkeypatch.setattr(companions, "_told", fail)
    first, second, third = received(100, 100, 100)
    with pytest.raises(OSError, match="no more files"):
        do_next(worker)
    assert queue() == {first: ("doing", 0), second: ("todo", 1), third: ("todo", 1)}
