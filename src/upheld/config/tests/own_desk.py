"""A desk of a drill's own, on the database that comes along: its processes, visitors and senders, and what they were told."""

from __future__ import annotations

import os
import smtplib
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from upheld.channels.tests.post import SUPPORT
from upheld.config.embedded import cluster_in
from upheld.config.tests.streams import digest
from upheld.config.values import SOURCE_ROOT

ENDS_IN = 120  # seconds that anything may take to be as it has to be, on a busy machine
PATIENCE = 90.0  # seconds for an answer, for the same reason


@dataclass
class OwnDesk:
    """`accepted` are digests of the mails for which somebody heard 250; `wrong` is what was not as it has to be."""

    data: Path
    accepted: set[str] = field(default_factory=set)
    wrong: dict[str, Any] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    said: str = ""

    @contextmanager
    def open(self, names: Sequence[str], **variables: str) -> Iterator[None]:
        """Migrated, with techflow in force, and these processes at work until the block ends."""
        self.smtp, self.http = _free_port(), _free_port()
        self.environment = self._environment() | variables
        self.data.mkdir(parents=True, exist_ok=True)
        try:
            self.run("migrate", "--quiet")
            self.run("policy", "publish", str(SOURCE_ROOT / "policies" / "techflow"))
            for name in names:
                self.processes[name] = self.begin(name)
            self.until("the desk is open", self._is_open)
            yield
        finally:
            for process in self.processes.values():
                process.terminate()
            for process in self.processes.values():
                with suppress(subprocess.TimeoutExpired):
                    process.wait(60)
                process.kill()

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("DATABASE_URL", "UPHELD_"))}
        return kept | {
            "DJANGO_SETTINGS_MODULE": "upheld.config.settings",
            "PYTHONPATH": str(SOURCE_ROOT / "src"),
            "UPHELD_DATA": str(self.data),
            "UPHELD_DATABASE_POOL": "8",
            "UPHELD_PORT": str(self.http),
            "UPHELD_SECRET_KEY": "a secret of a drill, which needs none that is kept",
            "UPHELD_SMTP_LISTEN": f"127.0.0.1:{self.smtp}",
            "UPHELD_STALLED_AFTER": "2",
            "UPHELD_URL": f"http://127.0.0.1:{self.http}",
            "UPHELD_WEB_WORKERS": "1",
        }

    def _is_open(self) -> bool:
        is_served = "serve" not in self.processes or self.page("/health/ready") == self.page("/accounts/login/") == 200
        return is_served and ("listen" not in self.processes or self._greets())

    def _greets(self) -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.smtp), 2) as line:
            return line.recv(100).startswith(b"220")
        return False

    def run(self, *words: str) -> None:
        """A command that has to end well."""
        done = self.begin(*words).wait(300)
        assert done == 0, (self.data / f"{words[0]}.log").read_text()[-2000:]

    def begin(self, *words: str) -> subprocess.Popen[bytes]:
        with (self.data / f"{words[0]}.log").open("wb") as log:
            command = [sys.executable, "-m", "upheld", *words]
            return subprocess.Popen(command, env=dict(self.environment), stdout=log, stderr=log)

    # -- senders and visitors

    def hand_over(self, raw: bytes) -> int:
        """What a sender hears; 0 when the line broke before."""
        code = 0
        with suppress(OSError, smtplib.SMTPException), smtplib.SMTP("127.0.0.1", self.smtp, timeout=PATIENCE) as client:
            client.ehlo()
            client.mail("ann@harbour.example")
            client.rcpt(SUPPORT)
            code, _ = client.data(raw)
            if code == 250:
                self.accepted.add(digest(raw))
        return code

    def page(self, path: str) -> int:
        """The status of a page, 0 without an answer; `said` is what stands there."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.http}{path}", timeout=PATIENCE) as answer:
                self.said = answer.read().decode()
                return int(answer.status)
        except urllib.error.HTTPError as answer:
            self.said = answer.read().decode()
            return answer.code
        except OSError:
            return 0

    # -- looking

    def rows(self, query: str) -> list[Any]:
        """What the database says; nothing when it does not answer."""
        with suppress(psycopg.Error), psycopg.connect(cluster_in(self.data).url(), connect_timeout=5) as connection:
            return connection.execute(query.encode()).fetchall()
        return []

    def count(self, query: str) -> int:
        """How many, -1 when the database does not answer."""
        found = self.rows(f"SELECT count(*) FROM {query}")
        return int(found[0][0]) if found else -1

    def check(self, what: str, is_so: bool) -> None:
        if not is_so:
            self.wrong[what] = "it is not so"

    def until(self, what: str, is_so: Callable[[], bool]) -> None:
        """Wait until it is so, and note how long it took; wrong when it takes too long."""
        began = time.monotonic()
        while not is_so():
            if time.monotonic() - began > ENDS_IN:
                self.wrong[what] = f"not within {ENDS_IN} s"
                return
            time.sleep(0.2)
        self.seconds[what] = round(time.monotonic() - began, 1)

    def settle(self) -> None:
        """Hold the ledger against the database."""
        self.until("everything in its place", lambda: self.count("channels_receivedmail WHERE state = 'received'") == 0)
        for name, process in self.processes.items():
            self.check(f"{name} still runs", process.poll() is None)
        rows = self.rows("SELECT sha256, encode(sha256(raw), 'hex'), state FROM channels_receivedmail")
        if lost := self.accepted - {sha for sha, *_ in rows}:
            self.wrong["lost"] = len(lost)
        self.check("bytes are as they came", all(sha == real for sha, real, _ in rows))
        self.check("each has its place as a message", {state for *_, state in rows} == {"message"})
        messages = self.rows("SELECT count(received_id), count(DISTINCT received_id) FROM tickets_message")
        self.check("each is one message", messages == [(len(rows), len(rows))])


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])
