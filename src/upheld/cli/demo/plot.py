"""Tells one story on one ticket: who says what when, until it is settled or the present is reached."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import datetime, timedelta

from upheld.accounts.models import Contact
from upheld.cli.demo import pacing
from upheld.cli.demo.answers import closing_record
from upheld.cli.demo.life import Life
from upheld.cli.demo.people import Staff
from upheld.cli.demo.stories import Story, Turn
from upheld.events.actors import Actor
from upheld.kernel.instants import from_us, to_us
from upheld.people.models import Agent
from upheld.policy import CommitmentState
from upheld.tickets.models import Ticket

# What a story itself does; whatever else a clause waits for is done beside it, at about the time that was promised.
TOLD = frozenset({
    "ticket.opened", "ticket.replied", "ticket.customer_replied", "ticket.noted", "ticket.assigned", "ticket.changed",
    "ticket.waiting", "ticket.held", "ticket.resumed", "ticket.resolved", "ticket.reopened", "ticket.closed", "ticket.merged",
    "ticket.absorbed", "ticket.raised", "ticket.marked_spam",
})  # fmt: skip
REGARDS = {
    "en": ("Kind regards,", "Best regards,", "Thank you and best wishes,", "Thanks,"),
    "de": ("Mit freundlichen Grüßen",),
    "es": ("Un cordial saludo,",),
    "fr": ("Bien cordialement,",),
    "pt": ("Atenciosamente,",),
}
SURVEYED = "ticket.surveyed"
NOTES = {
    "reviewed_by_manager": "Read the whole thread. The right people are on it; I will look again tonight.",
    "plan_proposed": "Told the customer what comes next, who does it and by when.",
    "scheduled": "Two dates agreed, invitations sent.",
    "followed_up": "Asked whether it still works for them. It does, nothing is open.",
    "reviewed": "Met with everybody who was part of it; two improvements written down.",
}
MANAGERS = frozenset({"ticket.reviewed_by_manager"})
REOPENS = 0.4  # of the stories that know how it goes on
LOOK_EVERY = timedelta(hours=12)  # for appointments, whose time begins without anybody being woken
STAYS_WITH_US = "hold"


class Reached(Exception):
    """The present: what would come next has not happened yet."""


class Plot:
    """The story on its way. `now` is the present, which nothing may pass."""

    def __init__(
        self,
        life: Life,
        story: Story,
        words: Mapping[str, str],
        contact: Contact,
        staff: Staff,
        dice: random.Random,
        *,
        left_lying: pacing.LeftLying,
        now: datetime,
    ) -> None:
        self.life = life
        self.story = story
        self.words = dict(words)
        self.contact = contact
        self.staff = staff
        self.dice = dice
        self.left_lying = left_lying
        self.now = now
        self.at = now
        self.agent: Agent | None = None
        self.policy = life.policy
        self._has_appointments = any(clause.is_series for clause in self.policy.clauses_on("ticket"))
        self._planned: set[tuple[str, int]] = set()
        self._milestones: list[tuple[datetime, str]] = []

    def tell(self, opening: str, *, at: datetime) -> None:
        """From the opening to the end, or to the present."""
        self.at = at
        text = self.filled(opening)
        if self.life.ticket.channel == "email":
            text += self._signature()
        self.life.open(text, by=self.contact, at=at)
        self._trigger_ladders()
        try:
            self._correct_priority()
            self._turns(self.story.turns)
            if self.story.again and self.dice.random() < REOPENS:
                self._again(*self.story.again)
            self._after_the_end()
        except Reached:
            pass
        self._advance(self.now)

    def filled(self, text: str) -> str:
        known = {**self.words, "agent": self.agent.person.get_short_name() if self.agent else ""}
        return text.format_map(known)

    def _signature(self) -> str:
        contact = self.contact
        place = ", ".join(filter(None, [contact.title, str(contact.account or "")]))
        return f"\n\n{self.dice.choice(REGARDS.get(self.story.language, REGARDS['en']))}\n{contact.person.name}\n{place}".rstrip()

    # Turns

    def _turns(self, turns: tuple[Turn, ...]) -> None:
        for number, turn in enumerate(turns):
            left = sum(later.by == "agent" for later in turns[number:])
            following = turns[number + 1].by if number + 1 < len(turns) else ""
            if turn.by == "customer":
                self._customer(turn.text)
            elif turn.by == "agent":
                self._agent(turn, turns_left=left, following=following)
            else:
                self._aside(turn)

    def _customer(self, text: str) -> None:
        zone = self.contact.person.zoneinfo
        moment = pacing.customer_at(self.dice, after=self.at, severity=self.story.severity, zone=zone)
        patience = self.policy.rules.get("remind_waiting_after")
        if patience is not None and self.life.ticket.status == Ticket.Status.WAITING:
            reminder = self.at + timedelta(microseconds=patience)
            if reminder < moment:
                self._go(reminder)
                self.life.remind(at=self.at)
        self._go(moment)
        ticket = self.life.ticket
        channel = ticket.channel if ticket.channel in ("email", "portal") else "portal"
        self.life.customer_reply(self.filled(text), by=self.contact, at=self.at, channel=channel)

    def _agent(self, turn: Turn, *, turns_left: int, following: str) -> None:
        is_first = not any(event.kind == "ticket.replied" for event in self.life.events)
        policy = self.policy
        awaited = [state for state in self.life.awaited() if policy.clauses[state.clause].kept_by & TOLD]
        share = pacing.share_used(self.dice, is_first=is_first, severity=self.story.severity)
        if self.story.severity > 1 and self.left_lying.takes(self._share_by_now(awaited)):
            share = pacing.UNTIL_LATE
        moment = pacing.answer_at(
            awaited,
            share,
            after=self.at,
            turns_left=turns_left,
            calendars=dict(policy.calendars),
            usual=policy.calendars[policy.defaults.get("calendar", next(iter(policy.calendars)))],
        )
        if self.life.ticket.status == Ticket.Status.ON_HOLD:
            moment = max(moment, pacing.after_hold(self.dice, after=self.at, zone=self._who().person.zoneinfo))
        self._take(before=moment)
        self._go(moment)
        agent = self._who()
        waits = turn.then == "waiting" or (following == "customer" and self.story.severity > 1)
        self.life.reply(self.filled(turn.text), by=agent, at=self.at, then=Ticket.Status.WAITING if waits else "")
        if turn.then == STAYS_WITH_US:
            self._go(self.at + timedelta(seconds=40))
            self.life.hold(by=agent.actor, at=self.at, reason="Somebody else has the next move.")
        elif turn.then == "resolved":
            self._go(self.at + timedelta(seconds=20))
            note = self.filled(self.story.resolution)
            record = closing_record(policy, self.story, note, self.contact, self.dice)
            self.life.resolve(by=agent.actor, at=self.at, note=note, record=record)

    def _share_by_now(self, awaited: list[CommitmentState]) -> float:
        """How much of the tightest promise would be used by now if nobody answered."""
        calendars, since, now = self.policy.calendars, to_us(self.life.now), to_us(self.now)
        used = (state.used + calendars[state.calendar].between(since, now) for state in awaited if since < now)
        return max(
            (time / state.target for time, state in zip(used, awaited, strict=False) if state.target), default=0.0
        )

    def _aside(self, turn: Turn) -> None:
        """A note, or up the ladder: between two answers, soon after the last thing that happened."""
        self._take(before=self.at + timedelta(minutes=15))
        self._go(self.at + timedelta(minutes=self.dice.randint(2, 9), seconds=self.dice.randrange(60)))
        agent = self._who()
        if turn.by == "note":
            self.life.note(self.filled(turn.text), by=agent, at=self.at)
            return
        self.life.raise_ticket(ladder=self._ladder(), by=agent.actor, at=self.at, reason=self.filled(turn.text))
        senior = self._senior(agent)
        if senior is not None and self.life.ticket.assignee == agent:
            self._go(self.at + timedelta(minutes=self.dice.randint(1, 4)))
            self.life.assign(senior, by=agent.actor, at=self.at)
            self.agent = senior

    def _again(self, customer: str, agent: str) -> None:
        self._go(self.at + timedelta(days=self.dice.uniform(0.6, 4)))
        self._customer(customer)
        self._agent(Turn("agent", agent, "resolved"), turns_left=1, following="")

    def _after_the_end(self) -> None:
        within = self.policy.rules.get("close_resolved_after")
        if within is not None:
            self._go(self.at + timedelta(microseconds=within))
            self.life.close(by=self._policy_actor(), at=self.at)

    # Who

    def _take(self, *, before: datetime) -> None:
        """Somebody takes the ticket a little before they act on it."""
        if self.agent is not None:
            return
        agent = self._chosen()
        moment = self.at + (before - self.at) * self.dice.uniform(0.2, 0.7)
        self._go(moment)
        by = agent.actor if self.dice.random() < 0.65 else self.dice.choice(self.staff.leads).actor
        self.life.assign(agent, by=by, at=self.at)
        self.agent = agent

    def _chosen(self) -> Agent:
        team = self.staff.of(self.life.ticket.department)
        fluent = (
            [agent for agent in team if self.story.language in agent.languages] if self.story.language != "en" else team
        )
        fitting = [agent for agent in (fluent or team) if agent.level >= min(self.story.level, 2)]
        return self.dice.choice(fitting or fluent or team)

    def _who(self) -> Agent:
        assert self.agent is not None  # every turn of ours takes the ticket first
        return self.agent

    def _senior(self, agent: Agent) -> Agent | None:
        level = max(self.life.ticket.level, 2)
        seniors = [one for one in self.staff.agents if one.level >= level and one != agent]
        own = [one for one in seniors if one.team_id == agent.team_id]
        return self.dice.choice(own or seniors) if own or seniors else None

    # The policy

    def _correct_priority(self) -> None:
        """Some tickets come in as less urgent than they are; whoever reads them first sets that right."""
        right = self.words.get("right_priority", "")
        if not right or right == self.life.ticket.priority:
            return
        self._take(before=self.at + timedelta(minutes=self.dice.randint(8, 40)))
        self._go(self.at + timedelta(minutes=self.dice.randint(1, 3)))
        self.life.change(by=self._who().actor, at=self.at, priority=right)

    def _trigger_ladders(self) -> None:
        ticket = self.life.ticket
        for ladder in self.policy.ladders.values():
            for number, trigger in enumerate(ladder.raised_by):
                if trigger and trigger.holds(ticket.attributes()):
                    self.life.raise_ticket(
                        ladder=ladder.name, by=self._policy_actor(), at=self.at + timedelta(seconds=1),
                        reason="The policy raises such tickets at once.", key=f"{ticket.key}/{ladder.name}/trigger/{number}",
                    )  # fmt: skip

    def _policy_actor(self) -> Actor:
        return Actor(f"policy:{self.policy.name}", "The policy")

    def _ladder(self) -> str:
        ladders = self.policy.ladders
        own = [
            name for name in (self.life.ticket.department, self.policy.defaults.get("ladder", "")) if name in ladders
        ]
        return own[0] if own else next(iter(ladders))

    # Time

    def _go(self, moment: datetime) -> None:
        """On to `moment`, with all that happens on the way. Raises Reached when it lies in the future."""
        if moment > self.now:
            raise Reached
        self._advance(moment)
        self.at = max(moment, self.at)

    def _advance(self, moment: datetime) -> None:
        """Let warnings, breaches and milestones before `moment` happen, in their order."""
        self._plan_milestones()
        while True:
            due = min(self._milestones, default=None)
            stop = min(moment, due[0]) if due else moment
            wake = self.life.next_wake()
            if wake is not None and wake < to_us(stop):
                self.life.pass_time(from_us(wake + 1))
            elif self._has_appointments and self.life.now + LOOK_EVERY < stop:
                self.life.pass_time(self.life.now + LOOK_EVERY)
            elif due is not None and due[0] < moment:
                self._milestones.remove(due)
                self._reach(due[1], max(due[0], self.life.now))
            else:
                return
            self._plan_milestones()

    def _plan_milestones(self) -> None:
        for state in self.life.awaited():
            clause = self.policy.clauses[state.clause]
            if clause.kept_by & TOLD or not clause.kept_by or (state.clause, state.cycle) in self._planned:
                continue
            self._planned.add((state.clause, state.cycle))
            share = 0.0 if SURVEYED in clause.kept_by else pacing.share_used(self.dice, is_first=False, severity=3)
            left = max(0, state.target - state.used)
            moment = from_us(self.policy.calendars[state.calendar].add(to_us(self.life.now), round(left * share)))
            self._milestones.append((moment, min(clause.kept_by)))

    def _reach(self, kind: str, at: datetime) -> None:
        if not any(kind in self.policy.clauses[state.clause].kept_by for state in self.life.awaited()):
            return
        if kind == SURVEYED:
            self.life.ask_how_it_went(at=at)
            return
        milestone = kind.partition(".")[2]
        by = self.staff.manager if kind in MANAGERS else self._somebody()
        self.life.reach(milestone, by=by, at=at, note=NOTES.get(milestone, self.filled(self.story.resolution)))

    def _somebody(self) -> Agent:
        return self.agent or self.staff.of(self.life.ticket.department)[0]
