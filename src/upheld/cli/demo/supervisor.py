"""Keeps a desk's processes alive: starts them, starts again what dies, and stops them all when told."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from upheld.cli.stopping import SUPERVISOR

LOOK_EVERY = 0.1
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 10.0
LONG_ENOUGH_TO_BE_WELL = 10.0
GRACE = 4.0  # seconds from the wish to stop until the end is forced


@dataclass(slots=True)
class Child:
    """One process that shall always run."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    starts: int = 0
    started_at: float = 0.0
    pause: float = FIRST_PAUSE
    start_at: float = 0.0  # when it may be started again
    log: IO[bytes] | None = field(default=None, repr=False)

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def pid(self) -> int | None:
        return self.process.pid if self.process and self.is_running else None


class Supervisor:
    """Children by name. Their output goes to one file each in `logs`; what happens to them is told through `say`."""

    def __init__(self, commands: Mapping[str, Sequence[str]], *, variables: Mapping[str, str], logs: Path) -> None:
        self.children = {name: Child(name, command) for name, command in commands.items()}
        self.variables = {**variables, SUPERVISOR: str(os.getpid())}
        self.logs = logs

    @classmethod
    def of_commands(cls, names: Sequence[str], *, variables: Mapping[str, str], logs: Path) -> Supervisor:
        """Processes of this program: `upheld NAME`."""
        return cls({name: [sys.executable, "-m", "upheld", name] for name in names}, variables=variables, logs=logs)

    def start(self) -> None:
        self.logs.mkdir(parents=True, exist_ok=True)
        for child in self.children.values():
            self._start(child)

    def run(self, stop: threading.Event) -> None:
        """Look after the children until told to stop. Does not stop them: `stop` does."""
        while not stop.wait(LOOK_EVERY):
            self.look()

    def look(self) -> None:
        """Start again what has died, with longer pauses for what dies again and again."""
        now = time.monotonic()
        for child in self.children.values():
            if child.process is None:
                if now >= child.start_at:
                    self._start(child)
            elif child.process.poll() is not None:
                self._bury(child, now)

    def stop(self) -> None:
        """Ask all to end, wait, and end by force what does not. Returns when none is left."""
        running = [child.process for child in self.children.values() if child.process and child.is_running]
        for process in running:
            process.terminate()
        deadline = time.monotonic() + GRACE
        for process in running:
            try:
                process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        for child in self.children.values():
            if child.log:
                child.log.close()

    def _start(self, child: Child) -> None:
        if child.log is None:
            child.log = (self.logs / f"{child.name}.log").open("ab")
        child.process = subprocess.Popen(
            child.command,
            stdin=subprocess.DEVNULL,
            stdout=child.log,
            stderr=subprocess.STDOUT,
            env=self.variables,
            start_new_session=True,  # a Ctrl-C in the terminal is ours to pass on
        )
        child.starts += 1
        child.started_at = time.monotonic()

    def _bury(self, child: Child, now: float) -> None:
        assert child.process is not None
        was_well = now - child.started_at >= LONG_ENOUGH_TO_BE_WELL
        child.pause = FIRST_PAUSE if was_well else min(LONGEST_PAUSE, child.pause * 2)
        child.start_at = now + (0 if was_well or child.starts == 1 else child.pause)
        print(f"{child.name} ended ({child.process.returncode}); starting it again", file=sys.stderr, flush=True)
        child.process = None
