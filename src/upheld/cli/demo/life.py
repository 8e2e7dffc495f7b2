"""The life of one ticket, lived in memory: what the actions of tickets/actions would have written, row by row.

Three hundred tickets of thirty days are some thousand actions; carried out one by one they take longer than somebody who
tries Upheld wants to wait. Each method here does what the action of its name does, and a test plays the same life both ways
and compares every row. What the policy does by itself (warnings, breaches, raising) happens at its time as well, as the
ticker and `tickets.handlers` would have had it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from upheld.accounts.models import Contact
from upheld.commitments.folding import as_value, new_row
from upheld.commitments.following import first_wake, mark_events
from upheld.commitments.models import Clock, Commitment, PolicyVersion
from upheld.events.actors import Actor
from upheld.events.models import Event
from upheld.kernel.instants import from_us, to_us
from upheld.people.models import Agent, Person, Team
from upheld.policy import CommitmentState, Policy, Promises, SubjectFold
from upheld.policy.model import Effect
from upheld.tickets.actions.conversation import preview_of
from upheld.tickets.actions.escalation import ladder_of, rung_of
from upheld.tickets.actions.milestones import MILESTONES
from upheld.tickets.models import Escalation, Merge, Message, Resolution, Ticket
from upheld.tickets.recording import tightest

Status = Ticket.Status
By = Message.By
NOTICED = timedelta(seconds=1)  # how long after its time the ticker and a worker have acted


class Life:
    """One ticket and all its rows. Times given to its methods never go back."""

    def __init__(self, ticket: Ticket, *, policy: Policy, promises: Promises, message_ids: Iterator[int]) -> None:
        self.ticket = ticket
        self.policy = policy
        self.events: list[Event] = []
        self.messages: list[Message] = []
        self.resolutions: list[Resolution] = []
        self.escalations: list[Escalation] = []
        self.merges: list[Merge] = []
        self.fold = SubjectFold(promises)
        self._message_ids = message_ids
        self._marked: set[tuple[str, int, str]] = set()
        self._now = 0  # up to when time has passed
        self._policy_actor = Actor(f"policy:{policy.name}", "The policy")

    # What people do

    def open(self, text: str, *, by: Contact, at: datetime) -> None:
        ticket = self.ticket
        message = self._say(text, by=By.CUSTOMER, actor=by.actor, author=by.person, channel=ticket.channel, at=at)
        given = {name: value for name, value in ticket.attributes().items() if value not in ("", [])}
        account = ticket.account.key if ticket.account else None
        self._record(
            "opened", by=by.actor, at=at, **{**given, "account": account, "automatic": False, "message": message.pk}
        )

    def reply(self, text: str, *, by: Agent, at: datetime, then: str = "") -> None:
        self.pass_time(at)
        message = self._say(text, by=By.STAFF, actor=by.actor, author=by.person, channel="workspace", at=at)
        ticket = self.ticket
        ticket.status = (
            Status.WAITING if then == Status.WAITING else ticket.status if ticket.is_settled else Status.OPEN
        )
        self._record("replied", by=by.actor, at=at, message=message.pk, status=str(ticket.status))

    def customer_reply(self, text: str, *, by: Contact, at: datetime, channel: str) -> None:
        self.pass_time(at)
        message = self._say(text, by=By.CUSTOMER, actor=by.actor, author=by.person, channel=channel, at=at)
        if self.ticket.status == Status.WAITING:
            self.ticket.status = Status.OPEN
        self._record(
            "customer_replied", by=by.actor, at=at, message=message.pk, via=channel, status=str(self.ticket.status)
        )
        if self.ticket.is_settled and not self.merges:
            self.reopen(by=by.actor, at=at, reason="The customer wrote again.")

    def note(self, text: str, *, by: Agent, at: datetime) -> None:
        self.pass_time(at)
        message = self._say(
            text, by=By.STAFF, actor=by.actor, author=by.person, channel="workspace", at=at, is_internal=True
        )
        self._record("noted", by=by.actor, at=at, message=message.pk)

    def assign(self, to: Agent, *, by: Actor, at: datetime) -> None:
        self.pass_time(at)
        before, self.ticket.assignee = self.ticket.assignee, to
        self._record("assigned", by=by, at=at, assignee=to.key, assignee_before=before.key if before else None)

    def hand_to_team(self, team: Team, *, by: Actor, at: datetime) -> None:
        self.pass_time(at)
        ticket = self.ticket
        ticket.team = team
        if ticket.assignee is not None and ticket.assignee.team_id != team.pk:
            ticket.assignee = None
        self._record("assigned", by=by, at=at, team=team.pk, assignee=ticket.assignee.key if ticket.assignee else None)

    def change(self, *, by: Actor, at: datetime, **fields: Any) -> None:
        self.pass_time(at)
        before = {f"{name}_before": getattr(self.ticket, name) for name in fields}
        for name, value in fields.items():
            setattr(self.ticket, name, value)
        self._record("changed", by=by, at=at, **fields, **before)

    def hold(self, *, by: Actor, at: datetime, reason: str) -> None:
        self.pass_time(at)
        self.ticket.status = Status.ON_HOLD
        self._record("held", by=by, at=at, status=Status.ON_HOLD.value, reason=reason)

    def resolve(self, *, by: Actor, at: datetime, note: str, record: Mapping[str, Any]) -> None:
        self.pass_time(at)
        answers = {**record}
        answers.setdefault("resolution", note)
        ticket = self.ticket
        self.resolutions.append(
            Resolution(ticket=ticket, note=note, record=answers, resolved_at=at, resolved_by=by.key)
        )
        ticket.status, ticket.is_settled = Status.RESOLVED, True
        self._record("resolved", by=by, at=at, status=Status.RESOLVED.value)

    def reopen(self, *, by: Actor, at: datetime, reason: str) -> None:
        self.pass_time(at)
        self.resolutions[-1].reopened_at, self.resolutions[-1].reopened_by = at, by.key
        self.ticket.status, self.ticket.is_settled = Status.OPEN, False
        self._record("reopened", by=by, at=at, status=Status.OPEN.value, reason=reason)

    def close(self, *, by: Actor, at: datetime) -> None:
        self.pass_time(at)
        if not self.ticket.is_settled:
            ended = {"closed_by": "contact"}
            self.resolutions.append(Resolution(ticket=self.ticket, record=ended, resolved_at=at, resolved_by=by.key))
        self.ticket.status, self.ticket.is_settled = Status.CLOSED, True
        self._record("closed", by=by, at=at, status=Status.CLOSED.value)

    def merge(self, into: Life, *, by: Actor, at: datetime) -> None:
        self.pass_time(at)
        into.pass_time(at)
        ticket = self.ticket
        self.merges.append(
            Merge(ticket=ticket, into=into.ticket, status_before=str(ticket.status), merged_at=at, merged_by=by.key)
        )
        ticket.status, ticket.is_settled = Status.CLOSED, True
        self._record("merged", by=by, at=at, into=into.ticket.key, status=Status.CLOSED.value)
        # Only what one person wrote twice is merged in the demo, so nobody is brought along.
        into._record("absorbed", by=by, at=at, ticket=ticket.key, watching=[])

    def mark_spam(self, *, by: Actor, at: datetime) -> None:
        self.pass_time(at)
        self.ticket.is_spam, self.ticket.is_settled, self.ticket.status = True, True, Status.CLOSED
        self._record("marked_spam", by=by, at=at, status=Status.CLOSED.value)

    def raise_ticket(
        self,
        *,
        ladder: str,
        by: Actor,
        at: datetime,
        to: int | None = None,
        reason: str = "",
        clause: str = "",
        key: str | None = None,
    ) -> None:
        """As the action: nothing happens when the ticket stands as high already."""
        now_on = max((row.rung for row in self.escalations if row.ladder == ladder), default=1)
        rung = rung_of(ladder_of(self.policy, ladder), to if to is not None else now_on + 1)
        if rung.number <= now_on or (key is not None and any(row.key == key for row in self.escalations)):
            return
        self.pass_time(at)
        ticket = self.ticket
        self.escalations.append(
            Escalation(
                ticket=ticket,
                ladder=ladder,
                rung=rung.number,
                reason=reason,
                clause=clause,
                raised_at=at,
                raised_by=by.key,
                key=key or f"{ticket.key}/{ladder}/{rung.number}/{at.isoformat()}",
            )
        )
        if rung.level is not None and rung.level > ticket.level:
            ticket.level = rung.level
        told = {"ladder": ladder, "rung": rung.number, "reason": reason, "clause": clause, "level": ticket.level}
        self._record("raised", by=by, at=at, **told)

    def reach(self, milestone: str, *, by: Agent, at: datetime, note: str) -> None:
        """Something that only a commitment asks for: followed up, a plan proposed …, with its internal note."""
        self.pass_time(at)
        text = f"{MILESTONES[milestone]}: {note}"
        message = self._say(
            text, by=By.STAFF, actor=by.actor, author=by.person, channel="workspace", at=at, is_internal=True
        )
        self._record(milestone, by=by.actor, at=at, message=message.pk)

    def remind(self, *, at: datetime) -> None:
        """The policy reminds a customer who is waited for, once for each wait."""
        self.pass_time(at)
        ticket = self.ticket
        assert ticket.last_message_at is not None
        ticket.reminded_at = at
        self._record("reminded", by=self._policy_actor, at=at)
        self.events[-1].key = f"reminder:{ticket.pk}:{int(ticket.last_message_at.timestamp())}"

    def ask_how_it_went(self, *, at: datetime) -> None:
        """The survey's mail, which the policy sends by itself."""
        self.pass_time(at)
        self._record("surveyed", by=self._policy_actor, at=at)

    # What time does

    def pass_time(self, at: datetime) -> None:
        """Let the warnings and breaches due before `at` happen, each at its time, with what the policy does about them."""
        until = to_us(at)
        while (wake := self.next_wake()) is not None and wake < until:
            self._now = wake + 1
            for state in self.fold.states(self._now):
                for name, instant in state.marks:
                    if (state.clause, state.cycle, name) not in self._marked:
                        self._mark(state, name, instant)
        self._now = max(self._now, until)

    @property
    def now(self) -> datetime:
        """Up to when time has passed for this ticket."""
        return from_us(self._now)

    def next_wake(self) -> int | None:
        """The next instant at which time alone changes something."""
        wakes = [state.next_wake_at for state in self.fold.states(self._now) if state.next_wake_at is not None]
        return min(wakes, default=None)

    def awaited(self) -> list[CommitmentState]:
        """What somebody still has to do, as of the last thing that happened."""
        return [state for state in self.fold.states(self._now) if state.is_awaited]

    def _mark(self, state: CommitmentState, name: str, instant: int) -> None:
        self._marked.add((state.clause, state.cycle, name))
        if name == "do":
            return
        event = self._announce(state, name, instant)
        clause = self.policy.clauses[state.clause]
        for number, effect in enumerate(clause.on_breach if name == "breach" else clause.on_warn):
            self._act(effect, event, key=f"{event.key}/{number}")

    def _announce(self, state: CommitmentState, name: str, instant: int) -> Event:
        (event,) = mark_events(self.ticket.key, state, [(name, instant)])
        event.recorded_at = event.at + NOTICED / 2
        self.events.append(event)
        return event

    def _act(self, effect: Effect, event: Event, *, key: str) -> None:
        """Raise and set, as `tickets.handlers` does; who was told of it is written at the end, for the last days only."""
        if self.ticket.is_settled:
            return
        clause, at = self.policy.clauses[event.data["clause"]], event.at + NOTICED
        if effect.kind == "raise":
            reason = (
                f"{clause.label} was missed."
                if event.kind == "commitment.breached"
                else f"{clause.label} is nearly due."
            )
            self.raise_ticket(
                ladder=effect.value, to=effect.options.get("to"), by=self._policy_actor, at=at, reason=reason,
                clause=clause.name, key=key,
            )  # fmt: skip
        elif effect.kind == "set":
            self.change(by=self._policy_actor, at=at, **effect.options)

    # Rows

    def commitments(self, version: PolicyVersion, at: datetime) -> tuple[Clock, list[Commitment]]:
        """What the fold says now, as rows. Sets the ticket's own `due_at` too."""
        self.pass_time(at)
        rows = [new_row(self.ticket.key, version.pk, state) for state in self.fold.states(to_us(at))]
        self.ticket.due_at = tightest(rows)
        return Clock(subject=self.ticket.key, version=version, next_wake_at=first_wake(rows)), rows

    def _say(
        self, text: str, *, by: str, actor: Actor, author: Person, channel: str, at: datetime, is_internal: bool = False
    ) -> Message:
        message = Message(
            id=next(self._message_ids), ticket=self.ticket, is_internal=is_internal, by=by, author=author, actor=actor.key,
            text=text, channel=channel, at=at,
        )  # fmt: skip
        self.messages.append(message)
        if not is_internal:
            self.ticket.preview = preview_of(text) or self.ticket.preview
            self.ticket.last_message_at, self.ticket.last_message_by = at, by
        return message

    def _record(self, kind: str, *, by: Actor, at: datetime, **data: Any) -> None:
        at = max(at, self.now)
        event = Event(kind=f"ticket.{kind}", subject=self.ticket.key, actor=by.key, at=at, recorded_at=at, data=data)
        self.events.append(event)
        self.fold.apply(as_value(event))
        self._now = max(self._now, to_us(at))
        self.ticket.changed_at = at
