"""A desk under which processes are killed, again and again, while its promises come due and people work.

Nothing is simulated: PostgreSQL, workers, tickers and people are processes, and they end by SIGKILL, at named points and at
random moments. When it is quiet again, `ledger` says whether everything happened once.
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import InterfaceError, OperationalError, connection, transaction

from upheld.accounts.actions import add_contact
from upheld.accounts.models import Account, Contact
from upheld.commitments.models import Clock, Commitment
from upheld.config.tests.ledger import settle
from upheld.config.tests.nursery import POINTS, Nursery
from upheld.config.tests.processes import database_url
from upheld.events.actors import SYSTEM
from upheld.people.actions import add_agent
from upheld.people.models import Agent, Team
from upheld.tickets.actions.conversation import customer_reply, note, reply
from upheld.tickets.actions.opening import open_ticket
from upheld.tickets.models import Ticket

SILENCE = 2  # seconds after which a worker that fell silent is given up, the least that can be set
SHARE_BY_NAME = 0.6  # of the time, at the beginning, in which nobody dies but at a named point
CHANCE_OF_A_STRIKE = 0.3  # at each look after that
ROLES = ("ticker", "worker", "people")
CUT_EVERY = 20  # seconds between two cuts of the database's power
AT_RANDOM = "at a random moment"
PATIENCE = 60  # seconds more in which each point has to be reached, on a machine that others keep busy


@dataclass
class Drill:
    """At least `seconds` of killing on a desk with `tickets`, by `seed`. The database is migrated, with techflow in force."""

    folder: Path
    seed: int
    seconds: float
    tickets: int = 40
    workers: int = 2
    tickers: int = 2
    cut_power: Callable[[], object] | None = None  # stops the database without warning and starts it again
    kills: Counter[str] = field(default_factory=Counter)
    begun: Counter[str] = field(default_factory=Counter)
    living: dict[int, tuple[str, str]] = field(default_factory=dict)

    def run(self) -> dict[str, Any]:
        """The whole drill. Returns the ledger, with `is_right`."""
        self.dice = random.Random(self.seed)
        self.points = {name: self.dice.sample(list(points), len(points)) for name, points in POINTS.items()}
        open_the_desk(self.tickets, self.dice, timedelta(seconds=self.seconds))
        self.nursery = Nursery(self.folder, self._variables())
        began = time.monotonic()
        try:
            self._kill_until(began + self.seconds)
            recovered = self._recover()
        finally:
            self.nursery.close()
        ledger = settle(datetime.now(UTC))
        unexpected = [what for what in self.kills if what.startswith("ended by itself")]
        ledger.wrong["processes"] = unexpected
        return {
            "seed": self.seed,
            "seconds": self.seconds,
            "tickets": self.tickets,
            "commitments": Commitment.objects.count(),
            "kills": dict(sorted(self.kills.items())),
            "killed": self.kills.total(),
            "spared": sorted(self._spared()),
            "quiet_after_seconds": round(recovered, 1),
            **ledger.as_data(),
        }

    # -- killing

    def _kill_until(self, deadline: float) -> None:
        for name, number in (("ticker", self.tickers), ("worker", self.workers), ("people", 1)):
            for _ in range(number):
                self._start(name)
        by_name_until = time.monotonic() + SHARE_BY_NAME * self.seconds
        next_cut = time.monotonic() + CUT_EVERY / 2
        while time.monotonic() < deadline or (not self._has_met_all() and time.monotonic() < deadline + PATIENCE):
            time.sleep(self.dice.uniform(0.05, 0.25))
            self._bury()
            if time.monotonic() > by_name_until and self.dice.random() < CHANCE_OF_A_STRIKE:
                self._strike()
            if self.cut_power is not None and time.monotonic() > next_cut:
                self.kills["database: without warning"] += 1
                self.cut_power()
                next_cut = time.monotonic() + CUT_EVERY
        for pid in list(self.living):
            self._kill(pid, "at the end")
        self._wait_for_all()
        connection.close()  # it may be of a database that is gone

    def _has_met_all(self) -> bool:
        """Whether somebody died at each point, and somebody at a random moment."""
        return not self._spared() and any(what.endswith(AT_RANDOM) for what in self.kills)

    def _spared(self) -> set[str]:
        """The points at which nobody died yet."""
        return {f"{name}: {point}" for name in ROLES for point in POINTS[name]} - set(self.kills)

    def _start(self, name: str) -> None:
        """A new process in the place of the dead one, with the next point at which it will die."""
        points = self.points[name]
        point = points[0]
        points.append(points.pop(0))
        self.begun[name] += 1
        is_first_round = self.begun[name] <= len(points)
        after = 1 if name == "ticker" or is_first_round else self.dice.randint(1, 6)
        pid = self.nursery.start(name, point, after, seed=self.dice.random())
        self.living[pid] = (name, point)

    def _bury(self) -> None:
        for pid, status in self.nursery.deaths().items():
            name, point = self.living.pop(pid)
            self._count(name, point, status)
            self._start(name)

    def _strike(self) -> None:
        pid = self.dice.choice(list(self.living))
        self._kill(pid, AT_RANDOM)
        time.sleep(0.02)

    def _kill(self, pid: int, when: str) -> None:
        name, _ = self.living[pid]
        self.living[pid] = (name, "")
        self.kills[f"{name}: {when}"] += 1
        os.kill(pid, signal.SIGKILL)

    def _wait_for_all(self) -> None:
        while self.living:
            for pid, status in self.nursery.deaths().items():
                self._count(*self.living.pop(pid), status)
            time.sleep(0.02)

    def _count(self, name: str, point: str, status: int) -> None:
        """Whoever was struck at a random moment was counted then, and has no point any more."""
        if status != -signal.SIGKILL:
            self.kills[f"ended by itself: {name} with {status}"] += 1
        elif point:
            self.kills[f"{name}: {point}"] += 1

    # -- coming back

    def _recover(self) -> float:
        """Start one worker and one ticker that nobody kills, and wait until nothing is left to do. Returns the seconds."""
        began = time.monotonic()
        pids = [self.nursery.start(name) for name in ("worker", "ticker")]
        quiet = 0
        while quiet < 3:
            time.sleep(0.1)
            quiet = quiet + 1 if is_quiet() else 0
            assert time.monotonic() - began < 60 + 2 * self.seconds, "it does not come to rest"
            assert not self.nursery.deaths(), "a process that nobody killed has ended"
        for pid in pids:
            os.kill(pid, signal.SIGTERM)
        ended: dict[int, int] = {}
        while len(ended) < len(pids):
            ended |= self.nursery.deaths()
            time.sleep(0.02)
        assert set(ended.values()) == {0}, ended
        return time.monotonic() - began

    def _variables(self) -> dict[str, str]:
        return {
            "DATABASE_URL": database_url(),
            "DJANGO_SETTINGS_MODULE": "upheld.config.settings",
            "UPHELD_DATA": str(self.folder),
            "UPHELD_DATABASE_POOL": "0",
            "UPHELD_STALLED_AFTER": str(SILENCE),
            "UPHELD_WORKER_JOBS": "3",
        }


def is_quiet() -> bool:
    """Nothing is due, and no event waits for those who hear of it."""
    if Clock.objects.filter(next_wake_at__lt=datetime.now(UTC)).exists():
        return False
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT NOT EXISTS (SELECT FROM procrastinate_jobs WHERE task_name = 'events.react' AND status IN ('todo', 'doing'))"
        )
        return bool(cursor.fetchone()[0])


# -- the desk ---------------------------------------------------------------------------------------------------------------

AGES = (15, 60, 120, 240)  # minutes: which of the promises come due while the drill goes on


def open_the_desk(tickets: int, dice: random.Random, lasting: timedelta) -> None:
    """Two agents, a lead, a customer, and tickets whose promises come due from a little before now until the end of the drill."""
    team = Team.objects.create(name="Support", department="support")
    for name, role, level in (("agent", "agent", 1), ("lead", "lead", 1), ("senior", "agent", 2)):
        at = datetime.now(UTC)
        add_agent(email=f"{name}@drill.example", name=name.title(), role=role, level=level, by=SYSTEM, at=at)
    Agent.objects.update(team=team)
    team.lead = Agent.objects.get(role="lead")
    team.save()
    account = Account.objects.create(name="Harbour Mills", plan="enterprise")
    add_contact(email="customer@harbour.example", name="Customer", account=account, by=SYSTEM, at=datetime.now(UTC))
    open_tickets(tickets, dice, lasting)


def open_tickets(tickets: int, dice: random.Random, lasting: timedelta) -> None:
    """Critical tickets of the customer, some of whose promises come due within `lasting` from now."""
    contact, now = Contact.objects.get(person__email="customer@harbour.example"), datetime.now(UTC)
    for number in range(tickets):
        age = timedelta(minutes=AGES[number % len(AGES)]) - lasting * dice.uniform(-0.1, 1)
        open_ticket(
            requester=contact, title=f"Nothing loads ({number})", text="Nothing loads.", channel="email", priority="P1",
            by=contact.actor, at=now - age,
        )  # fmt: skip


def people(seed: float) -> None:
    """A customer and two agents who write now and then, until somebody kills them. Without a database they try again."""
    dice = random.Random(seed)
    while True:
        time.sleep(dice.uniform(0.05, 0.3))
        try:
            _write(dice)
        except (OperationalError, InterfaceError):
            connection.close()


@transaction.atomic
def _write(dice: random.Random) -> None:
    agent = dice.choice(list(Agent.objects.exclude(role="lead").select_related("person")))
    ticket = Ticket.objects.get(pk=dice.choice(list(Ticket.objects.values_list("pk", flat=True))))
    customer, now = ticket.requester, datetime.now(UTC)
    match dice.choice(("reply", "write", "write", "note")):
        case "reply":
            reply(ticket, text="We are on it.", by=agent.actor, author=agent.person, at=now)
        case "write":
            customer_reply(ticket, text="Well?", by=customer.actor, author=customer.person, channel="portal", at=now)
        case "note":
            note(ticket, text="Hm.", by=agent.actor, author=agent.person, at=now)
