"""A question that is made once answers as Django's own query does."""

from __future__ import annotations

from threading import Thread
from typing import Any

import pytest
from django.db import transaction
from django.db.transaction import TransactionManagementError

from upheld.people.models import Agent, Person, Team
from upheld.statements import Asked, Given, among

pytestmark = pytest.mark.django_db

AGENT = Asked(lambda: Agent.objects.select_related("person", "team").filter(person=Given("person")))
NAMES = Asked(
    lambda: Person.objects.filter(among("email", Given("emails"))).order_by("email").values_list("email", "name")
)
SKILLS = Asked(lambda: Agent.objects.filter(level=Given("level")).values_list("skills", flat=False))
HELD = Asked(lambda: Person.objects.select_for_update().filter(pk=Given("pk")))


@pytest.fixture
def agents() -> list[Agent]:
    team = Team.objects.create(name="First line")
    people = [Person.objects.create_user(f"{name}@desk.example", name=name.title()) for name in ("ana", "bo")]
    return [
        Agent.objects.create(person=people[0], team=team, skills=["mail"], level=2),
        Agent.objects.create(person=people[1], level=3),
    ]


def test_the_same_rows_with_their_relations_and_no_further_query(
    agents: list[Agent], django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(2):
        first, second = (AGENT(person=one.person_id)[0] for one in agents)
        assert (first.person.name, first.team and first.team.name, first.skills) == ("Ana", "First line", ["mail"])
        assert (second.person.name, second.team) == ("Bo", None)
    assert first == agents[0]


def test_nothing_found_is_an_empty_list(agents: list[Agent]) -> None:
    assert AGENT(person=0) == []
    assert AGENT.first(person=0) is None


def test_a_row_that_was_read_can_be_changed_and_saved(agents: list[Agent]) -> None:
    one = AGENT(person=agents[0].person_id)[0]
    one.level = 5
    one.save()
    agents[0].refresh_from_db()
    assert agents[0].level == 5


def test_values_come_as_tuples_converted_as_django_does(agents: list[Agent]) -> None:
    assert NAMES(emails=["bo@desk.example", "ana@desk.example"]) == [
        ("ana@desk.example", "Ana"),
        ("bo@desk.example", "Bo"),
    ]
    assert NAMES(emails=[]) == []
    assert SKILLS(level=2) == [(["mail"],)]


def test_a_value_is_never_read_as_sql(agents: list[Agent]) -> None:
    assert NAMES(emails=["' OR '1'='1"]) == []


def test_a_question_that_locks_wants_a_transaction(transactional_db: None) -> None:
    person = Person.objects.create_user("ana@desk.example")
    with transaction.atomic():
        assert HELD(pk=person.pk) == [person]
    with pytest.raises(TransactionManagementError):
        HELD(pk=person.pk)


def test_a_question_made_in_one_thread_is_answered_in_another(transactional_db: None) -> None:
    person = Person.objects.create_user("ana@desk.example", name="Ana")
    Agent.objects.create(person=person, skills=["mail"])
    asked, found = Asked(lambda: Agent.objects.filter(person=Given("person"))), []

    def ask() -> None:
        from django.db import connection

        found.append(asked(person=person.pk)[0].skills)
        connection.close()

    for _ in range(2):
        thread = Thread(target=ask)
        thread.start()
        thread.join()
    assert found == [["mail"], ["mail"]]


def test_annotations_are_refused_for_instances() -> None:
    from django.db.models import Value

    with pytest.raises(TypeError):
        Asked(lambda: Person.objects.annotate(one=Value(1)))()
