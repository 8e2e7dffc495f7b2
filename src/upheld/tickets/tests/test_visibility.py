"""One access rule on every path: who sees which ticket, by list, search, count and message."""

from __future__ import annotations

from datetime import timedelta

import pytest

from upheld.conftest import Cast
from upheld.people.models import Person
from upheld.tickets import queries, queues
from upheld.tickets.actions.assignment import assign
from upheld.tickets.actions.conversation import note
from upheld.tickets.actions.resolution import resolve
from upheld.tickets.actions.waiting import wait_on_customer
from upheld.tickets.actions.watching import watch
from upheld.tickets.models import Ticket
from upheld.tickets.tests.scenes import MONDAY, opened

STAFF = ("agent", "colleague", "lead", "senior", "administrator")
CUSTOMERS = ("customer", "neighbour", "customer_admin", "stranger")
SEES = {
    **{name: {"customer's", "neighbour's", "stranger's"} for name in STAFF},
    "customer": {"customer's"},
    "neighbour": {"neighbour's", "customer's"},  # which they watch
    "customer_admin": {"customer's", "neighbour's"},
    "stranger": {"stranger's"},
    "nobody": set(),
    "left": set(),
}


@pytest.fixture
def tickets(cast: Cast) -> dict[str, Ticket]:
    tickets = {
        f"{who}'s": opened(cast, by=getattr(cast, who), title=f"Printer of {who}")
        for who in ("customer", "neighbour", "stranger")
    }
    watch(tickets["customer's"], person=cast.neighbour.person, by=cast.customer.actor, at=MONDAY)
    return tickets


@pytest.fixture(params=SEES)
def who(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def person(who: str, cast: Cast) -> Person:
    if who == "nobody":
        return Person.objects.create_user("nobody@nowhere.example")
    if who == "left":
        cast.colleague.person.is_active = False
        return cast.colleague.person
    found: Person = getattr(cast, who).person
    return Person.objects.get(pk=found.pk)


def test_the_list_shows_what_one_may_see_and_nothing_else(tickets: dict[str, Ticket], who: str, person: Person) -> None:
    seen = set(Ticket.objects.visible_to(person))
    assert {name for name, ticket in tickets.items() if ticket in seen} == SEES[who]
    assert len(seen) == len(SEES[who])


def test_one_ticket_is_given_to_those_who_may_see_it(tickets: dict[str, Ticket], who: str, person: Person) -> None:
    given = {name for name, ticket in tickets.items() if queries.visible(ticket.pk, person) == ticket}
    shown = {name for name, ticket in tickets.items() if queries.opened(ticket.pk, person) is not None}
    assert given == shown == SEES[who]
    assert queries.visible(0, person) is None
    assert queries.opened(0, person) is None


@pytest.mark.parametrize("view", [*queues.VIEWS.values(), queues.department_view("technical-support", "Support")])
def test_the_first_page_of_a_view_is_what_the_view_holds(
    cast: Cast, tickets: dict[str, Ticket], view: queues.View
) -> None:
    mine, done = tickets["stranger's"], tickets["neighbour's"]
    assign(mine, to=cast.agent, by=cast.agent.actor, at=MONDAY)
    wait_on_customer(mine, by=cast.agent.actor, at=MONDAY)
    resolve(done, by=cast.agent.actor, at=MONDAY, record={"resolution": "Done."})
    for now in (MONDAY, MONDAY + timedelta(days=30)):
        tickets_there = queues.tickets_in(view, person=cast.agent.person, agent=cast.agent, now=now)
        expected = queues.page(tickets_there, view, reader=cast.agent.person)
        assert queues.first_page(view, agent=cast.agent, now=now) == expected


def test_the_count_counts_no_others(tickets: dict[str, Ticket], who: str, person: Person) -> None:
    assert Ticket.objects.visible_to(person).count() == len(SEES[who])
    assert Ticket.objects.unsettled().visible_to(person).count() == len(SEES[who])


@pytest.mark.parametrize("text", ["printer", "stranger", "reed", "harbour", "quarry", "#{}", "{}"])
def test_search_finds_no_others(tickets: dict[str, Ticket], who: str, person: Person, text: str) -> None:
    allowed = {tickets[name] for name in SEES[who]}
    for ticket in tickets.values():
        found = set(queues.search(Ticket.objects.visible_to(person), text.format(ticket.pk)))
        assert found <= allowed
        if "{}" in text:
            assert found == ({ticket} & allowed)


def test_a_page_is_there_for_whoever_may_see_it(tickets: dict[str, Ticket], who: str, person: Person) -> None:
    for name, ticket in tickets.items():
        assert (queries.opened(ticket.pk, person) is not None) is (name in SEES[who])


def test_watching_counts_once(tickets: dict[str, Ticket], cast: Cast) -> None:
    """Somebody who is requester, watcher and account administrator at once sees the ticket once."""
    ticket = opened(cast, by=cast.customer_admin)
    for contact in (cast.customer_admin, cast.neighbour):
        watch(ticket, person=contact.person, by=cast.customer_admin.actor, at=MONDAY)
    assert list(Ticket.objects.visible_to(cast.customer_admin.person).filter(pk=ticket.pk)) == [ticket]


def test_notes_are_for_our_own_people(tickets: dict[str, Ticket], cast: Cast) -> None:
    ticket = tickets["customer's"]
    note(ticket, text="Between us.", by=cast.agent.actor, at=MONDAY)
    for who in (*STAFF, *CUSTOMERS):
        texts = ticket.messages.visible_to(getattr(cast, who).person).values_list("text", flat=True)
        assert ("Between us." in texts) is (who in STAFF)
