"""Facts are added once and never changed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction

from upheld.events.actions import LIVE_CHANNEL, record, record_many
from upheld.events.actors import MAIL, POLICY, SYSTEM, Actor
from upheld.events.models import Event
from upheld.events.reactions import wire

AT = datetime(2026, 3, 2, 15, tzinfo=UTC)
AGENT = Actor("agent:3", "Agent Ames")


@pytest.fixture(autouse=True)
def nobody_hears() -> Iterator[None]:
    """What is recorded here is heard by nobody."""
    wire({})
    yield
    apps.get_app_config("config").ready()


def note(**more: Any) -> Event | None:
    return record("ticket.noted", "ticket:1", by=AGENT, at=AT, **more)


def test_it_says_what_of_whom_by_whom_and_when(db: None) -> None:
    note(data={"message": 7})
    row = Event.objects.get()
    assert (row.kind, row.subject, row.actor, row.at) == ("ticket.noted", "ticket:1", "agent:3", AT)
    assert row.data == {"message": 7}
    assert row.recorded_at.tzinfo is not None


def test_no_name_is_written_down(db: None) -> None:
    note()
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(event)::text FROM events_event event")
        assert "Ames" not in cursor.fetchone()[0]


def test_a_subjects_events_come_in_the_order_in_which_they_were_recorded(db: None) -> None:
    for at in (AT, AT - timedelta(hours=1), AT + timedelta(hours=1)):
        record("ticket.noted", "ticket:1", by=AGENT, at=at)
    record("ticket.noted", "ticket:2", by=AGENT, at=AT)
    hours = [(event.at - AT) // timedelta(hours=1) for event in Event.objects.about("ticket:1")]
    assert hours == [0, -1, 1]


def test_a_key_is_recorded_once(db: None) -> None:
    assert note(key="a") is not None
    assert note(key="a") is None
    assert note(key="b") is not None
    assert note() is not None
    assert note() is not None
    assert Event.objects.count() == 4


def test_after_a_known_key_the_transaction_goes_on(db: None) -> None:
    with transaction.atomic():
        note(key="a")
        note(key="a")
        note()
    assert Event.objects.count() == 2


def test_many_at_once_leave_out_what_is_known(db: None) -> None:
    note(key="a")
    record_many(
        [Event(kind="ticket.noted", subject="ticket:1", actor="x", at=AT, key=key) for key in ("a", "b", None, None)]
    )
    assert sorted(str(event.key) for event in Event.objects.all()) == ["None", "None", "a", "b"]


def test_nothing_at_all_is_fine(db: None) -> None:
    record_many([])
    assert not Event.objects.exists()


def test_a_rollback_leaves_no_event_and_no_job(db: None) -> None:
    wire({"ticket.noted": ("upheld.events.tests.hearing.hear",)})
    with transaction.atomic():
        note()
        transaction.set_rollback(True)
    assert not Event.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'events.react'")
        assert cursor.fetchone()[0] == 0


@pytest.mark.django_db(transaction=True)
def test_a_key_in_a_race_is_recorded_once(at_once: Callable[..., list[Any]]) -> None:
    for number in range(5):
        results = at_once(*(lambda: note(key=f"race {number}") for _ in range(4)))  # noqa: B023 - called in this round
        assert [type(result) for result in results].count(Event) == 1
        assert results.count(None) == 3


@pytest.mark.django_db(transaction=True)
def test_who_comes_second_waits_for_the_first_and_records_when_it_gives_up(at_once: Callable[..., list[Any]]) -> None:
    from threading import Event as Signal

    is_recorded = Signal()

    def give_up() -> None:
        with transaction.atomic():
            assert note(key="a") is not None
            is_recorded.set()
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_sleep(0.3)")
            transaction.set_rollback(True)

    def come_second() -> Event | None:
        is_recorded.wait(5)
        return note(key="a")

    _, second = at_once(give_up, come_second)
    assert isinstance(second, Event)
    assert Event.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_live_signal_comes_after_the_commit_and_not_after_a_rollback() -> None:
    at = connection.settings_dict
    where = {"dbname": at["NAME"], "user": at["USER"], "host": at["HOST"], "port": at["PORT"] or 5432}
    with psycopg.connect(**where, password=at["PASSWORD"] or None, autocommit=True) as listener:
        listener.execute(f"LISTEN {LIVE_CHANNEL}")
        with transaction.atomic():
            note()
            transaction.set_rollback(True)
        with transaction.atomic():
            event = note()
            assert list(listener.notifies(timeout=0.1)) == []
        assert event is not None
        (heard,) = list(listener.notifies(timeout=2, stop_after=1))
    assert json.loads(heard.payload) == {"id": event.pk, "kind": "ticket.noted", "subject": "ticket:1"}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE events_event SET kind = 'ticket.closed'",
        "UPDATE events_event SET at = now()",
        "UPDATE events_event SET data = '{}'",
        "DELETE FROM events_event",
    ],
)
def test_the_database_refuses_to_change_or_delete_one(db: None, statement: str) -> None:
    note(data={"message": 7})
    with pytest.raises(DatabaseError, match="only ever added"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert Event.objects.get().data == {"message": 7}


def test_retention_and_erasure_may_for_one_transaction(db: None) -> None:
    note()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL upheld.erasing = 'on'")
        cursor.execute("DELETE FROM events_event")
        assert cursor.rowcount == 1
        cursor.execute("SET LOCAL upheld.erasing = 'off'")
    note()
    with pytest.raises(DatabaseError, match="only ever added"), transaction.atomic():
        Event.objects.all().delete()


@pytest.mark.parametrize(
    ("actor", "kind", "is_person"),
    [(AGENT, "agent", True), (Actor("contact:7"), "contact", True), (POLICY, "policy", False), (MAIL, "system", False)],
)
def test_an_actor_knows_whether_it_is_somebody(actor: Actor, kind: str, is_person: bool) -> None:
    assert (actor.kind, actor.is_person) == (kind, is_person)


def test_an_actor_is_called_by_its_name_or_its_key() -> None:
    assert (str(AGENT), str(Actor("contact:7")), str(SYSTEM)) == ("Agent Ames", "contact:7", "Upheld")
