"""Who works here, and what they may do."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, transaction

from upheld.events.actors import SYSTEM
from upheld.people.actions import add_agent
from upheld.people.models import Agent, Person, Team
from upheld.policy.roles import Role

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


def hire(email: str = "anna@desk.example", **more: object) -> Agent:
    return add_agent(email=email, name="Anna Ames", by=SYSTEM, at=AT, **more)  # type: ignore[arg-type]


def test_somebody_new_gets_a_person_and_a_role(db: None) -> None:
    agent = hire(" Anna@Desk.example ", password="a long password", role=Role.LEAD, level=2)
    assert (agent.person.email, agent.role, agent.level) == ("anna@desk.example", "lead", 2)
    assert agent.person.check_password("a long password")
    assert (agent.key, agent.actor.key, str(agent.actor)) == (f"agent:{agent.pk}", agent.key, "Anna Ames")


def test_without_a_password_nobody_signs_in_with_one(db: None) -> None:
    assert not hire().person.has_usable_password()


def test_a_person_who_is_known_becomes_an_agent_and_stays_the_same_person(db: None) -> None:
    person = Person.objects.create_user("anna@desk.example", "another password", name="Anna")
    agent = hire("ANNA@desk.example", password="a long password")
    assert agent.person == person
    assert agent.person.check_password("another password")


def test_an_address_is_one_person_whatever_its_case(db: None) -> None:
    hire()
    with pytest.raises(IntegrityError), transaction.atomic():
        Person.objects.create(email="Anna@DESK.example")
    assert Person.objects.get_by_natural_key(" ANNA@desk.example") == Person.objects.get()


@pytest.mark.parametrize(
    ("role", "is_lead", "is_administrator"),
    [
        (Role.AGENT, False, False),
        (Role.LEAD, True, False),
        (Role.MANAGER, True, False),
        (Role.DIRECTOR, True, False),
        (Role.EXECUTIVE, True, False),
        (Role.ADMINISTRATOR, True, True),
    ],
)
def test_what_a_role_may_do(role: Role, is_lead: bool, is_administrator: bool) -> None:
    agent = Agent(role=role)
    assert (agent.is_lead, agent.is_administrator) == (is_lead, is_administrator)


def test_agents_are_found_by_level_role_and_department(db: None) -> None:
    team = Team.objects.create(name="Billing", department="billing")
    lead, senior, left = (
        hire("a@desk.example", role=Role.LEAD),
        hire("b@desk.example", level=2),
        hire("c@desk.example", role=Role.LEAD, level=2),
    )
    Agent.objects.filter(pk=senior.pk).update(team=team)
    Person.objects.filter(pk=left.person.pk).update(is_active=False)
    assert list(Agent.objects.working()) == [lead, senior]
    assert list(Agent.objects.with_role(Role.LEAD, Role.MANAGER)) == [lead]
    assert list(Agent.objects.on_level(2)) == [senior]
    assert list(Agent.objects.of_department("billing")) == [senior]


@pytest.mark.parametrize(
    ("name", "initials", "short"),
    [
        ("Anna Ames", "AA", "Anna"),
        ("Anna Maria von Ames", "AA", "Anna"),
        ("Anna", "A", "Anna"),
        ("", "A", "anna@desk.example"),
    ],
)
def test_how_a_person_is_called(name: str, initials: str, short: str) -> None:
    person = Person(email="anna@desk.example", name=name)
    assert (person.initials, person.get_short_name()) == (initials, short)
