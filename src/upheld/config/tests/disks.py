"""Disks that are really full: small ones in memory under the database and under the files, filled to the last byte.

First the files' disk fills up, then the database's; then the database is killed while there is no room to start it. Nobody starts
anything again by hand. When there is room, everything goes on by itself, and the senders' ledger agrees.
"""

from __future__ import annotations

import ctypes
import errno
import os
import random
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from upheld.channels.tests.post import letter
from upheld.config.embedded import cluster_in
from upheld.config.tests.own_desk import OwnDesk

DATABASE_SIZE, FILES_SIZE = "160m", "1m"
PLACED, WAITING = (f"channels_receivedmail WHERE state = '{state}'" for state in ("message", "received"))


class NoDisk(Exception):
    """A disk in memory cannot be had here; the text says why."""


@dataclass
class SmallDisk:
    path: Path
    size: str

    def __enter__(self) -> Self:
        self.path.mkdir(parents=True, exist_ok=True)
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.mount(b"tmpfs", os.fsencode(self.path), b"tmpfs", 0, f"size={self.size}".encode()):
            raise NoDisk(f"mounting is not permitted here ({errno.errorcode.get(ctypes.get_errno(), 'unknown')})")
        return self

    def __exit__(self, *_: object) -> None:
        ctypes.CDLL(None).umount2(os.fsencode(self.path), 2)  # at once, also while somebody still looks at it

    @property
    def ballast(self) -> Path:
        return self.path / "ballast"

    def fill(self) -> None:
        """To the last byte; again, what was freed since."""
        with suppress(OSError), self.ballast.open("ab", buffering=0) as file:
            while file.write(b"\0" * 65536):
                pass
        with suppress(OSError), self.ballast.open("ab", buffering=0) as file:
            while file.write(b"\0"):
                pass

    def make_room(self) -> None:
        self.ballast.unlink()


@dataclass
class FullDisks:
    """By `seed`. `run` returns the ledger, with `is_right`; raises NoDisk where nothing can be mounted."""

    seed: int
    answers: dict[str, Counter[int]] = field(default_factory=dict)
    pages: dict[str, Counter[int]] = field(default_factory=dict)
    number: int = 0

    def run(self) -> dict[str, Any]:
        self.dice = random.Random(self.seed)
        with tempfile.TemporaryDirectory(prefix="upheld-disks-", ignore_cleanup_errors=True) as made:
            self.desk = desk = OwnDesk(Path(made) / "data")
            files, records = (
                SmallDisk(desk.data / "files", FILES_SIZE),
                SmallDisk(desk.data / "postgres", DATABASE_SIZE),
            )
            with files, records, desk.open(("listen", "worker", "serve")):
                self._phase("room", lambda: self._give(3), 250)
                self._files_full(files)
                self._records_full(records)
                self._died_without_room(records)
                desk.settle()
                desk.until("pages are back at last", lambda: desk.page("/health/ready") == 200)
        return {
            "seed": self.seed,
            "accepted": len(desk.accepted),
            "answers": {phase: dict(counted) for phase, counted in self.answers.items()},
            "pages": {phase: dict(counted) for phase, counted in self.pages.items()},
            "back_after_seconds": desk.seconds,
            "wrong": desk.wrong,
            "lost": desk.wrong.get("lost", 0),
            "is_right": not desk.wrong,
        }

    # -- what happens

    def _files_full(self, disk: SmallDisk) -> None:
        """Mail with files is taken and waits, mail without finds its place; later the other does too."""
        desk = self.desk
        disk.fill()
        self._phase("files full", lambda: self._give(3, files=True), 250)
        self._phase("files full", lambda: self._give(3), 250)
        desk.until("plain mail found its place", lambda: desk.count(PLACED) == 6)
        desk.check("mail with files waits", desk.count(WAITING) == 3)
        disk.make_room()
        desk.until("files have room", lambda: desk.count(PLACED) == 9)

    def _records_full(self, disk: SmallDisk) -> None:
        """Senders hear 451 and keep their mail, and pages say that it will be better."""
        desk = self.desk
        disk.fill()
        self._phase("records full", lambda: self._give_until(451, disk), 451)
        self._look_at_pages("records full")
        disk.make_room()
        desk.until("records have room", lambda: self._give(1)[0] == 250)
        desk.until("pages are back", lambda: desk.page("/health/ready") == 200)

    def _died_without_room(self, disk: SmallDisk) -> None:
        """The server ends while its disk is full, and cannot begin."""
        disk.fill()
        pid = int((cluster_in(self.desk.data).data / "postmaster.pid").read_text().split()[0])
        os.kill(pid, signal.SIGKILL)
        self._phase("server dead", lambda: self._give(2), 451)
        self._look_at_pages("server dead")
        time.sleep(5)
        disk.make_room()
        self.desk.until("the server is back", lambda: self._give(1)[0] == 250)

    # -- senders and visitors

    def _give(self, count: int, *, files: bool = False, size: int = 100) -> list[int]:
        """Hand over so many mails. Returns the answers."""
        answers = []
        for _ in range(count):
            self.number += 1
            some = [("plan.bin", "application/octet-stream", self.dice.randbytes(3000))] if files else []
            text, sender = self.dice.randbytes(size).hex(), f"Ann <ann{self.number}@harbour.example>"
            answers.append(self.desk.hand_over(letter(text, sender=sender, title=f"Mail {self.number}", files=some)))
        return answers

    def _give_until(self, answer: int, disk: SmallDisk) -> list[int]:
        """Large mails, until what the database had in store is used up; then some more."""
        for _ in range(60):
            if self._give(1, size=400_000) == [answer]:
                disk.fill()
                return self._give(3, size=400_000)
        return []

    def _phase(self, name: str, give: Callable[[], list[int]], expected: int) -> None:
        answers = give()
        self.answers.setdefault(name, Counter()).update(answers)
        self.desk.check(f"{name}: senders hear {expected}, not {answers}", bool(answers) and set(answers) == {expected})

    def _look_at_pages(self, phase: str) -> None:
        """A page that cannot be shown says so, kindly, and is never a traceback."""
        for path in ("/health/ready", "/desk/", "/"):
            code = self.desk.page(path)
            self.pages.setdefault(phase, Counter())[code] += 1
            is_said = path == "/health/ready" or "Nothing is lost" in self.desk.said
            self.desk.check(f"{phase}: {path} answers {code}", code in (200, 302) or (code == 503 and is_said))
