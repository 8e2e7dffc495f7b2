"""Rows that are added with a statement of ours stand in the table as Django would have written them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, DataError, IntegrityError, models, transaction

from upheld.events.models import Event
from upheld.people.models import Agent, Person
from upheld.statements import add, add_all, add_once, add_together, change, change_all, next_numbers
from upheld.statements.writing import _insert

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 15, tzinfo=UTC)


def event(kind: str = "ticket.opened", **data: Any) -> Event:
    return Event(kind=kind, subject="ticket:1", actor="agent:1", at=AT, data=data)


def test_a_row_knows_its_number_and_what_the_database_decided() -> None:
    row = event(priority="P1", tags=["a", "ü"])
    add(row)
    stored = Event.objects.get(pk=row.pk)
    assert (stored.kind, stored.at, stored.data, stored.key) == (
        "ticket.opened",
        AT,
        {"priority": "P1", "tags": ["a", "ü"]},
        None,
    )
    assert row.recorded_at == stored.recorded_at
    assert not row._state.adding


def test_a_given_number_and_what_is_set_before_saving() -> None:
    person = Person(id=7_000_000, email="ana@desk.example", password="!")
    add(person)
    stored = Person.objects.get(pk=7_000_000)
    assert stored.joined_at == person.joined_at
    person.name = "Ana"
    person.save()
    assert Person.objects.get(pk=7_000_000).name == "Ana"


def test_many_rows_are_one_statement_and_keep_their_order(django_assert_num_queries: Any) -> None:
    rows = [event(f"ticket.kind{number}", number=number) for number in range(20)]
    with django_assert_num_queries(1):
        add_all(rows)
    assert [row.kind for row in Event.objects.filter(pk__in=[row.pk for row in rows]).order_by("id")] == [
        row.kind for row in rows
    ]
    assert [Event.objects.get(pk=row.pk).data for row in rows[:3]] == [{"number": 0}, {"number": 1}, {"number": 2}]


def test_rows_of_several_models_are_one_statement_and_may_speak_of_each_other(django_assert_num_queries: Any) -> None:
    person = Person(email="ana@desk.example", password="!")
    (person.pk,) = next_numbers(Person)
    agent, events = Agent(person=person), [event(number=number) for number in range(3)]
    with django_assert_num_queries(1):
        add_together([agent, *events, person])
    assert Agent.objects.get(pk=agent.pk).person == person
    assert [Event.objects.get(pk=one.pk).data for one in events] == [{"number": 0}, {"number": 1}, {"number": 2}]
    stored = Event.objects.filter(pk__in=[one.pk for one in events]).order_by("id")
    assert [one.recorded_at for one in events] == [one.recorded_at for one in stored]


def test_no_rows_cost_nothing(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        add_all([])


@pytest.mark.parametrize("write", [add, lambda row: add_all([row])])
def test_what_is_too_long_or_there_already_is_refused(write: Any) -> None:
    person = Person.objects.create_user("ana@desk.example")
    Agent.objects.create(person=person)
    with pytest.raises(IntegrityError), transaction.atomic():
        write(Agent(person=person))
    with pytest.raises(DataError), transaction.atomic():
        write(event("k" * 65))


def test_every_model_of_ours_can_be_written_so() -> None:
    for model in apps.get_models():
        if model.__module__.startswith("upheld."):
            left_out = tuple(
                field.attname for field in model._meta.concrete_fields if isinstance(field, models.AutoField)
            )
            assert "INSERT INTO" in _insert(model, left_out).many


def test_a_row_of_a_known_value_is_added_once_and_the_transaction_goes_on() -> None:
    first, second = event(), event()
    first.key = second.key = "a"
    assert add_once(first, "key")
    assert not add_once(second, "key")
    assert second._state.adding
    assert list(Event.objects.filter(key="a")) == [first]


def test_named_columns_are_changed_and_no_others() -> None:
    people = [Person.objects.create_user(f"{name}@desk.example", name=name) for name in ("ana", "bo")]
    for person in people:
        person.name, person.zone = person.name.title(), "Europe/Berlin"
    change_all(people, ["name"])
    assert sorted(Person.objects.values_list("name", "zone")) == [("Ana", "UTC"), ("Bo", "UTC")]
    agent = Agent.objects.create(person=people[0], skills=["mail"])
    agent.skills, agent.team_id = ["mail", "phone"], None
    change(agent, {"skills", "team"})
    agent.refresh_from_db()
    assert agent.skills == ["mail", "phone"]


def test_changing_what_is_gone_is_an_error() -> None:
    person = Person.objects.create_user("ana@desk.example")
    Person.objects.all().delete()
    with pytest.raises(DatabaseError):
        change(person, ["name"])
