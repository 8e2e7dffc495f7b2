"""Every event gets its seal: none is skipped, whatever the order of commits, and nobody who records waits for it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, connections, transaction

from upheld.events import witness
from upheld.events.actions import record, record_many
from upheld.events.actors import SYSTEM
from upheld.events.chain import unpack
from upheld.events.models import Event, Seal
from upheld.events.reactions import wire
from upheld.events.sealing import ChainIsShorter, Made, public_key, seal_what_is_decided, tail
from upheld.events.verifying import Report, verify

AT = datetime(2026, 3, 2, 15, tzinfo=UTC)


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, settings: Any) -> Iterator[None]:
    """Nobody hears, and what this host remembers of seals is this test's."""
    settings.UPHELD_DATA = tmp_path
    wire({})
    yield
    apps.get_app_config("config").ready()


def note(number: int = 0) -> Event:
    event = record("ticket.noted", f"ticket:{number}", by=SYSTEM, at=AT, data={"message": number})
    assert event is not None
    return event


def seal(**more: Any) -> list[Made]:
    return seal_what_is_decided(at=AT, **more)


def checked() -> Report:
    return verify([public_key()])


def sealed() -> list[int]:
    return [number for one in Seal.objects.all() for number in unpack(bytes(one.ids))]


def test_seals_follow_each_other_and_cover_all_once(db: None) -> None:
    assert seal() == []
    first = [note(number).pk for number in range(5)]
    assert [made.count for made in seal()] == [5]
    assert seal() == []
    more = [note(number).pk for number in range(7)]
    assert [made.count for made in seal(size=3)] == [3, 3, 1]
    assert sealed() == first + more
    assert [one.number for one in Seal.objects.all()] == [1, 2, 3, 4]
    assert tail().count == 0
    report = checked()
    assert (report.events, report.seals, report.is_as_it_was) == (12, 4, True)


def test_what_is_not_sealed_yet_is_told(db: None) -> None:
    note()
    seal()
    event = note()
    event.refresh_from_db()
    assert (tail().count, tail().since) == (1, event.recorded_at)
    assert checked().tail.count == 1
    assert checked().is_as_it_was


def test_gaps_are_gaps(db: None) -> None:
    note()
    with transaction.atomic():
        note()
        transaction.set_rollback(True)
    note()
    seal()
    assert len(sealed()) == 2
    assert checked().is_as_it_was


@pytest.mark.parametrize("statement", ["UPDATE events_seal SET count = 0", "DELETE FROM events_seal"])
def test_the_database_refuses_to_change_or_delete_a_seal(db: None, statement: str) -> None:
    note()
    seal()
    with pytest.raises(DatabaseError, match="only ever added"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_shorter_chain_is_not_continued(db: None) -> None:
    note()
    with transaction.atomic():
        seal()
        transaction.set_rollback(True)  # as a database does that was put back to an earlier state
    with pytest.raises(ChainIsShorter, match="saw seal 1"):
        seal()
    witness.forget()
    assert len(seal()) == 1


class Recording:
    """Somebody who has recorded an event and not committed it yet."""

    def __init__(self, *, gives_up: bool = False) -> None:
        self.gives_up = gives_up
        self.has_recorded, self.may_end = threading.Event(), threading.Event()
        self.thread = threading.Thread(target=self._work)
        self.thread.start()
        assert self.has_recorded.wait(5)

    def _work(self) -> None:
        try:
            with transaction.atomic():
                self.pk = note().pk
                self.has_recorded.set()
                self.may_end.wait(10)
                transaction.set_rollback(self.gives_up)
        finally:
            connections.close_all()

    def end(self) -> None:
        self.may_end.set()
        self.thread.join()


@pytest.mark.django_db(transaction=True)
def test_who_commits_later_with_a_lower_id_is_not_left_out() -> None:
    slow = Recording()
    later = note().pk
    assert slow.pk < later
    assert seal(patience=0.1) == [], "the lower id is not decided yet"
    assert tail().count == 1
    slow.end()
    seal()
    assert sealed() == [slow.pk, later]
    assert checked().is_as_it_was


@pytest.mark.django_db(transaction=True)
def test_who_gives_up_leaves_a_gap() -> None:
    slow = Recording(gives_up=True)
    later = note().pk
    slow.end()
    seal()
    assert sealed() == [later]
    assert checked().is_as_it_was


@pytest.mark.django_db(transaction=True)
def test_who_only_reads_holds_nobody_up(at_once: Callable[..., list[Any]]) -> None:
    note()
    with transaction.atomic():
        assert Event.objects.count() == 1
        (made,) = at_once(lambda: seal(patience=0))
    assert len(made) == 1


@pytest.mark.django_db(transaction=True)
def test_many_record_while_many_seal(at_once: Callable[..., list[Any]]) -> None:
    """Eight at once, some of whom give up, some record many, two seal: every event is sealed, once, in the order of ids."""
    stop = threading.Event()

    def write(writer: int) -> None:
        try:
            for turn in range(25):
                with transaction.atomic():
                    note(writer)
                    if turn % 3 == 0:
                        many = [Event(kind="ticket.noted", subject="ticket:9", actor="x", at=AT) for _ in range(3)]
                        record_many(many)
                    transaction.set_rollback(turn % 5 == 4)
        finally:
            stop.set()

    def keep_sealing() -> int:
        made = 0
        while not stop.is_set() or made == 0:
            made += len(seal(size=20))
        return made

    results = at_once(*(lambda writer=writer: write(writer) for writer in range(6)), keep_sealing, keep_sealing)
    assert not [result for result in results if isinstance(result, Exception)]
    seal(size=20)
    assert sealed() == list(Event.objects.order_by("id").values_list("id", flat=True))
    assert checked().is_as_it_was
