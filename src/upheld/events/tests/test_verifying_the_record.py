"""Whatever is done to the record behind its back is found, and named rightly."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from upheld.events import witness
from upheld.events.actions import record
from upheld.events.actors import SYSTEM, Actor
from upheld.events.chain import link, new_seal
from upheld.events.erasing import erase
from upheld.events.leaves import COLUMNS, rows
from upheld.events.models import Event, Seal
from upheld.events.reactions import wire
from upheld.events.sealing import public_key, seal_what_is_decided
from upheld.events.verifying import Report, verify
from upheld.kernel.ed25519 import SigningKey

AT = datetime(2026, 3, 2, 15, tzinfo=UTC)
EVENTS, SIZE = 12, 4  # three seals of four
POSITIONS = st.integers(0, EVENTS - 1)
QUICKLY = hypothesis_settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
OTHERS = {
    "kind": ["'ticket.closed'", "''"],
    "subject": ["'ticket:99'", "subject || ' '"],
    "actor": ["'agent:4'", "''"],
    "at": ["at + interval '1 microsecond'", "'infinity'", "at - interval '1 year'"],
    "recorded_at": ["recorded_at - interval '1 microsecond'", "'-infinity'"],
    "data": ["'{}'", "data || '{\"more\": null}'", "jsonb_set(data, '{n}', '1.0')", "jsonb_set(data, '{n}', '\"1\"')"],
    "key": ["NULL", "key || 'x'"],
}


@pytest.fixture
def record_of_twelve(db: None, tmp_path: Path, settings: Any) -> Iterator[list[int]]:
    """Twelve sealed events in three seals, with a gap of ids in the middle of each seal. Their ids."""
    settings.UPHELD_DATA = tmp_path
    wire({})
    made = []
    for number in range(EVENTS):
        event = record("ticket.noted", f"ticket:{number}", by=Actor("agent:3"), at=AT, data={"n": 1, "of": number},
                       key=f"note {number}")  # fmt: skip
        assert event is not None
        made.append(event.pk)
        with connection.cursor() as cursor:
            cursor.execute("SELECT nextval(pg_get_serial_sequence('events_event', 'id'))")
    seal_what_is_decided(at=AT, size=SIZE)
    assert checked().is_as_it_was
    yield made
    apps.get_app_config("config").ready()


def checked(**more: Any) -> Report:
    return verify([public_key()], **more)


def run(statement: str, *values: Any) -> None:
    """As somebody does who owns the database: past the triggers."""
    with connection.cursor() as cursor:
        for table in ("event", "seal"):
            cursor.execute(f"ALTER TABLE events_{table} DISABLE TRIGGER {table}s_only_added")
        cursor.execute(statement, values)
        for table in ("event", "seal"):
            cursor.execute(f"ALTER TABLE events_{table} ENABLE TRIGGER {table}s_only_added")


class Tampering:
    """What is done inside is undone at the end; `report` is what verifying said of it."""

    def __enter__(self) -> Self:
        self.around = transaction.atomic()
        self.around.__enter__()
        return self

    def __exit__(self, *wrong: object) -> None:
        if wrong[0] is None:
            self.report = checked()
        transaction.set_rollback(True)
        self.around.__exit__(None, None, None)


def found(report: Report) -> list[tuple[str, int | None]]:
    return [(one.what, one.event) for one in report.findings]


def test_every_column_is_tried_here() -> None:
    assert set(OTHERS) == set(COLUMNS) == {field.name for field in Event._meta.concrete_fields} - {"id"}


@pytest.mark.parametrize(("column", "value"), [(name, value) for name, values in OTHERS.items() for value in values])
def test_an_altered_column_is_named(record_of_twelve: list[int], column: str, value: str) -> None:
    with Tampering() as done:
        run(f"UPDATE events_event SET {column} = {value} WHERE id = %s", record_of_twelve[6])
    assert found(done.report) == [("altered", record_of_twelve[6])]
    first = done.report.first
    assert first is not None
    assert (first.seal, first.column) == (2, column)
    assert f"event {first.event} " in str(first)


@QUICKLY
@given(position=POSITIONS, column=st.sampled_from(COLUMNS), last=st.booleans())
def test_any_altered_event_is_found(record_of_twelve: list[int], position: int, column: str, last: bool) -> None:
    with Tampering() as done:
        run(
            f"UPDATE events_event SET {column} = {OTHERS[column][-1 if last else 0]} WHERE id = %s",
            record_of_twelve[position],
        )
    assert found(done.report) == [("altered", record_of_twelve[position])]


@QUICKLY
@given(gone=st.sets(POSITIONS, min_size=1))
def test_any_removed_events_are_found_the_first_first(record_of_twelve: list[int], gone: set[int]) -> None:
    with Tampering() as done:
        run("DELETE FROM events_event WHERE id = ANY(%s)", [record_of_twelve[one] for one in gone])
    assert found(done.report) == [("removed", record_of_twelve[one]) for one in sorted(gone)]
    assert done.report.counts == {"removed": len(gone)}


@QUICKLY
@given(position=st.integers(0, EVENTS - 1), below=st.booleans())
def test_any_inserted_event_is_found(record_of_twelve: list[int], position: int, below: bool) -> None:
    number = -5 if below else record_of_twelve[position] + 1
    if position == EVENTS - 1 and not below:
        return  # above what is sealed: that is how every event begins
    with Tampering() as done:
        run(
            "INSERT INTO events_event (id, kind, subject, actor, at, data) VALUES (%s, 'a.b', 'a:1', 'x', now(), '{}')",
            number,
        )
    assert found(done.report) == [("inserted", number)]


@QUICKLY
@given(pair=st.lists(POSITIONS, min_size=2, max_size=2, unique=True))
def test_any_two_events_that_changed_places_are_found(record_of_twelve: list[int], pair: list[int]) -> None:
    one, other = sorted(record_of_twelve[position] for position in pair)
    with Tampering() as done:
        run("UPDATE events_event SET id = -1 WHERE id = %s", one)
        run("UPDATE events_event SET id = %s WHERE id = %s", one, other)
        run("UPDATE events_event SET id = %s WHERE id = -1", other)
    assert [(what.what, what.event, what.place) for what in done.report.findings] == [
        ("moved", one, other), ("moved", other, one)
    ]  # fmt: skip


def test_an_event_under_another_id_is_named_as_moved(record_of_twelve: list[int]) -> None:
    with Tampering() as done:
        run("UPDATE events_event SET id = id + 1 WHERE id = %s", record_of_twelve[2])
    assert found(done.report) == [("removed", record_of_twelve[2]), ("moved", record_of_twelve[2] + 1)]


FLIP = "set_byte({0}, 7, get_byte({0}, 7) # 1)"
SEAL_COLUMNS = {name: FLIP.format(name) for name in ("ids", "leaves", "hints", "previous", "hash", "signature")} | {
    "first": "first - 1", "last": "last - 1", "count": "count + 1", "number": "7", "key": "'0000000000000000'",
    "sealed_at": "sealed_at - interval '1 microsecond'",
}  # fmt: skip


@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.parametrize("column", [field.name for field in Seal._meta.concrete_fields])
def test_a_rewritten_seal_is_named(record_of_twelve: list[int], column: str, number: int) -> None:
    with Tampering() as done:
        run(f"UPDATE events_seal SET {column} = {SEAL_COLUMNS[column]} WHERE number = %s", number)
    assert done.report.first is not None
    assert done.report.first.seal == number


@pytest.mark.parametrize(("first", "last"), [(1, 1), (2, 2), (1, 2), (3, 3), (2, 3), (1, 3)])
def test_removed_seals_are_named(record_of_twelve: list[int], first: int, last: int) -> None:
    """The last ones as well: this host remembers what it saw."""
    with Tampering() as done:
        run("DELETE FROM events_seal WHERE number BETWEEN %s AND %s", first, last)
    one = done.report.first
    assert one is not None
    assert (one.what, one.seal) == ("seal removed", first)


def test_a_cut_tail_is_found_where_its_events_went_along(record_of_twelve: list[int]) -> None:
    with Tampering() as done:
        run("DELETE FROM events_seal WHERE number = 3")
        run("DELETE FROM events_event WHERE id >= %s", record_of_twelve[8])
    assert found(done.report) == [("seal removed", None)]
    with Tampering() as done:
        run("TRUNCATE events_seal, events_event")
    assert found(done.report) == [("seal removed", None)]


def rebuild(start: int, key: SigningKey) -> None:
    """What somebody does who may write everything: seal again from `start` on what stands there now."""
    stretches = list(Seal.objects.filter(number__gte=start).order_by("number"))
    run("DELETE FROM events_seal WHERE number >= %s", start)
    before = Seal.objects.order_by("-number").first()
    for old in stretches:
        found = list(rows(old.first - 1, old.last))
        before = new_seal(before, found, last=old.last, key=key, at=old.sealed_at)
        before.save(force_insert=True)


@pytest.mark.parametrize("start", [1, 2, 3])
@pytest.mark.parametrize("lies_about_key", [False, True])
def test_a_chain_that_was_rebuilt_without_the_key_is_found(
    record_of_twelve: list[int], start: int, lies_about_key: bool
) -> None:
    key = SigningKey(b"x" * 32)
    if lies_about_key:
        key.public.__dict__["id"] = public_key().id
    with Tampering() as done:
        run("UPDATE events_event SET actor = 'agent:4' WHERE id = %s", record_of_twelve[start * 4 - 1])
        rebuild(start, key)
    first = done.report.first
    assert first is not None
    assert (first.what, first.seal) == ("seal not signed by our key", start)
    assert done.report.counts["seal not signed by our key"] == 4 - start


def test_even_with_the_key_this_host_remembers(record_of_twelve: list[int]) -> None:
    with Tampering() as done:
        run("DELETE FROM events_event WHERE id = %s", record_of_twelve[1])
        rebuild(1, SigningKey.of(settings.UPHELD_SEAL_KEY))
    assert found(done.report) == [("not the seal that this host saw", None)]


def test_a_host_that_saw_nothing_believes_what_is_signed(record_of_twelve: list[int]) -> None:
    witness.forget()
    assert checked().is_as_it_was


def test_what_was_erased_lawfully_is_told_apart(record_of_twelve: list[int]) -> None:
    assert erase([record_of_twelve[3], record_of_twelve[4]], by=SYSTEM, at=AT, because="retention:notes") == 2
    with Tampering() as done:
        run("DELETE FROM events_event WHERE id = %s", record_of_twelve[9])
    assert (done.report.erased, found(done.report)) == (2, [("removed", record_of_twelve[9])])
    seal_what_is_decided(at=AT)
    assert (checked().erased, checked().is_as_it_was) == (2, True)


def test_an_erased_event_may_not_come_back_as_another(record_of_twelve: list[int]) -> None:
    erase([record_of_twelve[3]], by=SYSTEM, at=AT, because="retention:notes")
    with Tampering() as done:
        run("INSERT INTO events_event (id, kind, subject, actor, at, data) VALUES (%s, 'a.b', 'a:1', 'x', now(), '{}')",
            record_of_twelve[3])  # fmt: skip
    assert found(done.report) == [("altered", record_of_twelve[3])]


def test_one_may_begin_in_the_middle(record_of_twelve: list[int]) -> None:
    later = AT + timedelta(days=1)
    record("ticket.noted", "ticket:1", by=SYSTEM, at=AT)
    seal_what_is_decided(at=later)
    with Tampering():
        run("DELETE FROM events_event WHERE id = %s", record_of_twelve[0])
        report = checked(since=later)
    assert (report.events, report.seals, report.is_as_it_was) == (1, 1, True)
    with Tampering():
        run("DELETE FROM events_event WHERE id > %s", record_of_twelve[-1])
        report = checked(since=later)
    assert [one.what for one in report.findings] == ["removed"]
    with Tampering():
        run("UPDATE events_seal SET previous = previous || '\\x00' WHERE number = 4")
        report = checked(since=later)
    assert report.first is not None
    assert report.first.seal == 4
    assert link(Seal.objects.get(number=3)) == bytes(Seal.objects.get(number=4).previous)
