"""A clock that leaps by hours, ahead and back, under everything at once: database, listener, fetcher, worker and ticker.

Only the clock of the wall is moved (by libfaketime); what a machine counts from its start goes on, as it does when somebody sets
the time. Before each leap there is work under way: mails that come, one that could not leave, a reply that can still be undone,
promises that come due. After it, all of that has to go on within what it takes to notice.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from upheld.channels.tests.post import letter
from upheld.channels.tests.real.dovecot import PASSWORD, PROGRAM, Dovecot, dovecot
from upheld.channels.tests.serving import serving
from upheld.config.tests.far import FarServer
from upheld.config.tests.own_desk import OwnDesk
from upheld.config.values import SOURCE_ROOT

LIBRARIES = (
    "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1",
    "/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1",
    "/usr/lib/faketime/libfaketimeMT.so.1",
)
LIBRARY = next((path for path in LIBRARIES if Path(path).exists()), None)
HOURS = (3, 0, -2, 5)
FIRST = -4
"""Hours at which the desk is opened: before its first policy was published there is nothing to hold a mail against."""
SLEEP = "import select, time\ntime.sleep = lambda seconds: select.select([], [], [], seconds) and None\n"
"""The library spoils the call by which Python sleeps until a moment of a clock that it does not fake."""
ALWAYS_LATER = (0, 1, 0, 0, 0)
WATCHED = 5.0  # seconds in which nobody may be busier than BUSY of them
BUSY = 0.6

PREPARE = """
import random, sys
from datetime import UTC, datetime, timedelta
import django; django.setup()
from upheld.config.tests import drill
"""
OPEN = PREPARE + "drill.open_the_desk(4, random.Random(1), timedelta(seconds=20))"
GO_ON = (
    PREPARE
    + """
from upheld.people.models import Agent
from upheld.tickets.actions.conversation import customer_reply, reply
from upheld.tickets.actions.scheduling import schedule_reply
from upheld.tickets.models import Ticket
drill.open_tickets(2, random.Random(2), timedelta(seconds=20))
agent = Agent.objects.exclude(role="lead").select_related("person").first()
old, *_, new = Ticket.objects.order_by("pk")
said, now = {"by": agent.actor, "author": agent.person}, datetime.now(UTC)
schedule_reply(new, text="We are on it.", at=now, send_at=now + timedelta(seconds=10), **said)
asker = old.requester
customer_reply(old, text="Well?", by=asker.actor, author=asker.person, channel="portal", at=now)
old.refresh_from_db()
reply(old, text="Now.", at=datetime.now(UTC), **said)
"""
)
DUE = "commitments_clock WHERE next_wake_at < now() - interval '1 second'"
UNHEARD = """procrastinate_jobs WHERE status IN ('todo', 'doing') AND (task_name LIKE 'events.react%'
    OR task_name IN ('channels.send_mail', 'tickets.send_reply')) AND coalesce(scheduled_at, now()) <= now()"""
TWICE = """(SELECT 1 FROM events_event WHERE kind IN ('commitment.warned', 'commitment.breached')
    GROUP BY subject, data->>'clause', data->>'cycle', kind, data->>'mark' HAVING count(*) > 1) AS twice"""
BREACHES_NOT_ANNOUNCED = """commitments_commitment WHERE state = 'breached' AND NOT EXISTS (
    SELECT FROM events_event event WHERE event.kind = 'commitment.breached' AND event.at = due_at
    AND event.key = format('%s/%s/%s/breach', commitments_commitment.subject, clause, cycle))"""
NO_DOCUMENTS = (
    "DELETE FROM procrastinate_jobs WHERE task_name = 'documents.make_ahead' AND status = 'todo' RETURNING id"
)
"""They are made for minutes after a policy came: work, which would look like somebody who runs in circles."""
WRITTEN = "tickets_scheduledreply WHERE state = 'pending'"
GONE = "channels_outgoingmail WHERE state = 'queued'"


@dataclass
class Clocks:
    """By `seed`, over the `hours`: the clock of the wall is so far from the real one, one after the other."""

    seed: int
    hours: Sequence[int] = HOURS
    wanted: int = 0
    processor_seconds: dict[str, dict[str, float]] = field(default_factory=dict)

    def run(self) -> dict[str, Any]:
        """The ledger, with `is_right`. Needs libfaketime (LIBRARY)."""
        self.dice, self.far, self.count = random.Random(self.seed), FarServer(self.seed, weights=ALWAYS_LATER), 0
        with (
            tempfile.TemporaryDirectory(prefix="upheld-clocks-") as made,
            serving(self.far) as out,
            dovecot() if PROGRAM else nullcontext() as box,
        ):
            self.desk, self.clock = OwnDesk(Path(made) / "data"), Path(made) / "clock"
            self.clock.write_text(f"{FIRST * 3600:+d}\n")
            names = ["listen", "worker", "ticker", *(["fetch"] if box else [])]
            (Path(made) / "sitecustomize.py").write_text(SLEEP)
            with self.desk.open(names, **self._variables(out, box)):
                self._do(OPEN)
                self.desk.until("the documents are put off", lambda: bool(self.desk.rows(NO_DOCUMENTS)))
                self.clock.write_text("+0\n")
                self._go_on("at first", box)
                for hour in self.hours:
                    self._go_on(f"before {hour:+d} h", box, wait=False)
                    self.clock.write_text(f"{hour * 3600:+d}\n")
                    self._go_on(f"at {hour:+d} h", box)
                self._settle()
        desk = self.desk
        return {
            "seed": self.seed,
            "hours": list(self.hours),
            "accepted": len(desk.accepted),
            "delivered": len(self.far.taken),
            "marks": self.marks,
            "quiet_after_seconds": desk.seconds,
            "processor_seconds_of_five": self.processor_seconds,
            "wrong": desk.wrong,
            "lost": desk.wrong.get("lost", 0),
            "is_right": not desk.wrong,
        }

    def _go_on(self, when: str, box: Dovecot | None, *, wait: bool = True) -> None:
        """Mail by both ways, promises, replies; then quiet, unless the leap shall come in the middle of it."""
        desk, self.far.is_healed = self.desk, wait
        for _ in range(3):
            desk.check(f"{when}: the listener takes mail", desk.hand_over(self._letter()) == 250)
        if box is not None:
            box.put(self._letter())
            self.wanted += 1
        self.wanted += 3
        self._do(GO_ON)
        if wait:
            desk.until(f"{when}: all mail is in its place", self._is_placed)
            desk.until(f"{when}: all that waited has left", lambda: desk.count(GONE) == 0 == desk.count(UNHEARD))
            desk.until(f"{when}: no reply waits", lambda: desk.count(WRITTEN) == 0)
            desk.until(f"{when}: nothing is due", lambda: desk.count(DUE) == 0)
            self._watch(when)

    def _is_placed(self) -> bool:
        return self.desk.count("channels_receivedmail WHERE state = 'message'") == self.wanted

    def _letter(self) -> bytes:
        self.count += 1
        return letter("It stands still.", sender=f"Ann <ann{self.count}@harbour.example>", title=f"Clock {self.count}")

    def _watch(self, when: str) -> None:
        """Nobody runs in circles because of the time."""
        before = {name: _processor_seconds(process.pid) for name, process in self.desk.processes.items()}
        time.sleep(WATCHED)
        used = {
            name: round(_processor_seconds(self.desk.processes[name].pid) - begun, 2) for name, begun in before.items()
        }
        self.processor_seconds[when] = used
        for name, seconds in used.items():
            self.desk.check(f"{when}: {name} rests", seconds < WATCHED * BUSY)

    def _settle(self) -> None:
        desk = self.desk
        desk.until("nothing waits at the end", lambda: desk.count(GONE) == 0 == desk.count(UNHEARD))
        desk.settle()
        desk.check("no mark twice", desk.count(TWICE) == 0)
        desk.check("each breach was announced when it was due", desk.count(BREACHES_NOT_ANNOUNCED) == 0)
        given_up = desk.rows("SELECT DISTINCT task_name FROM procrastinate_jobs WHERE status IN ('failed', 'aborted')")
        desk.check(f"no job was given up {given_up}", not given_up)
        sent = {row for (row,) in desk.rows("SELECT message_id FROM channels_outgoingmail WHERE state = 'sent'")}
        desk.check("what was sent has arrived", sent == {message_id for message_id, _ in self.far.taken})
        perhaps = sum(number for (number,) in desk.rows("SELECT perhaps_twice FROM channels_outgoingmail"))
        desk.check("nothing arrived twice uncounted", len(self.far.taken) - len(set(self.far.taken)) <= perhaps)
        self.marks = desk.count("events_event WHERE kind IN ('commitment.warned', 'commitment.breached')")
        desk.run("verify")

    def _do(self, code: str) -> None:
        command, around = [sys.executable, "-c", code], dict(self.desk.environment)
        done = subprocess.run(command, env=around, capture_output=True, text=True, timeout=120, check=False)
        if done.returncode:
            self.desk.wrong[f"people can work ({len(self.desk.wrong)})"] = done.stderr.strip().splitlines()[-3:]

    def _variables(self, out: int, box: Dovecot | None) -> dict[str, str]:
        assert LIBRARY is not None
        mailbox = f"box=imap://support:{PASSWORD}@127.0.0.1:{box.port}/INBOX?then=flag" if box is not None else ""
        return {
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_DONT_RESET": "1",
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_TIMESTAMP_FILE": str(self.clock),
            "LD_PRELOAD": LIBRARY,
            "PYTHONPATH": f"{self.clock.parent}{os.pathsep}{SOURCE_ROOT / 'src'}",
            "UPHELD_IMAP": mailbox,
            "UPHELD_SMTP_URL": f"smtp://127.0.0.1:{out}",
        }


def _processor_seconds(pid: int) -> float:
    told = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")
