"""What a new ticket gets from the policy, and what it refuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from upheld.accounts.actions import add_contact
from upheld.channels.files import store
from upheld.commitments.models import Commitment
from upheld.commitments.ticker import tick
from upheld.commitments.verifying import verify
from upheld.conftest import Cast
from upheld.events.actors import SYSTEM
from upheld.events.models import Event
from upheld.people.models import Team
from upheld.tickets.actions.conversation import NewFile
from upheld.tickets.actions.errors import UnknownName
from upheld.tickets.models import Ticket
from upheld.tickets.tests.scenes import HOUR, MINUTE, MONDAY, commitment, kinds, last, opened, react_to_everything


def test_priority_comes_from_impact_and_urgency(cast: Cast) -> None:
    assert opened(cast, priority="", impact="high", urgency="medium").priority == "P2"


def test_priority_and_department_come_from_the_category(cast: Cast) -> None:
    ticket = opened(cast, priority="", category="security")
    assert (ticket.priority, ticket.department) == ("P1", "security")


def test_the_policys_defaults_fill_the_rest(cast: Cast) -> None:
    ticket = opened(cast, priority="")
    assert (ticket.priority, ticket.category, ticket.department) == ("P3", "general", "support")


def test_what_was_said_wins(cast: Cast) -> None:
    ticket = opened(cast, priority="P4", category="security", department="billing", impact="high", urgency="high")
    assert (ticket.priority, ticket.department) == ("P4", "billing")


def test_plan_language_and_region_come_from_the_account(cast: Cast) -> None:
    cast.account.region, cast.account.language = "emea", "de"
    cast.account.save()
    cast.customer.refresh_from_db()
    ticket = opened(cast)
    assert (ticket.plan, ticket.language, ticket.region) == ("enterprise", "de", "emea")


def test_somebody_without_an_account_gets_the_default_plan(cast: Cast) -> None:
    nobodys = add_contact(email="someone@gmail.com", account=None, by=SYSTEM, at=MONDAY)
    ticket = opened(cast, by=nobodys)
    assert (ticket.account, ticket.plan) == (None, "standard")


def test_it_lands_with_the_team_of_its_department(cast: Cast) -> None:
    billing = Team.objects.create(name="Money", department="billing")
    assert opened(cast, category="billing").team == billing
    assert opened(cast).team == cast.team
    assert opened(cast, department="sales").team is None


@pytest.mark.parametrize("field", ["priority", "category", "department", "product_area"])
def test_a_name_that_the_policy_does_not_know_is_refused(cast: Cast, field: str) -> None:
    with pytest.raises(UnknownName, match="no-such-thing") as refused:
        opened(cast, **{"priority": "P3", field: "no-such-thing"})  # type: ignore[arg-type]
    assert refused.value.field == field.replace("_", " ")
    assert not Ticket.objects.exists()
    assert not Event.objects.filter(kind="ticket.opened").exists()


@pytest.mark.parametrize(
    ("title", "text", "shown"),
    [
        ("  Nothing\n loads ", "x", "Nothing loads"),
        ("", "The first words\nof the text", "The first words of the text"),
        ("", "", "(no subject)"),
        ("a" * 300, "x", "a" * 240),
    ],
)
def test_every_ticket_has_a_title(cast: Cast, title: str, text: str, shown: str) -> None:
    assert opened(cast, title=title, text=text).title == shown


def test_a_copied_colleague_watches_and_a_copied_stranger_does_not(cast: Cast) -> None:
    ticket = opened(cast, cc=["Neighbour@harbour.example", "stranger@quarry.example", "nobody@nowhere.example"])
    assert [person.email for person in ticket.watchers.all()] == ["neighbour@harbour.example"]
    assert Ticket.objects.visible_to(cast.neighbour.person).get() == ticket
    assert not Ticket.objects.visible_to(cast.stranger.person).exists()


def test_files_hang_on_the_first_message(cast: Cast) -> None:
    file = store(b"a picture")
    ticket = opened(cast, files=[NewFile("screen.png", "image/png", file)])
    assert [(one.name, one.file) for one in ticket.messages.get().attachments.all()] == [("screen.png", file)]


def test_the_event_says_what_matchers_ask_and_holds_no_words(cast: Cast) -> None:
    ticket = opened(cast, tags=["vip"], essentials={"amount": "600 USD", "account": "Harbour 17"})
    data = last(ticket).data
    assert (data["priority"], data["plan"], data["status"], data["tags"]) == ("P3", "enterprise", "new", ["vip"])
    assert data["account"] == cast.account.key
    assert data["message"] == ticket.messages.get().pk
    written = json.dumps(data)
    assert not any(word in written for word in ("Nothing", "nine", "harbour.example", "Reed", "Harbour 17"))


def test_what_was_received_hours_ago_was_promised_hours_ago(cast: Cast) -> None:
    """A mail that waited while the desk was off: the clock began when it came, and the breach is due when it was due."""
    ticket = opened(cast, priority="P1", at=MONDAY)
    assert tick(MONDAY + 3 * HOUR) == 1
    breach = Event.objects.get(subject=ticket.key, kind="commitment.breached", data__clause="first-response")
    assert breach.at == MONDAY + 15 * MINUTE
    assert breach.recorded_at == MONDAY + 3 * HOUR


def test_a_ticket_that_a_ladder_describes_is_raised_at_once(cast: Cast) -> None:
    ticket = opened(cast, tags=["major-incident"])
    react_to_everything()
    react_to_everything()
    ticket.refresh_from_db()
    assert [(row.ladder, row.rung) for row in ticket.escalations.all()] == [("management", 2)]
    assert ticket.level == 4


@pytest.mark.django_db(transaction=True)
def test_two_tickets_at_once_are_two_tickets(cast: Cast, at_once: Callable[..., list[Any]]) -> None:
    first, second = at_once(lambda: opened(cast), lambda: opened(cast))
    assert first.pk != second.pk
    assert [kinds(ticket) for ticket in (first, second)] == [["opened"], ["opened"]]
    assert Commitment.objects.of(first.key).count() == Commitment.objects.of(second.key).count() > 0
    assert list(verify()) == []


def test_its_tightest_commitment_is_its_due_time(cast: Cast) -> None:
    ticket = opened(cast, priority="P3")
    assert commitment(ticket, "mail-answer").due_at == MONDAY + HOUR
    assert commitment(ticket, "first-response").due_at == MONDAY + 4 * HOUR
    assert Ticket.objects.get(pk=ticket.pk).due_at == MONDAY + HOUR
