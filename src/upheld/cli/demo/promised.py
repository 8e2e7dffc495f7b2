"""What was promised to the demo's accounts and to the people who work there, and what was done for them so far.

Each contract and each hiring begins some time ago; from then on somebody does what the policy asks for, mostly in time. Where it
promises nothing only the beginnings are recorded.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any

from upheld.accounts import actions as accounts
from upheld.accounts.models import Account
from upheld.cli.demo.people import Staff
from upheld.commitments.folding import as_value, fold_subject, new_row
from upheld.commitments.following import first_wake, mark_events
from upheld.commitments.models import Clock, Commitment, PolicyVersion
from upheld.commitments.policies import policy_of, promises_of
from upheld.events.models import Event
from upheld.kernel.instants import from_us, to_us
from upheld.kernel.keys import kind_of
from upheld.people import actions as people
from upheld.policy import CommitmentState, SubjectFold

LONGEST = 300  # days that a story goes back
NEW = 7  # every so many accounts and agents there is one who came lately
LATE = 0.08  # of what is done is done late
MOST = 120  # milestones of one story
MORNING = time(8, 40)


@dataclass
class Story:
    """One account or agent: its events so far, in their order."""

    subject: str
    kept_by: Mapping[str, str]  # clause -> the milestone that keeps it
    by: Collection[str]
    fold: SubjectFold
    events: list[Event] = field(default_factory=list)
    planned: dict[tuple[str, int], datetime] = field(default_factory=dict)

    def add(
        self, kind: str, at: datetime, actor: str, data: dict[str, Any] | None = None, key: str | None = None
    ) -> None:
        event = Event(kind=kind, subject=self.subject, actor=actor, at=at, recorded_at=at, data=data or {}, key=key)
        self.events.append(event)
        self.fold.apply(as_value(event))

    def go_on(self, dice: random.Random, *, at: datetime) -> None:
        """Do what is awaited, one thing after the other, until now."""
        for _ in range(MOST):
            waiting = [one for one in self.fold.states(to_us(at)) if one.is_awaited and one.clause in self.kept_by]
            done = {one: self._plan(one, dice) for one in waiting if one.due_at is not None}
            first = min(done, key=lambda one: done[one], default=None)
            if first is None or done[first] >= at:
                return
            self.add(self.kept_by[first.clause], done[first], dice.choice(sorted(self.by)))

    def _plan(self, state: CommitmentState, dice: random.Random) -> datetime:
        """When it will be done: late in its time, sometimes a little after; and after all that was done before."""
        key = (state.clause, state.cycle)
        if key not in self.planned:
            assert state.due_at is not None
            length = state.due_at - state.began_at
            share = 1 + dice.uniform(0.02, 0.15) if dice.random() < LATE else dice.uniform(0.35, 0.97)
            self.planned[key] = from_us(state.began_at + round(length * share))
        return max(self.planned[key], self.events[-1].at + timedelta(minutes=20))


def keep_promises(
    version: PolicyVersion, clients: Sequence[Account], staff: Staff, dice: random.Random, *, at: datetime
) -> None:
    """Write the events and commitments of every account and of everybody who works here, as of `at`."""
    boss = staff.administrator.key
    stories = [_of_account(version, one, number, staff, dice, at=at) for number, one in enumerate(clients)]
    stories += [_of_agent(version, one, number, boss, dice, at=at) for number, one in enumerate(staff.everybody)]
    Account.objects.bulk_update(clients, ["contract_starts", "contract_ends"])
    clocks: list[Clock] = []
    rows: list[Commitment] = []
    events: list[Event] = []
    for story in stories:
        story.go_on(dice, at=at)
        states = fold_subject(story.subject, version.pk, story.events, at=at)
        found = [new_row(story.subject, version.pk, state) for state in states]
        events += _with_marks(story, states)
        if policy_of(version.pk).clauses_on(kind_of(story.subject)):
            clocks.append(Clock(subject=story.subject, version=version, next_wake_at=first_wake(found)))
        rows += found
    Event.objects.bulk_create(sorted(events, key=lambda event: event.recorded_at), batch_size=1000)
    Clock.objects.bulk_create(clocks, batch_size=1000)
    Commitment.objects.bulk_create(rows, batch_size=1000)


def _of_account(
    version: PolicyVersion, account: Account, number: int, staff: Staff, dice: random.Random, *, at: datetime
) -> Story:
    """The contract began when it did, or as far back as stories go; of some it began these days."""
    assert account.contract_starts is not None
    starts = max(account.contract_starts, at.date() - timedelta(days=LONGEST - number))
    begins = datetime.combine(starts, MORNING, UTC) + timedelta(minutes=dice.randrange(400))
    if number % NEW == NEW - 1:
        begins = at - timedelta(hours=4 + 60 * (number // NEW), minutes=dice.randrange(60))
        account.contract_starts, account.contract_ends = begins.date(), begins.date() + timedelta(days=365)
    manager = account.manager.key if account.manager else dice.choice([one.key for one in staff.leads])
    story = _story(version, account.key, accounts.MILESTONES, {manager})
    data = accounts.attributes(account)
    story.add("account.activated", begins, staff.administrator.key, data, key=f"{account.key}/activated")
    if account.manager is not None:
        named = begins + timedelta(hours=2)
        story.add("account.manager_assigned", min(named, at), staff.manager.key, {"manager": account.manager.key})
    return story


def _of_agent(
    version: PolicyVersion, agent: Any, number: int, boss: str, dice: random.Random, *, at: datetime
) -> Story:
    days = dice.uniform(4, 26) if number % NEW == NEW - 1 else dice.uniform(60, LONGEST)
    joined = at - timedelta(days=days)
    lead = agent.team.lead.key if agent.team is not None and agent.team.lead is not None else boss
    story = _story(version, agent.key, people.MILESTONES, {lead})
    story.add("agent.joined", joined, boss, people.attributes(agent), key=f"{agent.key}/joined")
    return story


def _story(version: PolicyVersion, subject: str, labels: Iterable[str], by: Collection[str]) -> Story:
    kind = kind_of(subject)
    known = set(labels)
    kept_by = {
        clause.name: min(clause.kept_by & known)
        for clause in policy_of(version.pk).clauses_on(kind)
        if clause.kept_by & known
    }
    return Story(subject, kept_by, by, SubjectFold(promises_of(version.pk, kind)))


def _with_marks(story: Story, states: Iterable[CommitmentState]) -> list[Event]:
    """The story's events and the warnings and breaches that time brought, which somebody noticed half a second later."""
    marks = [event for state in states for event in mark_events(story.subject, state, state.marks)]
    for event in marks:
        event.recorded_at = event.at + timedelta(milliseconds=500)
    return story.events + marks
