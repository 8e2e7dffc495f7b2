"""Who writes to the desk during a storm, and who answers: each notes outside of the product what it was told to be done.

Senders keep a mail until they hear 250 or 200. A mailbox's mail counts from the moment at which it lies there. An agent's reply
counts from the moment at which the desk said that it was saved.
"""

from __future__ import annotations

import hashlib
import json
import random
import smtplib
import threading
import time
from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection, transaction
from django.test import Client

from upheld.channels.tests.hostile import corpus
from upheld.channels.tests.post import SUPPORT, letter
from upheld.channels.tests.real.dovecot import Dovecot
from upheld.events.actors import SYSTEM
from upheld.people.actions import add_agent
from upheld.people.models import Agent
from upheld.tickets.actions.conversation import reply
from upheld.tickets.actions.errors import Refused
from upheld.tickets.models import Ticket

SENDERS = 6
SECRET = "storm:a-secret-of-the-storm"
MAILBOXES = {"kept": "keep", "flagged": "flag", "moved": "move:Done", "emptied": "delete"}
"""Users of the far mailbox server, and what becomes of their mail there once it is stored with us."""


def digest(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


def is_carried_whole(raw: bytes) -> bool:
    """The sending library stuffs dots after bare line ends, which no server takes out again."""
    return raw.count(b"\n") == raw.count(b"\r\n")


@dataclass
class Streams:
    """`each` is how many mails a sender has, 0 for as many as there is time; `pause` is the seconds between two of them.

    `accepted` are digests of what we were told is kept; `routes` by which way; `replies` the messages that we were told are sent.
    """

    seed: int
    port: int
    each: int = 0
    pause: float = 0.0
    accepted: set[str] = field(default_factory=set)
    raws: list[bytes] = field(default_factory=list)
    in_boxes: Counter[str] = field(default_factory=Counter)
    routes: Counter[str] = field(default_factory=Counter)
    replies: set[int] = field(default_factory=set)
    troubles: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    is_over: threading.Event = field(default_factory=threading.Event)

    def begin(self) -> None:
        self._mail_before, settings.UPHELD_MAIL = (
            settings.UPHELD_MAIL,
            replace(settings.UPHELD_MAIL, webhook_secret=SECRET),
        )
        self.poison = [raw for raw in corpus().values() if len(raw) < 200_000 and is_carried_whole(raw)]
        at = datetime.now(UTC)
        with transaction.atomic():
            add_agent(email="agent@storm.example", name="Agent", role="agent", level=1, by=SYSTEM, at=at)
        works = [(self._by_smtp, number) for number in range(SENDERS)] + [(self._by_webhook, 0), (self._answer, 0)]
        self.threads = [threading.Thread(target=self._do, args=[work, number], daemon=True) for work, number in works]
        for thread in self.threads:
            thread.start()

    def _do(self, work: Callable[[int], None], number: int) -> None:
        try:
            work(number)
        except Exception as trouble:  # noqa: BLE001 - what the desk answers and nobody expected
            self.troubles.append(f"{work.__name__}: {type(trouble).__name__}: {trouble}"[:300])
        finally:
            connection.close()

    def end(self, patience: float) -> None:
        """No new mails; wait until each that was begun was taken."""
        self.is_over.set()
        deadline = time.monotonic() + patience
        for thread in self.threads:
            thread.join(max(0.0, deadline - time.monotonic()))
            assert not thread.is_alive(), "somebody still waits for their 250"
        settings.UPHELD_MAIL = self._mail_before

    def note(self, raw: bytes, way: str) -> None:
        with self.lock:
            self.routes[way] += 1
            self.accepted.add(digest(raw))
            if b"Subject: Storm" in raw:
                self.raws = [*self.raws[-50:], raw]

    def known(self, dice: random.Random) -> bytes | None:
        """A mail that somebody has sent a moment ago by another way."""
        with self.lock:
            return dice.choice(self.raws) if self.raws else None

    # -- by SMTP

    def _by_smtp(self, sender: int) -> None:
        """Keeps each mail until it is told 250, and sometimes sends it once more after that, as careful servers do."""
        dice = random.Random(self.seed * 100 + sender)
        for number, raw in enumerate(self._mails(sender, dice)):
            if self.is_over.is_set() or (self.each and number >= self.each):
                return
            for _ in range(1 + (dice.random() < 0.15)):
                while not self._send(sender, raw):
                    time.sleep(0.05)
                self.note(raw, "smtp")
            self.is_over.wait(self.pause * dice.uniform(0.2, 1.8))

    def _send(self, sender: int, raw: bytes) -> bool:
        """Whether we heard 250. What becomes of the line after that is nothing to us."""
        is_taken = False
        with suppress(OSError, smtplib.SMTPException), smtplib.SMTP("127.0.0.1", self.port, timeout=5) as client:
            client.sendmail(f"sender{sender}@storm.example", [SUPPORT], raw)
            is_taken = True
        return is_taken

    def _mails(self, sender: int, dice: random.Random) -> Iterator[bytes]:
        number = 0
        while True:
            number += 1
            who = f"Sam <sender{sender}-{number}@storm.example>"
            files = [("log.txt", "text/plain", b"%d " % number * dice.choice((10, 5000)))] if number % 7 == 0 else []
            if dice.random() < 0.15:
                yield b"X-Storm: %d-%d\r\n" % (sender, number) + dice.choice(self.poison) + b"\r\n"
            else:
                text = "x" * dice.choice((10, 3000, 40_000))
                yield letter(text, sender=who, title=f"Storm {sender}-{number}", files=files)

    # -- by a provider's call

    def _by_webhook(self, _number: int) -> None:
        """Half of them are mails that also came, or come, by another way."""
        dice = random.Random(self.seed * 100 + 77)
        calls = Client(raise_request_exception=False, SERVER_NAME=urlsplit(settings.UPHELD_URL).hostname)
        secret = "Basic " + b64encode(SECRET.encode()).decode()
        number = 0
        while not self.is_over.is_set() and (not self.each or number < self.each):
            number += 1
            raw = self.known(dice) if number % 2 else None
            raw = raw or letter("by a call", sender=f"Call <call{number}@storm.example>", title=f"Storm call {number}")
            told = json.dumps({"RawEmail": raw.decode(), "OriginalRecipient": SUPPORT})
            while True:
                answer = calls.post(
                    "/mail/hooks/postmark/inbound/",
                    told,
                    content_type="application/json",
                    headers={"Authorization": secret},
                )
                connection.close()
                if answer.status_code == 200:
                    break
                assert answer.status_code >= 500, answer.content
                time.sleep(0.2)
            self.note(raw, "webhook")
            self.is_over.wait(max(self.pause, 0.1) * dice.uniform(1, 3))

    # -- into mailboxes

    def into_box(self, box: Dovecot, number: int, dice: random.Random) -> None:
        """A mail for one of the mailboxes; every third is one that also came to the door."""
        raw = self.known(dice) if number % 3 == 0 else None
        text, sender = "y" * dice.choice((10, 3000, 40_000)), f"Box <box{number}@storm.example>"
        raw = raw or letter(text, sender=sender, title=f"Storm box {number}")
        user = dice.choice(list(MAILBOXES))
        box.put(raw, user=user)
        self.in_boxes[user] += 1
        self.note(raw, "mailbox")

    # -- by agents

    def _answer(self, _number: int) -> None:
        """An agent answers tickets. Told that it was saved, they rely on it."""
        dice = random.Random(self.seed * 100 + 99)
        while not self.is_over.is_set():
            self.is_over.wait(max(self.pause, 0.1) * dice.uniform(1, 3))
            try:
                agent = Agent.objects.select_related("person").get()
                numbers = list(Ticket.objects.order_by("-pk").values_list("pk", flat=True)[:100])
                if numbers:
                    ticket = Ticket.objects.get(pk=dice.choice(numbers))
                    at = max(datetime.now(UTC), ticket.changed_at)
                    said = reply(ticket, text="We are on it.", by=agent.actor, at=at, author=agent.person)
                    with self.lock:
                        self.replies.add(said.pk)
            except (DatabaseError, InterfaceError, Refused):
                connection.close()
        connection.close()
