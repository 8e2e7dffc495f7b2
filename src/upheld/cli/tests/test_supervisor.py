"""What dies is started again; what is told to stop stops, all of it, at once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from upheld.cli.demo.supervisor import GRACE, Supervisor

SLEEPS = [sys.executable, "-c", "import time; print('up', flush=True); time.sleep(60)"]
DEAF = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)",
]
FAILS = [sys.executable, "-c", "raise SystemExit(3)"]


def until(is_so: Callable[[], object], supervisor: Supervisor | None = None, seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "it never came to that"
        if supervisor:
            supervisor.look()
        time.sleep(0.02)


@pytest.fixture
def supervise(tmp_path: Path) -> Iterator[Callable[..., Supervisor]]:
    made: list[Supervisor] = []

    def make(**commands: list[str]) -> Supervisor:
        made.append(Supervisor(commands, variables=dict(os.environ), logs=tmp_path))
        made[-1].start()
        return made[-1]

    yield make
    for supervisor in made:
        supervisor.stop()


def is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_a_killed_child_is_started_again(supervise: Callable[..., Supervisor]) -> None:
    supervisor = supervise(one=SLEEPS, other=SLEEPS)
    one, other = supervisor.children["one"], supervisor.children["other"]
    first, untouched = one.pid, other.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    until(lambda: one.pid not in (None, first), supervisor)
    assert one.starts == 2
    assert other.pid == untouched


def test_a_child_that_dies_at_once_is_not_started_in_a_frenzy(supervise: Callable[..., Supervisor]) -> None:
    supervisor = supervise(fails=FAILS)
    began = time.monotonic()
    while time.monotonic() - began < 2:
        supervisor.look()
        time.sleep(0.02)
    assert 2 <= supervisor.children["fails"].starts <= 5


def test_a_clean_stop_ends_all(supervise: Callable[..., Supervisor], tmp_path: Path) -> None:
    supervisor = supervise(one=SLEEPS, other=SLEEPS)
    until(lambda: all("up" in (tmp_path / f"{name}.log").read_text() for name in ("one", "other")))
    pids = [child.pid for child in supervisor.children.values()]
    began = time.monotonic()
    supervisor.stop()
    assert time.monotonic() - began < 1
    assert all(pid and is_gone(pid) for pid in pids)


def test_what_does_not_listen_is_ended_by_force(supervise: Callable[..., Supervisor], tmp_path: Path) -> None:
    supervisor = supervise(deaf=DEAF)
    until(lambda: "up" in (tmp_path / "deaf.log").read_text())
    pid = supervisor.children["deaf"].pid
    began = time.monotonic()
    supervisor.stop()
    assert GRACE - 0.5 < time.monotonic() - began < 5
    assert pid is not None
    assert is_gone(pid)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's end")
def test_children_do_not_outlive_a_killed_supervisor(tmp_path: Path) -> None:
    child = (
        "from upheld.cli.stopping import told_to_stop; stop = told_to_stop(); print('up', flush=True); stop.wait(60)"
    )
    parent = f"""
import os, sys, time
from pathlib import Path
from upheld.cli.demo.supervisor import Supervisor
supervisor = Supervisor({{"one": [sys.executable, "-c", {child!r}]}}, variables=dict(os.environ), logs=Path({str(tmp_path)!r}))
supervisor.start()
print(supervisor.children["one"].pid, flush=True)
time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", parent], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        pid = int(process.stdout.readline())
        until(lambda: "up" in (tmp_path / "one.log").read_text())
        process.kill()
    until(lambda: is_gone(pid) or Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z")
