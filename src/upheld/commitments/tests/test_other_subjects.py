"""Accounts and our own people under commitments: kept by milestones, missed by time, and somebody hears of it once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest

from upheld.accounts.actions import AccountRefused, activate, add_account, change_region, close_account
from upheld.accounts.actions import reach as reach_account
from upheld.accounts.models import Account
from upheld.channels.models import OutgoingMail
from upheld.cli.explain import main as explain_from_shell
from upheld.commitments.actions import publish
from upheld.commitments.explaining import explain
from upheld.commitments.milestones import milestones_of
from upheld.commitments.models import Clock, Commitment, PolicyVersion
from upheld.commitments.policies import forget_what_is_in_force, in_force
from upheld.commitments.tests.scenes import DAY, HOUR, LEAD, MINUTE, MONDAY
from upheld.commitments.ticker import tick
from upheld.commitments.verifying import verify
from upheld.config.values import SOURCE_ROOT
from upheld.events.jobs import react
from upheld.events.models import Event
from upheld.people.actions import MILESTONES, PersonRefused, add_agent, leave, reach
from upheld.people.models import Agent, Notification, Team
from upheld.policy.roles import Role


@pytest.fixture(autouse=True)
def guidelines(db: None) -> Iterator[PolicyVersion]:
    """A policy that promises much to accounts and to our own people."""
    forget_what_is_in_force()
    yield put_in_force("guidelines")
    forget_what_is_in_force()


def put_in_force(name: str) -> PolicyVersion:
    version = publish(SOURCE_ROOT / "policies" / name, by=LEAD, at=MONDAY - DAY)
    forget_what_is_in_force()
    return version


def hire(name: str = "anna", role: str = Role.AGENT, at: datetime = MONDAY) -> Agent:
    return add_agent(email=f"{name}@desk.example", name=name.title(), role=role, by=LEAD, at=at)


def signed(plan: str = "", manager: Agent | None = None) -> Account:
    plan = plan or next(iter(in_force().plans))
    return add_account(name="Harbour Mills", plan=plan, by=LEAD, at=MONDAY, manager=manager)


def states(subject: str) -> dict[str, str]:
    return {row.clause: row.state for row in Commitment.objects.of(subject).order_by("cycle")}


def time_passes(until: datetime) -> None:
    while tick(until):
        pass
    for event in Event.objects.filter(kind__startswith="commitment.").order_by("id"):
        react(event.pk)


def told() -> list[tuple[str, str]]:
    rows = Notification.objects.select_related("person").order_by("person__email", "id")
    return [(row.person.email.partition("@")[0], row.text) for row in rows]


def test_a_contract_begins_and_its_promises_with_it() -> None:
    account = signed()
    found = states(account.key)
    assert {"welcome-package", "first-training", "onboarding", "check-ins"} <= found.keys()
    assert set(found.values()) == {"running"}
    assert [one.clause.name for one in explain(account.key, at=MONDAY + HOUR)]
    assert list(verify()) == []


def test_a_milestone_keeps_what_waits_for_it_and_nothing_else() -> None:
    account = signed()
    reach_account(account, "account.welcomed", by=LEAD, at=MONDAY + HOUR)
    assert states(account.key)["welcome-package"] == "kept"
    assert states(account.key)["first-training"] == "running"
    assert list(verify()) == []


def test_what_is_missed_is_told_once_to_whom_the_clause_names() -> None:
    success, manager = hire("sue"), hire("max", Role.MANAGER)
    account = signed(manager=success)
    Notification.objects.all().delete()
    time_passes(MONDAY + DAY + MINUTE)
    time_passes(MONDAY + DAY + MINUTE)
    late = [name for name, text in told() if text == "Harbour Mills: Welcome package is late"]
    assert sorted(late) == ["max", "sue"]
    assert ("sue", "Harbour Mills: Welcome package, 50% of the time is used") in told()
    assert OutgoingMail.objects.filter(key__startswith="notice:", subject_key=account.key).count() == 2
    assert f"/desk/accounts/{account.pk}/" in bytes(OutgoingMail.objects.latest("id").raw).decode()
    assert {row.subject for row in Notification.objects.all()} == {account.key}
    assert manager.pk


def test_without_a_success_manager_whoever_leads_hears() -> None:
    hire("lea", Role.LEAD)
    signed()
    time_passes(MONDAY + 13 * HOUR)
    assert ("lea", "Harbour Mills: Welcome package, 50% of the time is used") in told()


def test_a_contract_that_ends_ends_its_promises() -> None:
    account = signed()
    close_account(account, by=LEAD, at=MONDAY + HOUR)
    close_account(account, by=LEAD, at=MONDAY + HOUR)
    assert set(states(account.key).values()) <= {"void", "kept"}
    assert Event.objects.filter(kind="account.closed").count() == 1
    with pytest.raises(AccountRefused, match="ended"):
        reach_account(account, "account.welcomed", by=LEAD, at=MONDAY + 2 * HOUR)
    with pytest.raises(AccountRefused, match="ended"):
        activate(account, by=LEAD, at=MONDAY + 2 * HOUR)


def test_a_contract_begins_once_and_a_milestone_that_is_none_is_refused() -> None:
    account = signed()
    activate(account, by=LEAD, at=MONDAY + HOUR)
    assert Event.objects.filter(kind="account.activated").count() == 1
    with pytest.raises(AccountRefused, match="no milestone"):
        reach_account(account, "account.closed", by=LEAD, at=MONDAY + HOUR)
    with pytest.raises(AccountRefused, match="called"):
        add_account(name=" ", plan="standard", by=LEAD, at=MONDAY)


def test_the_region_is_told_to_the_commitments() -> None:
    account = signed()
    change_region(account, region="emea", by=LEAD, at=MONDAY + HOUR)
    change_region(account, region="emea", by=LEAD, at=MONDAY + HOUR)
    assert Event.objects.get(kind="account.changed").data == {"region": "emea", "region_before": ""}
    assert list(verify()) == []


def test_an_account_that_was_there_before_begins_when_somebody_says_so() -> None:
    account = Account.objects.create(name="Old Harbour", plan=next(iter(in_force().plans)))
    assert states(account.key) == {}
    activate(account, by=LEAD, at=MONDAY)
    assert states(account.key)["welcome-package"] == "running"


def test_whoever_joins_is_to_be_certified_and_trained() -> None:
    agent, lead = hire(), hire("lea", Role.LEAD)
    agent.team = Team.objects.create(name="Support", department="support", lead=lead)
    agent.save()
    assert states(agent.key) == {"certification": "running", "monthly-training": "running"}
    reach(agent, "agent.trained", by=LEAD, at=MONDAY + DAY)
    trained = Commitment.objects.of(agent.key).filter(clause="monthly-training").order_by("cycle")
    assert [row.state for row in trained] == ["kept", "running"]
    time_passes(MONDAY + 16 * DAY)
    assert told() == [
        ("lea", "Anna: Product certification, 50% of the time is used"),
        ("lea", "Lea: Product certification, 50% of the time is used"),
    ]
    reach(agent, "agent.certified", by=LEAD, at=MONDAY + 17 * DAY)
    assert states(agent.key)["certification"] == "kept"
    assert list(verify()) == []


def test_whoever_leaves_owes_nothing_and_signs_in_no_more() -> None:
    agent = hire()
    leave(agent, by=LEAD, at=MONDAY + DAY)
    leave(agent, by=LEAD, at=MONDAY + DAY)
    assert set(states(agent.key).values()) == {"void"}
    assert not Agent.objects.get().person.is_active
    assert Event.objects.filter(kind="agent.left").count() == 1
    with pytest.raises(PersonRefused, match="no longer"):
        reach(agent, "agent.trained", by=LEAD, at=MONDAY + DAY)


def test_joining_twice_is_joining_once() -> None:
    assert hire() == hire(at=MONDAY + DAY, role=Role.LEAD)
    assert Event.objects.filter(kind="agent.joined").count() == 1


def test_only_milestones_that_a_promise_waits_for_are_asked_for() -> None:
    agent = hire()
    found = {one.name: [clause.name for clause in one.keeps] for one in milestones_of(agent.key, MILESTONES)}
    assert found == {"certified": ["certification"], "trained": ["monthly-training"]}


def test_the_shell_explains_an_account_and_a_colleague(capsys: pytest.CaptureFixture[str]) -> None:
    account, agent = signed(), hire()
    for subject, clause in ((account.key, "Welcome package"), (agent.key, "Product certification")):
        assert explain_from_shell([subject]) == 0
        assert clause in capsys.readouterr().out


class TestOtherPolicies:
    def test_nothing_is_followed_of_whom_nothing_is_promised(self) -> None:
        put_in_force("techflow")
        agent = hire()
        assert Event.objects.filter(kind="agent.joined").exists()
        assert not Clock.objects.filter(subject=agent.key).exists()

    def test_before_the_first_policy_events_wait_for_one(self, guidelines: PolicyVersion) -> None:
        put_in_force("techflow")
        agent = hire()
        put_in_force("crm-pro")
        reach(agent, "agent.trained", by=LEAD, at=MONDAY + DAY)
        assert states(agent.key)["monthly-training"] == "running"
        assert Commitment.objects.filter(subject=agent.key, clause="monthly-training", state="kept").exists()
        assert list(verify()) == []
