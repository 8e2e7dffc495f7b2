"""From the words of a policy to people."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from upheld.conftest import Cast
from upheld.people.models import Agent, Person, Team
from upheld.policy.model import Rung, Words
from upheld.tickets.actions.assignment import assign, hand_to_team
from upheld.tickets.actions.watching import watch
from upheld.tickets.models import Ticket
from upheld.tickets.recipients import on_rung, people_for
from upheld.tickets.recording import policy_for
from upheld.tickets.tests.scenes import MONDAY, opened


def names(people: Iterable[Person]) -> set[str]:
    """Who of the cast they are."""
    return {person.email.partition("@")[0] for person in people}


def meant(word: str, ticket: Ticket) -> set[str]:
    return names(people_for(word, ticket, policy_for(ticket)))


@pytest.mark.parametrize(
    ("word", "people"),
    [
        ("requester", {"customer"}),
        ("team", {"agent", "colleague", "lead", "senior", "administrator"}),
        ("team-lead", {"lead"}),
        ("administrators", {"administrator"}),
        ("account-contacts", {"customer_admin"}),
        ("level-1", {"agent", "colleague", "lead", "administrator"}),
        ("level-2", {"senior"}),
        ("department:support", {"agent", "colleague", "lead", "senior", "administrator"}),
        ("support:2", {"senior"}),
        ("watchers", set()),
    ],
)
def test_a_word_means_people(cast: Cast, word: str, people: set[str]) -> None:
    assert meant(word, opened(cast)) == people


@pytest.mark.parametrize(
    "word",
    ["manager", "account-manager", "on-call", "level-3", "department:billing", "support:3", "support:9", "nonsense"],
)
def test_when_nobody_fits_the_leads_hear(cast: Cast, word: str) -> None:
    assert meant(word, opened(cast)) == {"lead"}


def test_when_nobody_leads_the_administrators_hear(cast: Cast) -> None:
    Agent.objects.filter(pk=cast.lead.pk).update(role="agent")
    assert meant("manager", opened(cast)) == {"administrator"}


def test_the_assignee_or_else_the_lead_of_the_team(cast: Cast) -> None:
    ticket = opened(cast)
    assert meant("assignee", ticket) == {"lead"}
    assign(ticket, to=cast.agent, by=cast.agent.actor, at=MONDAY)
    assert meant("assignee", ticket) == {"agent"}


def test_a_team_without_a_lead_has_the_leads_of_its_department(cast: Cast) -> None:
    ticket = opened(cast)
    Team.objects.update(lead=None)
    ticket.refresh_from_db()
    assert meant("team-lead", ticket) == {"lead"}


def test_on_call_is_who_is_present_and_can_do_it(cast: Cast) -> None:
    ticket = opened(cast)
    Agent.objects.filter(pk__in=[cast.agent.pk, cast.senior.pk]).update(presence="present")
    assert meant("on-call", ticket) == {"agent", "senior"}
    Ticket.objects.update(level=2)
    ticket.refresh_from_db()
    assert meant("on-call", ticket) == {"senior"}


def test_the_manager_of_the_account(cast: Cast) -> None:
    cast.account.manager = cast.senior
    cast.account.save()
    assert meant("account-manager", Ticket.objects.get(pk=opened(cast).pk)) == {"senior"}


def test_watchers_are_who_watch(cast: Cast) -> None:
    ticket = opened(cast)
    for person in (cast.neighbour.person, cast.colleague.person):
        watch(ticket, person=person, by=cast.agent.actor, at=MONDAY)
    assert meant("watchers", ticket) == {"neighbour", "colleague"}


def test_who_works_here_no_longer_is_not_meant(cast: Cast) -> None:
    Person.objects.filter(pk=cast.senior.person.pk).update(is_active=False)
    assert "senior" not in meant("team", opened(cast))
    assert meant("level-2", opened(cast)) == {"lead"}


def rung(**stands: str | int) -> Rung:
    return Rung(name="rung", label=Words({"en": "rung"}), number=2, stands=stands)


@pytest.mark.parametrize(
    ("stands", "people"),
    [
        ({"level": 2}, {"senior"}),
        ({"role": "lead"}, {"lead"}),
        ({"role": "director"}, set()),
        ({"department": "support"}, {"agent", "colleague", "lead", "senior", "administrator"}),
        ({"team": "Support"}, {"agent", "colleague", "lead", "senior", "administrator"}),
        ({"mail": "Senior@techflow.example"}, {"senior"}),
        ({"level": 1, "role": "administrator"}, {"administrator"}),
    ],
)
def test_who_stands_on_a_rung(cast: Cast, stands: dict[str, str | int], people: set[str]) -> None:
    assert names(on_rung(rung(**stands), opened(cast))) == people


def test_a_rung_prefers_those_of_the_tickets_department(cast: Cast) -> None:
    billing = Team.objects.create(name="Billing", department="billing")
    Agent.objects.filter(pk=cast.colleague.pk).update(team=billing, level=2)
    ticket = opened(cast)
    assert names(on_rung(rung(level=2), ticket)) == {"senior"}
    hand_to_team(ticket, team=billing, by=cast.agent.actor, at=MONDAY)
    Ticket.objects.update(department="billing")
    ticket.refresh_from_db()
    assert names(on_rung(rung(level=2), ticket)) == {"colleague"}
    Ticket.objects.update(department="security")
    ticket.refresh_from_db()
    assert names(on_rung(rung(level=2), ticket)) == {"senior", "colleague"}
