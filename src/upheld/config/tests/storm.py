"""Mail in a storm: listener, fetcher, workers and database are killed, lines break, other servers say no; then all is counted.

Ledgers outside of the product: what senders, a provider and the owner of mailboxes were told to be taken, what an agent was told
to be sent, and what the far server took. When it is quiet again they agree with the database: nothing lost, nothing doubled but
for the window that is counted.
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import InterfaceError, OperationalError, connection

from upheld.channels.mail.outgoing.sending import defer
from upheld.channels.models import OutgoingMail, ReceivedMail
from upheld.channels.tests.real.dovecot import PASSWORD, PROGRAM, Dovecot, dovecot
from upheld.channels.tests.serving import serving
from upheld.config.tests import agreeing
from upheld.config.tests.far import FarServer
from upheld.config.tests.lines import FaultyLine
from upheld.config.tests.nursery import POINTS, Nursery
from upheld.config.tests.processes import database_url
from upheld.config.tests.streams import MAILBOXES, Streams

SILENCE = 2
ROLES = ("listen", "fetch", "intake worker", "sending worker")
CHANCE_OF_A_STRIKE = 0.4
CUT_EVERY = 20  # seconds between two kills in the database
SHARE_WITH_A_POINT = 0.5
LONGEST_REST = 900  # seconds to come to rest, on a machine that others keep busy
RANDOM = "at a random moment"
LONG_LINES = (3000, 20_000, 100_000, 400_000)  # bytes after which a line to the database breaks


@dataclass
class Storm:
    """By `seed`, until `seconds` are over and `kills` were made at random moments, and somebody died at each named point.

    The database is migrated, with techflow in force. `port` is free, for the listener. `mails` is how many the senders have
    together, 0 for as many as there is time. `cut_power` kills in the database, by its dice, and returns what it killed.
    `socket` is where the database listens: with it the lines between the processes and the database break as well.
    """

    folder: Path
    seed: int
    seconds: float
    port: int
    kills: int = 0
    mails: int = 120
    most_seconds: float = 0.0
    cut_power: Callable[[random.Random], str] | None = None
    socket: str = ""
    killed: Counter[str] = field(default_factory=Counter)
    ended: list[str] = field(default_factory=list)
    living: dict[int, tuple[str, str]] = field(default_factory=dict)

    def run(self) -> dict[str, Any]:
        """The whole storm. Returns the ledger, with `is_right`."""
        self.dice = random.Random(self.seed)
        self.far = FarServer(self.seed)
        began = time.monotonic()
        with serving(self.far) as far_port, dovecot() if PROGRAM else nullcontext() as box:
            self.roles = [name for name in ROLES if name != "fetch" or box is not None]
            self.lines = {
                "smtp out": FaultyLine(far_port, self.seed + 1),
                "smtp in": FaultyLine(self.port, self.seed + 2),
            }
            if box is not None:
                self.lines["imap"] = FaultyLine(box.port, self.seed + 3)
            if self.socket:
                self.lines["database"] = FaultyLine(self.socket, self.seed + 4, share=0.15, after=LONG_LINES)
            self.streams = Streams(
                self.seed, self.lines["smtp in"].port, each=self.mails // 6, pause=0 if self.mails else 0.8
            )
            self.nursery = Nursery(self.folder, self._variables())
            try:
                self.streams.begin()
                self._strike(box)
                quiet_after = self._recover()
                wrong = agreeing.wrong(self.streams, self.far, box)
            finally:
                self.streams.is_over.set()
                self.nursery.close()
                for line in self.lines.values():
                    line.close()
        wrong |= {
            "processes": self.ended,
            "streams": self.streams.troubles,
            "spared points": self._spared() if self.kills else [],
        }
        return self._ledger(wrong, struck=time.monotonic() - began - quiet_after, quiet_after=quiet_after)

    # -- what is done to us

    def _strike(self, box: Dovecot | None) -> None:
        self.points = {name: self.dice.sample(list(POINTS[name]), len(POINTS[name])) for name in self.roles}
        for name in self.roles:
            self._start(name)
        began = time.monotonic()
        next_cut, put = began + CUT_EVERY / 2, 0
        while not self._is_enough(time.monotonic() - began):
            time.sleep(self.dice.uniform(0.1, 0.4))
            self._bury()
            if box is not None and (self.mails == 0 or put < self.mails // 4) and self.dice.random() < 0.5:
                put += 1
                self.streams.into_box(box, put, self.dice)
            if self.dice.random() < CHANCE_OF_A_STRIKE:
                pid = self.dice.choice(list(self.living))
                self._count(self.living[pid][0], RANDOM)
                self.living[pid] = (self.living[pid][0], "")
                os.kill(pid, signal.SIGKILL)
            if self.cut_power is not None and time.monotonic() > next_cut:
                self._count(f"PostgreSQL, {self.cut_power(self.dice)}", RANDOM)
                next_cut = time.monotonic() + CUT_EVERY
        connection.close()

    def _is_enough(self, seconds: float) -> bool:
        if self.most_seconds and seconds > self.most_seconds:
            return True
        at_random = sum(number for what, number in self.killed.items() if what.endswith(RANDOM))
        return seconds > self.seconds and at_random >= self.kills and not (self.kills and self._spared())

    def _spared(self) -> list[str]:
        """The named points at which nobody died."""
        return [
            f"{name}: {point}" for name in self.roles for point in POINTS[name] if not self.killed[f"{name}: {point}"]
        ]

    def _start(self, name: str) -> None:
        """Half of them with a point at which they will die: one where nobody died yet, and soon, or any, some time later."""
        spared = [point for point in self.points[name] if not self.killed[f"{name}: {point}"]]
        point = ""
        if spared or self.dice.random() < SHARE_WITH_A_POINT:
            point = self.dice.choice(spared or self.points[name])
        pid = self.nursery.start(name, point, 1 if spared else self.dice.randint(1, 12))
        self.living[pid] = (name, point)

    def _bury(self) -> None:
        for pid, status in self.nursery.deaths().items():
            name, point = self.living.pop(pid)
            if status != -signal.SIGKILL:
                self.ended.append(f"{name} with {status}")
            elif point:
                self._count(name, point)
            self._start(name)

    def _count(self, name: str, what: str) -> None:
        self.killed[f"{name}: {what}"] += 1

    # -- coming back

    def _recover(self) -> float:
        """Heal the lines, start processes that nobody kills, and wait until nothing is left to do. Returns the seconds."""
        began = time.monotonic()
        self.far.is_healed = True
        for line in self.lines.values():
            line.is_healed = True
        for pid in list(self.living):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        for name in self.roles:
            self.nursery.start(name)
        self.streams.end(90)
        quiet = 0
        while quiet < 3:
            time.sleep(0.3)
            with suppress(OperationalError, InterfaceError):
                self._hurry()
                quiet = quiet + 1 if not any(self._unrest().values()) else 0
            assert time.monotonic() - began < LONGEST_REST, f"it does not come to rest: {self._unrest()}"
        return time.monotonic() - began

    def _hurry(self) -> None:
        """Nobody waits half a minute for the next try here."""
        for mail in OutgoingMail.objects.filter(state="queued", attempts__gt=0, in_flight_at=None).defer("raw"):
            if (
                OutgoingMail.objects.filter(pk=mail.pk, state="queued")
                .exclude(next_try_at=mail.queued_at)
                .update(next_try_at=mail.queued_at)
            ):
                defer(mail)

    def _unrest(self) -> dict[str, int]:
        boxes = [name for name in MAILBOXES if "imap" in self.lines]
        return {
            "waiting": ReceivedMail.objects.waiting().count(),
            "queued": OutgoingMail.objects.filter(state="queued").count(),
            "not kept": len(agreeing.missing(self.streams)),
            "not settled": agreeing.unsettled(self.streams, boxes),
            "jobs": agreeing.jobs_left(),
        }

    # -- what is handed back

    def _ledger(self, wrong: dict[str, Any], *, struck: float, quiet_after: float) -> dict[str, Any]:
        by_role: Counter[str] = Counter()
        for what, number in self.killed.items():
            by_role[what.partition(":")[0].partition(",")[0]] += number
        return {
            "seed": self.seed,
            "seconds": round(struck, 1),
            "accepted": len(self.streams.accepted),
            "accepted_by_way": dict(self.streams.routes),
            "replies": len(self.streams.replies),
            **agreeing.counted(self.far),
            "killed": self.killed.total(),
            "killed_at_random": sum(number for what, number in self.killed.items() if what.endswith(RANDOM)),
            "killed_by_process": dict(by_role),
            "kills": dict(sorted(self.killed.items())),
            "faults": {name: dict(line.faults) for name, line in self.lines.items()}
            | {"far server": dict(self.far.moods)},
            "quiet_after_seconds": round(quiet_after, 1),
            "wrong": {what: rows for what, rows in wrong.items() if rows},
            "lost": wrong["lost"],
            "is_right": not any(wrong.values()),
        }

    def _variables(self) -> dict[str, str]:
        boxes = ""
        if "imap" in self.lines:
            at = f"127.0.0.1:{self.lines['imap'].port}/INBOX"
            boxes = " ".join(f"{user}=imap://{user}:{PASSWORD}@{at}?then={then}" for user, then in MAILBOXES.items())
        return {
            "DATABASE_URL": self._database(),
            "DJANGO_SETTINGS_MODULE": "upheld.config.settings",
            "UPHELD_DATA": str(self.folder),
            "UPHELD_DATABASE_POOL": "0",
            "UPHELD_STALLED_AFTER": str(SILENCE),
            "UPHELD_WORKER_JOBS": "3",
            "UPHELD_SMTP_LISTEN": f"127.0.0.1:{self.port}",
            "UPHELD_SMTP_URL": f"smtp://127.0.0.1:{self.lines['smtp out'].port}",
            "UPHELD_IMAP": boxes,
        }

    def _database(self) -> str:
        if "database" not in self.lines:
            return database_url()
        at = connection.settings_dict
        return f"postgresql://{at['USER']}@127.0.0.1:{self.lines['database'].port}/{at['NAME']}"
