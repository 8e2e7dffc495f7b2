"""Mail in a storm: listener, fetcher and workers are killed, lines break, the other servers say no; then everything is counted.

Two ledgers outside of the product: what senders were told to be taken, and what the far server took. When it is quiet again both
have to agree with the database: nothing lost, nothing doubled but for the window that is counted.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import smtplib
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from email import message_from_bytes
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session
from django.db import connection

from upheld.channels.mail.outgoing.sending import defer
from upheld.channels.models import OutgoingMail, ReceivedMail
from upheld.channels.tests.hostile import corpus
from upheld.channels.tests.post import SUPPORT, letter
from upheld.channels.tests.real.dovecot import PASSWORD, PROGRAM, USER, Dovecot, dovecot
from upheld.config.tests.lines import FaultyLine
from upheld.config.tests.nursery import POINTS, Nursery
from upheld.config.tests.processes import database_url
from upheld.tickets.models import Message

SENDERS = 6
SILENCE = 2
ROLES = ("listen", "mail worker", "mail worker", "fetch")
CHANCE_OF_A_STRIKE = 0.25
CUT_EVERY = 20


@dataclass
class FarServer:
    """Takes what we send, with moods: sometimes it says later, sometimes it hangs up after it has taken a mail."""

    seed: int
    taken: list[tuple[str, str]] = field(default_factory=list)
    is_healed: bool = False
    moods: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        mood = "well" if self.is_healed else self.dice.choices(("well", "later", "hangs up"), (80, 15, 5))[0]
        self.moods[mood] += 1
        if mood == "later":
            return "451 4.3.2 Later, please"
        assert isinstance(envelope.content, bytes)
        message_id = str(message_from_bytes(envelope.content)["Message-ID"]).strip()
        self.taken += [(message_id, address) for address in envelope.rcpt_tos]
        if mood == "hangs up":
            assert server.transport is not None
            server.transport.abort()  # type: ignore[attr-defined]
        return "250 Taken"


@contextmanager
def serving(far: FarServer) -> Iterator[int]:
    """The far server in a thread of its own. Yields its port."""
    loop, ready, ports = asyncio.new_event_loop(), threading.Event(), list[int]()
    stop = asyncio.Event()

    async def serve() -> None:
        server = await loop.create_server(lambda: SMTP(far, loop=loop, hostname="far"), "127.0.0.1", 0, backlog=128)
        ports.append(server.sockets[0].getsockname()[1])
        ready.set()
        await stop.wait()
        server.close()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()), daemon=True)
    thread.start()
    assert ready.wait(10)
    try:
        yield ports[0]
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)


def is_carried_whole(raw: bytes) -> bool:
    """The sending library stuffs dots after bare line ends, which no server takes out again."""
    return raw.count(b"\n") == raw.count(b"\r\n")


@dataclass
class Storm:
    """At least `seconds` of it, by `seed`. The database is migrated, with techflow in force. `port` is free, for the listener."""

    folder: Path
    seed: int
    seconds: float
    port: int
    mails: int = 120
    cut_power: Callable[[], None] | None = None
    kills: Counter[str] = field(default_factory=Counter)
    living: dict[int, tuple[str, str]] = field(default_factory=dict)
    accepted: set[bytes] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def run(self) -> dict[str, Any]:
        """The whole storm. Returns the ledger, with `is_right`."""
        self.dice = random.Random(self.seed)
        self.far = FarServer(self.seed)
        with serving(self.far) as far_port, dovecot() if PROGRAM else nullcontext() as box:
            self.out, self.way_in = FaultyLine(far_port, self.seed + 1), FaultyLine(self.port, self.seed + 2)
            self.box = FaultyLine(box.port, self.seed + 3) if box else None
            self.nursery = Nursery(self.folder, self._variables())
            senders = [threading.Thread(target=self._stream, args=[number]) for number in range(SENDERS)]
            try:
                for sender in senders:
                    sender.start()
                self._strike_until(time.monotonic() + self.seconds, box)
                quiet_after = self._recover(senders)
            finally:
                self.nursery.close()
                self.out.close()
                self.way_in.close()
        return self._ledger(quiet_after)

    # -- what is sent to us

    def _stream(self, sender: int) -> None:
        """Keeps each mail until it is told 250, and sometimes sends it once more after that, as careful servers do."""
        dice = random.Random(self.seed * 100 + sender)
        mails = list(self._mails(sender, dice))
        while mails:
            try:
                with smtplib.SMTP("127.0.0.1", self.way_in.port, timeout=5) as client:
                    client.sendmail(f"sender{sender}@storm.example", [SUPPORT], mails[0])
            except (OSError, smtplib.SMTPException):
                time.sleep(0.05)
                continue
            with self.lock:
                self.accepted.add(mails[0])
            if dice.random() > 0.15:
                mails.pop(0)

    def _mails(self, sender: int, dice: random.Random) -> Iterator[bytes]:
        poison = [raw for raw in corpus().values() if len(raw) < 200_000 and is_carried_whole(raw)]
        for number in range(self.mails // SENDERS):
            who = f"sender{sender}-{number}@storm.example"
            if dice.random() < 0.15:
                yield b"X-Storm: %d-%d\r\n" % (sender, number) + dice.choice(poison) + b"\r\n"
            else:
                yield letter(
                    "x" * dice.choice((10, 3000, 40_000)), sender=f"Sam <{who}>", title=f"Storm {sender}-{number}"
                )

    # -- what is done to us

    def _strike_until(self, deadline: float, box: Dovecot | None) -> None:
        self.points = {name: self.dice.sample(list(POINTS[name]), len(POINTS[name])) for name in set(ROLES)}
        for name in ROLES:
            if name != "fetch" or box is not None:
                self._start(name)
        next_cut, put = time.monotonic() + CUT_EVERY / 2, 0
        while time.monotonic() < deadline:
            time.sleep(self.dice.uniform(0.1, 0.4))
            self._bury()
            if box is not None and put < self.mails // 4:
                box.put(self._into_box(put))
                put += 1
            if self.dice.random() < CHANCE_OF_A_STRIKE:
                pid = self.dice.choice(list(self.living))
                self._count(self.living[pid][0], "at a random moment")
                self.living[pid] = (self.living[pid][0], "")
                os.kill(pid, signal.SIGKILL)
            if self.cut_power is not None and time.monotonic() > next_cut:
                self._count("database", "without warning")
                self.cut_power()
                next_cut = time.monotonic() + CUT_EVERY
        connection.close()

    def _into_box(self, number: int) -> bytes:
        """A mail for the mailbox; every third is one that also came to the door."""
        with self.lock:
            known = next((raw for raw in self.accepted if b"Subject: Storm" in raw), None) if number % 3 == 0 else None
        raw = known or letter("by the mailbox", sender=f"Box <box{number}@storm.example>", title=f"Box {number}")
        with self.lock:
            self.accepted.add(raw)
        return raw

    def _start(self, name: str) -> None:
        points = self.points[name]
        points.append(points.pop(0))
        pid = self.nursery.start(name, points[-1], self.dice.randint(1, 12))
        self.living[pid] = (name, points[-1])

    def _bury(self) -> None:
        for pid, status in self.nursery.deaths().items():
            name, point = self.living.pop(pid)
            if status != -signal.SIGKILL:
                self._count("ended by itself", f"{name} with {status}")
            elif point:
                self._count(name, point)
            self._start(name)

    def _count(self, name: str, what: str) -> None:
        self.kills[f"{name}: {what}"] += 1

    # -- coming back

    def _recover(self, senders: list[threading.Thread]) -> float:
        """Heal the lines, start processes that nobody kills, and wait until nothing is left to do. Returns the seconds."""
        began = time.monotonic()
        self.far.is_healed = self.out.is_healed = self.way_in.is_healed = True
        if self.box is not None:
            self.box.is_healed = True
        for pid in list(self.living):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        for name in ("listen", "mail worker", *(["fetch"] if self.box is not None else [])):
            self.nursery.start(name)
        for sender in senders:
            sender.join(90)
            assert not sender.is_alive(), "a sender still waits for its 250"
        quiet = 0
        while quiet < 3:
            time.sleep(0.3)
            for mail in OutgoingMail.objects.filter(state="queued"):
                OutgoingMail.objects.filter(pk=mail.pk, state="queued").update(next_try_at=mail.queued_at)
                defer(mail)
            quiet = quiet + 1 if self._is_quiet() else 0
            assert time.monotonic() - began < 60 + 2 * self.seconds, f"it does not come to rest: {self._unrest()}"
        return time.monotonic() - began

    def _is_quiet(self) -> bool:
        if ReceivedMail.objects.waiting().exists() or OutgoingMail.objects.filter(state="queued").exists():
            return False
        return len(self.accepted - {bytes(raw) for raw in ReceivedMail.objects.values_list("raw", flat=True)}) == 0

    def _unrest(self) -> dict[str, int]:
        kept = {bytes(raw) for raw in ReceivedMail.objects.values_list("raw", flat=True)}
        return {
            "waiting": ReceivedMail.objects.waiting().count(),
            "queued": OutgoingMail.objects.filter(state="queued").count(),
            "not kept": len(self.accepted - kept),
        }

    # -- counting

    def _ledger(self, quiet_after: float) -> dict[str, Any]:
        kept = {bytes(mail.raw): mail for mail in ReceivedMail.objects.all()}
        messages = Counter(Message.objects.exclude(received=None).values_list("received", flat=True))
        sent = {mail.message_id: mail for mail in OutgoingMail.objects.defer("raw")}
        delivered = Counter(self.far.taken)
        twice = sum(count - 1 for count in delivered.values())
        wrong = {
            "lost": len(self.accepted - set(kept)),
            "without a place": sum(mail.state == "received" for mail in kept.values()),
            "messages twice, or not at all": [
                mail.pk for mail in kept.values() if (mail.state == "message") != (messages[mail.pk] == 1)
            ],
            "sent, but not delivered": [
                mail.pk
                for mail in sent.values()
                for address in mail.delivered
                if not delivered[mail.message_id, address]
            ],
            "delivered, but not ours": [one for one in delivered if one[0] not in sent],
            "twice without being counted": max(0, twice - sum(mail.perhaps_twice for mail in sent.values())),
            "processes": [what for what in self.kills if what.startswith("ended by itself")],
        }
        return {
            "seed": self.seed,
            "seconds": self.seconds,
            "accepted": len(self.accepted),
            "kept": dict(Counter(mail.state for mail in kept.values())),
            "sent": dict(Counter(mail.state for mail in sent.values())),
            "delivered": sum(delivered.values()),
            "delivered_twice": twice,
            "counted_as_perhaps_twice": sum(mail.perhaps_twice for mail in sent.values()),
            "killed": self.kills.total(),
            "kills": dict(sorted(self.kills.items())),
            "faults": {
                "in": dict(self.way_in.faults),
                "out": dict(self.out.faults),
                "far server": dict(self.far.moods),
            },
            "quiet_after_seconds": round(quiet_after, 1),
            "wrong": wrong,
            "is_right": not any(wrong.values()),
        }

    def _variables(self) -> dict[str, str]:
        box = f"box=imap://{USER}:{PASSWORD}@127.0.0.1:{self.box.port}/INBOX?then=keep" if self.box is not None else ""
        return {
            "DATABASE_URL": database_url(),
            "DJANGO_SETTINGS_MODULE": "upheld.config.settings",
            "UPHELD_DATA": str(self.folder),
            "UPHELD_DATABASE_POOL": "0",
            "UPHELD_STALLED_AFTER": str(SILENCE),
            "UPHELD_WORKER_JOBS": "3",
            "UPHELD_SMTP_LISTEN": f"127.0.0.1:{self.port}",
            "UPHELD_SMTP_URL": f"smtp://127.0.0.1:{self.out.port}",
            "UPHELD_IMAP": box,
        }
