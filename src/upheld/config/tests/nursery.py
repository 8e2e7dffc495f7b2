"""Real processes that kill themselves at a named point, started in milliseconds.

Run as a program it reads Django once and then forks a worker, a ticker or people for each order on its input. A child wraps one
function of the product and sends itself SIGKILL when that has been called so many times: no clean-up, no rollback of its own,
exactly what a power cut or the kernel's hand leaves behind.
"""

from __future__ import annotations

import functools
import inspect
import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from upheld.config.values import SOURCE_ROOT

POINTS = {
    "ticker": {
        "rows written, marks not recorded": "upheld.commitments.following._save",
        "all written, before COMMIT": "upheld.commitments.ticker.follow_many",
        "after COMMIT": "upheld.commitments.ticker.tick",
    },
    "worker": {
        "job taken, nothing done": "upheld.events.jobs.handlers_of",
        "people told, before COMMIT": "upheld.tickets.handlers.tell",
        "mail queued, before COMMIT": "upheld.tickets.handlers.mail_notice",
        "ticket raised, before COMMIT": "upheld.tickets.handlers.raise_ticket",
        "one effect done, before COMMIT": "upheld.tickets.handlers._do",
        "all done, job not marked": "upheld.events.jobs.react.func",
    },
    "listen": {
        "mail read, nothing stored": "<upheld.channels.mail.doors.committing.Committer.store",
        "rows made, before INSERT": "upheld.channels.mail.doors.committing.columns",
        "stored, before COMMIT": "upheld.channels.mail.doors.committing.Writer.before_commit",
        "after COMMIT, before 250": "upheld.channels.mail.doors.committing.Writer.after_commit",
        "250 decided, not said": "upheld.channels.mail.doors.session.Door.handle_DATA",
    },
    "fetch": {
        "fetched, nothing stored": "<upheld.channels.mail.fetching.taking._store",
        "stored, before COMMIT": "upheld.channels.mail.fetching.taking.accept",
        "after COMMIT, server not told": "upheld.channels.mail.fetching.taking._store",
        "server told, not noted": "upheld.channels.mail.fetching.server.Folder.settle",
    },
    "intake worker": {
        "job taken, nothing done": "upheld.events.jobs.handlers_of",
        "crowd claimed, nothing done": "upheld.config.companions._claimed",
        "mail looked into, not placed": "upheld.channels.mail.trust.looking._found",
        "head noted, not placed": "upheld.tickets.intake.note_head",
        "file kept, no row of it": "upheld.tickets.intake.store",
        "event and job written, before COMMIT": "upheld.events.actions.write",
        "ticket opened, before COMMIT": "upheld.tickets.intake.settle",
        "acknowledged, before COMMIT": "upheld.tickets.acknowledging._queue",
        "crowd placed, jobs not marked": "<upheld.config.companions._let_go",
        "placed, job not marked": "upheld.events.jobs.react.func",
    },
    "sending worker": {
        "try begun, nothing sent": "upheld.channels.mail.outgoing.sending._begin",
        "row held, nothing sent": "<upheld.channels.mail.outgoing.smtp.deliver",
        "taken by the other server, before COMMIT": "upheld.channels.mail.outgoing.smtp.deliver",
        "outcome noted, before COMMIT": "upheld.channels.mail.outgoing.sending._note",
        "sent, job not marked": "upheld.channels.jobs.send_mail.func",
    },
    "people": {
        "event recorded, before COMMIT": "upheld.tickets.recording.follow_many",
        "action done, before COMMIT": "upheld.tickets.actions.conversation.happened",
    },
}


class Nursery:
    """The parent of the processes, as the drill sees it."""

    def __init__(self, folder: Path, variables: Mapping[str, str]) -> None:
        self.log = (folder / "nursery.log").open("wb")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "upheld.config.tests.nursery"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log, text=True,
            env=os.environ | {"PYTHONPATH": str(SOURCE_ROOT / "src")} | dict(variables),
        )  # fmt: skip

    def start(self, name: str, point: str = "", after: int = 1, **more: Any) -> int:
        """Fork a process that kills itself when it has passed the point so many times (never, without one). Returns its id."""
        return int(self._ask({"start": name, "point": point, "after": after, **more}))

    def deaths(self) -> dict[int, int]:
        """Who died since the last look: process id -> its exit status as `subprocess` counts it (-9 for a SIGKILL)."""
        return {int(pid): status for pid, status in self._ask({"deaths": True}).items()}

    def close(self) -> None:
        """End what still lives, and wait for it."""
        if self.process.poll() is None:
            self.process.communicate(timeout=20)
        self.log.close()

    def _ask(self, order: Mapping[str, Any]) -> Any:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        assert answer, f"the nursery ended; {self.log.name} says why"
        return json.loads(answer)


# -- the other side ---------------------------------------------------------------------------------------------------------


def main() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "upheld.config.settings")
    django.setup()
    for name in (
        "cli.worker",
        "cli.ticker",
        "cli.listen",
        "cli.fetch",
        "channels.mail.doors.listener",
        "channels.mail.fetching.taking",
        "config.jobs",
        "config.schedule",
        "tickets.handlers",
        "tickets.intake",
    ):
        import_module(f"upheld.{name}")
    _read_the_policy()
    children: set[int] = set()
    for line in sys.stdin:
        order = json.loads(line)
        if "start" in order:
            child = os.fork()
            if child == 0:
                _live(order)
            children.add(child)
            answer: Any = child
        else:
            answer = _buried(children)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
    for child in children:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def _read_the_policy() -> None:
    """Once for all children, who would each spend half their life on it."""
    from django.db import connections

    from upheld.commitments.policies import in_force, promises_of, version_in_force

    in_force()
    promises_of(version_in_force().pk, "ticket")
    connections.close_all()


def _buried(children: set[int]) -> dict[int, int]:
    dead = {}
    for child in list(children):
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid:
            children.remove(child)
            dead[child] = os.waitstatus_to_exitcode(status)
    return dead


def _live(order: Mapping[str, Any]) -> None:
    """The whole life of a child."""
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    random.seed()
    try:
        name = order["start"]
        if order["point"]:
            die_at(POINTS[name][order["point"]], order["after"])
        if name == "people":
            from upheld.config.tests.drill import people

            people(order["seed"])
            status = 0
        else:
            if name.endswith(" worker"):
                setattr(import_module("upheld.channels.mail.outgoing.sending"), "PAUSES", (1,))  # noqa: B010
            status = import_module(f"upheld.cli.{name.split()[-1]}").main([])
    except BaseException:  # noqa: BLE001 - a child must never return into its parent's loop
        import traceback

        traceback.print_exc()
        status = 1
    sys.stderr.flush()
    os._exit(status)


def die_at(path: str, after: int) -> None:
    """Let the process die when the function of that dotted path has ended for the `after`th time with something done.

    With `<` before the path it dies when it is called so many times, before anything of it is done.
    """
    is_before = path.startswith("<")
    home, name = _home(path.removeprefix("<"))
    function: Callable[..., Any] = getattr(home, name)
    passed = 0

    def pass_by(result: Any) -> None:
        nonlocal passed
        is_idle = name in ("tick", "raise_ticket", "_claimed") and not result
        passed += not is_idle
        if passed == after and not is_idle:
            os.kill(os.getpid(), signal.SIGKILL)

    @functools.wraps(function)
    def deadly(*given: Any, **named: Any) -> Any:
        if is_before:
            pass_by(True)
        result = function(*given, **named)
        if not is_before:
            pass_by(result)
        return result

    @functools.wraps(function)
    async def deadly_later(*given: Any, **named: Any) -> Any:
        if is_before:
            pass_by(True)
        result = await function(*given, **named)
        if not is_before:
            pass_by(result)
        return result

    setattr(home, name, deadly_later if inspect.iscoroutinefunction(function) else deadly)


def _home(path: str) -> tuple[Any, str]:
    """The module, or the object in it, that has the name."""
    home, _, name = path.rpartition(".")
    try:
        return import_module(home), name
    except ModuleNotFoundError:
        above, owner = _home(home)
        return getattr(above, owner), name


if __name__ == "__main__":
    main()
