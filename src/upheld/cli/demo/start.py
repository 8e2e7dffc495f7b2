"""Puts a demo together: a free port for each door, a database, the data, the processes; and takes it apart again.

bin/demo [--policy NAME] [--port N] [--data DIR]
bin/demo --check     plays a mail, an answer and a killed worker in a temporary folder, and prints what it saw as JSON
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from upheld.cli.demo.card import Card
from upheld.cli.demo.ports import LOOPBACK, free_port, is_free
from upheld.cli.demo.sink import Sink
from upheld.cli.demo.supervisor import Supervisor
from upheld.cli.desk import NotToday, hold_database
from upheld.cli.stopping import told_to_stop
from upheld.config.embedded import Attachment
from upheld.config.environment import Environment, EnvironmentRefused
from upheld.config.metrics_files import forget_counters
from upheld.config.values import SOURCE_ROOT

PROCESSES = ("serve", "worker", "ticker", "listen")
PATIENCE = 60.0


@dataclass(slots=True)
class Demo:
    """A desk that runs: its doors, its processes, and what somebody must know to use it."""

    environment: Environment
    variables: dict[str, str]
    sink: Sink
    supervisor: Supervisor
    database: Attachment | None
    card: Card | None = None
    opened_in: float = 0.0  # seconds from the start to the first page

    @property
    def url(self) -> str:
        return self.environment.url

    def start(self, stop: threading.Event) -> None:
        """Everything up, data included, and the first page answering, or `stop` set on the way.

        Raises NotToday. `stop()` is needed in any case.
        """
        began = time.monotonic()
        forget_counters(self.environment.data)
        self.sink.start()
        self.database = hold_database(self.environment)
        self._prepare(stop)
        if stop.is_set():
            return
        self.card = Card.read(self.environment.data)
        self.supervisor.start()
        deadline = time.monotonic() + PATIENCE
        while not is_ready(self.url) and not stop.wait(0.05):
            self.supervisor.look()
            if time.monotonic() > deadline:
                raise NotToday(f"The pages did not come up. What the processes say lies in {self.supervisor.logs}.")
        self.opened_in = time.monotonic() - began

    def stop(self) -> None:
        """All processes, the sink and the database; safe after a start that failed half-way."""
        self.supervisor.stop()
        self.sink.stop()
        if self.database:
            self.database.detach()

    def _prepare(self, stop: threading.Event) -> None:
        """Static files and data side by side."""
        command = [sys.executable, "-m", "upheld.cli.demo.prepare"]
        parts = [subprocess.Popen([*command, part], env=self.variables) for part in ("files", "data")]
        while any(part.poll() is None for part in parts) and not stop.wait(0.02):
            pass
        for part in parts:
            if part.poll() is None:
                part.terminate()
            if part.wait() != 0 and not stop.is_set():
                raise NotToday("The demo's data could not be made; the reason stands above.")


def demo_in(data: Path, *, policy: str, port: int, listen: int, mail: int) -> Demo:
    """A demo that is not started yet. Raises NotToday with what is wrong in the environment."""
    given = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    variables = given | {
        "UPHELD_DATA": str(data),
        "UPHELD_POLICY": policy,
        "UPHELD_HOST": LOOPBACK,
        "UPHELD_PORT": str(port),
        "UPHELD_URL": f"http://localhost:{port}",
        "UPHELD_SMTP_LISTEN": f"{LOOPBACK}:{listen}",
        "UPHELD_SMTP_URL": f"smtp://{LOOPBACK}:{mail}",
        "UPHELD_DEMO": "yes",
        "UPHELD_DEBUG": "no",
        "UPHELD_STALLED_AFTER": "5",
    }
    variables.pop("UPHELD_HOSTS", None)
    try:
        environment = Environment.read(variables)
    except EnvironmentRefused as refused:
        raise NotToday(str(refused)) from refused
    data.mkdir(parents=True, exist_ok=True)
    supervisor = Supervisor.of_commands(PROCESSES, variables=variables, logs=data / "logs")
    return Demo(environment, variables, Sink(mail, data / "sent"), supervisor, None)


def is_ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/health/ready", timeout=5) as response:  # noqa: S310 - our own address
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def main(arguments: Sequence[str]) -> int:
    given = _parser().parse_args(arguments)
    try:
        return _check(given) if given.check else _run(given)
    except NotToday as reason:
        print(reason, file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="upheld demo", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--policy",
        default="techflow",
        metavar="NAME",
        help="techflow, crm-pro, yourbestsoftware, guidelines, or a folder",
    )
    parser.add_argument(
        "--port", type=int, metavar="N", help="where to serve the pages (8000, or another that is free)"
    )
    parser.add_argument("--data", type=Path, metavar="DIR", help="where to keep the data (var/demo-NAME)")
    parser.add_argument("--check", action="store_true", help="play a scenario, print what happened as JSON, and end")
    return parser


def _run(given: argparse.Namespace) -> int:
    if given.port is not None and not is_free(given.port):
        raise NotToday(f"Somebody listens on port {given.port} already. Choose another with --port.")
    data = (given.data or SOURCE_ROOT / "var" / f"demo-{Path(given.policy).name}").resolve()
    port = given.port or free_port(wished=8000)
    stop = told_to_stop()
    demo = demo_in(data, policy=given.policy, port=port, listen=free_port(wished=2525), mail=free_port(wished=2526))
    print("Starting the desk …", flush=True)
    try:
        demo.start(stop)
        if stop.is_set():
            return 0
        print(invitation(demo), flush=True)
        demo.supervisor.run(stop)
        print("Stopping …", flush=True)
    finally:
        demo.stop()
    return 0


def _check(given: argparse.Namespace) -> int:
    from upheld.cli.demo.check import play

    stop = told_to_stop()
    with tempfile.TemporaryDirectory(prefix="upheld-check-") as folder:
        demo = demo_in(
            Path(folder), policy=given.policy, port=given.port or free_port(), listen=free_port(), mail=free_port()
        )
        looking = threading.Event()
        keeper = threading.Thread(target=demo.supervisor.run, args=(looking,), daemon=True)
        try:
            demo.start(stop)
            keeper.start()
            return play(demo, stop)
        finally:
            looking.set()
            if keeper.is_alive():
                keeper.join()
            demo.stop()


def invitation(demo: Demo) -> str:
    """Where to open, how to sign in, where mail goes."""
    assert demo.card
    card, listen = demo.card, demo.environment.smtp_listen
    sender = card.customer.email
    everybody = [card.agent, *card.others, card.customer]
    width = max(len(one.role) for one in everybody) + 2
    people = [f"  {one.role:<{width}}{one.email:<44}{demo.url}{one.path}" for one in everybody]
    return "\n".join(
        [
            "",
            f"{card.company}: the desk is open ({demo.opened_in:.0f} s).",
            "",
            f"  workspace   {demo.url}/desk/",
            f"  portal      {demo.url}/",
            f"  sent mails  {demo.url}/demo/mails/",
            "",
            f"Sign in as, each with the password {card.agent.password}",
            *people,
            "",
            f"A mail to {card.mailbox} by SMTP at {listen.host}:{listen.port} becomes a ticket, for example:",
            f"  printf 'From: {sender}\\nTo: {card.mailbox}\\nSubject: Nobody can sign in\\n\\nSince nine o’clock.\\n' |",
            f"    curl smtp://{listen.host}:{listen.port} --mail-from {sender} --mail-rcpt {card.mailbox} -T -",
            "",
            f"Data and logs: {demo.environment.data}. Ctrl-C stops everything.",
        ]
    )
