"""Who hears of an event, in which order, and what becomes of failures."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, transaction

from upheld.events.actions import record, record_many
from upheld.events.actors import SYSTEM
from upheld.events.jobs import react
from upheld.events.models import Event
from upheld.events.reactions import handlers_of, has_reactions, wire
from upheld.events.tests import hearing

AT = datetime(2026, 3, 2, 15, tzinfo=UTC)
HERE = "upheld.events.tests.hearing"


@pytest.fixture(autouse=True)
def wired() -> Iterator[None]:
    hearing.heard.clear()
    hearing.failing.clear()
    wire(
        {
            "ticket.opened": (f"{HERE}.hear", f"{HERE}.hear_as_well"),
            "ticket.closed": (f"{HERE}.hear", f"{HERE}.write_and_fail", f"{HERE}.hear_as_well"),
            "commitment.breached": (f"{HERE}.hear",),
        },
        in_order={"commitment.breached"},
    )
    yield
    apps.get_app_config("config").ready()


def happen(kind: str = "ticket.opened", subject: str = "ticket:1", **more: Any) -> Event:
    event = record(kind, subject, by=SYSTEM, at=AT, **more)
    assert event is not None
    return event


def jobs() -> list[tuple[int, str | None]]:
    """The queued jobs, as event and lock."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (args->>'event_id')::bigint, lock FROM procrastinate_jobs WHERE task_name = 'events.react' ORDER BY id"
        )
        return list(cursor.fetchall())


def test_all_who_are_wired_hear_in_their_order(db: None) -> None:
    event = happen()
    react(event.pk)
    assert hearing.heard == [("hear", event.pk), ("hear_as_well", event.pk)]


def test_one_job_for_each_event_that_somebody_hears_of(db: None) -> None:
    events = [happen(), happen("ticket.noted"), happen("ticket.closed")]
    assert jobs() == [(events[0].pk, None), (events[2].pk, None)]


def test_no_job_for_what_was_known(db: None) -> None:
    happen(key="a")
    record("ticket.opened", "ticket:1", by=SYSTEM, at=AT, key="a")
    record_many([Event(kind="ticket.opened", subject="ticket:1", actor="x", at=AT, key="a")])
    assert len(jobs()) == 1


def test_many_events_are_many_jobs_in_one_statement(db: None, django_assert_num_queries: Any) -> None:
    fresh = [Event(kind="ticket.opened", subject=f"ticket:{n}", actor="x", at=AT, key=str(n)) for n in range(50)]
    with django_assert_num_queries(1):
        record_many(fresh)
    assert [event for event, _ in jobs()] == [event.pk for event in fresh]


def test_one_subjects_events_wait_for_each_other_where_order_counts(db: None) -> None:
    first, other, second = (happen("commitment.breached", subject) for subject in ("ticket:1", "ticket:2", "ticket:1"))
    assert jobs() == [(first.pk, "ticket:1"), (other.pk, "ticket:2"), (second.pk, "ticket:1")]
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES RETURNING id")
        (worker,) = cursor.fetchone()
        taken = []
        for _ in range(3):
            cursor.execute("SELECT (args->>'event_id')::bigint FROM procrastinate_fetch_job_v2(NULL, %s)", [worker])
            taken.append(cursor.fetchone()[0])
    assert taken == [first.pk, other.pk, None]  # the third waits for the first to be done


def test_one_who_fails_keeps_no_other_from_hearing_and_the_job_is_tried_again(db: None) -> None:
    hearing.failing.add("write_and_fail")
    event = happen("ticket.closed")
    with pytest.raises(hearing.NotNow):
        react(event.pk)
    assert [name for name, _ in hearing.heard] == ["hear", "write_and_fail", "hear_as_well"]


def test_what_a_failing_handler_wrote_is_taken_back(db: None) -> None:
    hearing.failing.add("write_and_fail")
    event = happen("ticket.closed")
    with pytest.raises(hearing.NotNow):
        react(event.pk)
    assert not Event.objects.filter(subject="ticket:9").exists()
    hearing.failing.clear()
    react(event.pk)
    assert Event.objects.filter(subject="ticket:9").count() == 1


def test_a_second_run_calls_all_of_them_since_they_repeat_nothing(db: None) -> None:
    event = happen()
    react(event.pk)
    react(event.pk)
    assert len(hearing.heard) == 4


def test_the_first_failure_is_the_one_that_is_raised(db: None) -> None:
    hearing.failing.update({"hear", "write_and_fail"})
    with pytest.raises(hearing.NotNow, match=r"^hear$"):
        react(happen("ticket.closed").pk)


def test_a_handler_may_record_what_others_hear_of(db: None) -> None:
    with transaction.atomic():
        happen("ticket.noted", "ticket:9")
        happen("ticket.opened", "ticket:9")
    assert len(jobs()) == 1


def test_the_list_is_replaced_as_a_whole() -> None:
    wire({"ticket.noted": (f"{HERE}.hear",)})
    assert has_reactions("ticket.noted")
    assert not has_reactions("ticket.opened")
    assert handlers_of("ticket.noted") == [hearing.hear]
    assert handlers_of("nonsense") == []
