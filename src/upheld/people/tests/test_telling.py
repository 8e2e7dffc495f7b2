"""Telling people, once for each reason."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from upheld.people.actions import mark_read, notify
from upheld.people.models import Notification, Person

AT = datetime(2026, 3, 2, 15, tzinfo=UTC)


@pytest.fixture
def anna(db: None) -> Person:
    return Person.objects.create_user("anna@desk.example", name="Anna Ames")


@pytest.fixture
def ben(db: None) -> Person:
    return Person.objects.create_user("ben@desk.example", name="Ben Bond")


def tell(*people: Person, key: str = "1/new", **more: Any) -> list[Person]:
    given: dict[str, Any] = {"subject": "ticket:1", "kind": "ticket.opened", "text": "#1 New", "at": AT}
    return notify(people, key=key, **given | more)


def test_each_is_told_once_for_each_reason(anna: Person, ben: Person) -> None:
    assert tell(anna) == [anna]
    assert tell(anna, ben) == [ben]
    assert tell(anna, ben) == []
    assert tell(anna, key="2/new") == [anna]
    assert Notification.objects.count() == 3


def test_who_is_named_twice_is_told_once(anna: Person) -> None:
    assert tell(anna, Person.objects.get(pk=anna.pk)) == [anna]


def test_who_left_is_not_told(anna: Person) -> None:
    anna.is_active = False
    assert tell(anna) == []


def test_a_long_text_is_cut_and_not_refused(anna: Person) -> None:
    tell(anna, text="#1 " + "a" * 500)
    assert len(Notification.objects.get().text) == 240


def test_reading_ends_the_waiting(anna: Person, ben: Person) -> None:
    for key, subject in (("1", "ticket:1"), ("2", "ticket:1"), ("3", "ticket:2")):
        tell(anna, ben, key=key, subject=subject)
    assert mark_read(anna, at=AT, subject="ticket:1") == 2
    assert anna.notifications.unread().get().subject == "ticket:2"
    assert mark_read(anna, at=AT) == 1
    assert mark_read(anna, at=AT + timedelta(hours=1)) == 0
    assert set(anna.notifications.values_list("read_at", flat=True)) == {AT}
    assert ben.notifications.unread().count() == 3


def test_the_newest_comes_first(anna: Person) -> None:
    for hours in (1, 3, 2):
        tell(anna, key=str(hours), at=AT + timedelta(hours=hours))
    assert [row.key for row in anna.notifications.all()] == ["3", "2", "1"]


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_tell_once(anna: Person, at_once: Callable[..., list[Any]]) -> None:
    results = at_once(*[lambda: tell(anna)] * 4)
    assert not any(isinstance(result, Exception) for result in results)
    assert Notification.objects.count() == 1
