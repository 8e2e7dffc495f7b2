"""The company of the demo: believable, true to its policy, and quick."""

from __future__ import annotations

import re
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.contrib.auth import authenticate
from django.db import connection, transaction
from django.test import RequestFactory

from upheld.accounts.models import Account, Contact
from upheld.channels.models import OutgoingMail
from upheld.cli.demo.company import NotEmpty, fill
from upheld.cli.demo.stories import category_of, product_area_of, read_stories
from upheld.commitments.actions import publish
from upheld.commitments.models import Commitment
from upheld.commitments.policies import forget_what_is_in_force, in_force
from upheld.commitments.verifying import verify
from upheld.config.values import SOURCE_ROOT
from upheld.events.actors import SYSTEM
from upheld.events.models import Event
from upheld.people.models import Agent, Person
from upheld.policy import load
from upheld.policy.model import Policy
from upheld.tickets.models import Merge, Message, Ticket
from upheld.web.signin.demo import DemoLogins

POLICIES = ("techflow", "crm-pro", "yourbestsoftware", "guidelines")
NOW = datetime(2026, 3, 4, 16, 30, tzinfo=UTC)
KNOWN = {"first", "name", "account", "agent", "product", "company", "domain", "plan_above"}
SECONDS = 8.0  # of processor time; measured: 1.2


@pytest.fixture(params=POLICIES)
def policy(request: pytest.FixtureRequest, db: None) -> Policy:
    return in_force_of(str(request.param))


@pytest.fixture
def techflow_policy(db: None) -> Policy:
    return in_force_of("techflow")


def in_force_of(name: str) -> Policy:
    forget_what_is_in_force()
    publish(SOURCE_ROOT / "policies" / name, by=SYSTEM, at=NOW - timedelta(days=60))
    forget_what_is_in_force()
    return in_force()


def test_every_policy_gets_a_company_of_its_own_and_every_row_is_true(policy: Policy) -> None:
    logins = fill(NOW)
    assert list(verify()) == []
    assert Ticket.objects.count() == 300
    assert Account.objects.count() == 40
    assert set(Account.objects.values_list("plan", flat=True)) == set(policy.plans)
    tickets = Ticket.objects.all()
    assert {ticket.priority for ticket in tickets} == set(policy.priorities)
    assert {ticket.category for ticket in tickets} <= set(policy.categories)
    assert {ticket.department for ticket in tickets} <= set(policy.departments)
    assert {ticket.channel for ticket in tickets} <= set(policy.channels)
    assert all(ticket.opened_at <= NOW and ticket.changed_at <= NOW for ticket in tickets)
    assert min(ticket.opened_at for ticket in tickets) < NOW - timedelta(days=28)
    _assert_signed_in(logins)


def _assert_signed_in(logins: DemoLogins) -> None:
    for _, login in logins.by_role():
        request = RequestFactory().post("/accounts/login/")
        assert authenticate(request, email=login.email, password=login.password) is not None
    assert Agent.objects.get(person__email=logins.agent.email).role == Agent.Role.AGENT
    assert Agent.objects.get(person__email=logins.lead.email).role == Agent.Role.LEAD
    assert Agent.objects.get(person__email=logins.administrator.email).is_administrator
    customer = Contact.objects.get(person__email=logins.customer.email)
    administrator = Contact.objects.get(person__email=logins.account_administrator.email)
    assert (customer.is_administrator, administrator.is_administrator) == (False, True)
    assert customer.account == administrator.account
    assert customer.tickets.exists()


def test_twelve_agents_work_on_three_levels_and_two_shifts_in_teams_with_a_lead(techflow_policy: Policy) -> None:
    fill(NOW)
    answering = Agent.objects.filter(role__in=[Agent.Role.AGENT, Agent.Role.LEAD])
    assert answering.count() == 12
    assert {agent.level for agent in answering} == {1, 2, 3}
    assert len({agent.shift for agent in answering}) == 2
    assert {agent.shift for agent in answering} <= set(techflow_policy.calendars)
    assert all(agent.team is not None and agent.team.lead is not None for agent in answering)
    assert Agent.objects.filter(role=Agent.Role.MANAGER).count() == 1
    assert Agent.objects.filter(role=Agent.Role.ADMINISTRATOR).count() == 1


def test_some_commitments_run_some_are_warned_and_some_are_late(techflow_policy: Policy) -> None:
    fill(NOW)
    keys = [ticket.key for ticket in Ticket.objects.unsettled()]
    awaited = list(Commitment.objects.of(*keys).awaited())
    assert sum(row.state == "running" and not row.marks for row in awaited) >= 5
    assert sum(row.state == "running" and bool(row.marks) for row in awaited) >= 3
    assert sum(row.state == "breached" for row in awaited) >= 2
    everything = Counter(Commitment.objects.filter(clause="first-response").values_list("state", flat=True))
    assert everything["kept"] > 8 * everything["breached"] > 0
    statuses = Counter(Ticket.objects.values_list("status", flat=True))
    assert all(statuses[status] for status in ("new", "open", "waiting_on_customer", "resolved", "closed"))
    assert Merge.objects.exists()
    assert Event.objects.filter(kind="ticket.reopened").exists()
    assert Message.objects.filter(is_internal=True).exists()


def test_accounts_and_colleagues_have_a_past_and_something_to_do(db: None) -> None:
    in_force_of("guidelines")
    fill(NOW, tickets=30)
    assert Event.objects.filter(kind="account.activated").count() == Account.objects.count()
    assert Event.objects.filter(kind="agent.joined").count() == Agent.objects.count()
    for kind, clause in (("account", "check-ins"), ("agent", "monthly-training")):
        states = Counter(
            Commitment.objects.filter(subject__startswith=f"{kind}:", clause=clause).values_list("state", flat=True)
        )
        assert states["kept"] > 5 * states["breached"] > 0
        assert states["running"] > 0
    assert Commitment.objects.filter(clause="welcome-package", state="running").exists()
    assert list(verify()) == []


def test_nothing_of_the_past_is_mailed_or_queued(techflow_policy: Policy) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs")
        before = cursor.fetchone()
        fill(NOW)
        cursor.execute("SELECT count(*) FROM procrastinate_jobs")
        assert cursor.fetchone() == before
    assert not OutgoingMail.objects.exists()


def test_the_same_seed_gives_the_same_company(techflow_policy: Policy) -> None:
    told = []
    for _ in range(2):
        with transaction.atomic():
            fill(NOW, tickets=80)
            tickets = Ticket.objects.order_by("pk").values_list(
                "title", "opened_at", "requester__person__email", "status"
            )
            told.append((list(tickets), Event.objects.filter(subject__startswith="ticket:").count()))
            transaction.set_rollback(True)
    assert told[0] == told[1]


def test_a_database_with_people_in_it_is_left_alone(techflow_policy: Policy) -> None:
    Person.objects.create_user("somebody@example.org")
    with pytest.raises(NotEmpty):
        fill(NOW)


def test_it_is_quick(techflow_policy: Policy) -> None:
    began = time.process_time()
    fill(NOW)
    assert time.process_time() - began < SECONDS


def test_nobody_of_the_demo_can_be_reached_by_mail(techflow_policy: Policy) -> None:
    fill(NOW, tickets=40)
    assert all(person.email.endswith(".example") for person in Person.objects.all())


def test_every_story_has_several_turns_and_no_open_brace() -> None:
    stories = read_stories()
    assert len({story.name for story in stories}) == len(stories) >= 40
    for story in stories:
        words = {name: values[0] for name, values in story.values.items()} | dict.fromkeys(KNOWN, "…")
        texts = [
            *story.titles,
            *story.openings,
            *(turn.text for turn in story.turns),
            story.resolution,
            *(story.again or ()),
        ]
        assert not re.search(r"[{}]", " ".join(text.format_map(words) for text in texts)), story.name
        assert len(story.turns) >= 3, story.name
        assert story.turns[-1].then == "resolved", story.name


@pytest.mark.parametrize("name", POLICIES)
def test_every_story_finds_a_category_that_the_policy_declares(name: str) -> None:
    policy = load(Path(SOURCE_ROOT) / "policies" / name)
    for story in read_stories():
        assert category_of(story, policy) in policy.categories
        assert product_area_of(story, policy) in {"", *policy.product_areas}
