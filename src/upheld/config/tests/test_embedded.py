"""One server for all processes of a data folder, stopped with the last of them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from upheld.config import reviving
from upheld.config.embedded import Cluster, EmbeddedDatabaseFailed, attach, cluster_in, is_dead
from upheld.config.tests.processes import until

HOLD = """
import sys, time
from pathlib import Path
from upheld.config.embedded import attach, cluster_in
held = attach(cluster_in(Path(sys.argv[1]), durable=False))
print("held", flush=True)
time.sleep(60)
"""


def answers(cluster: Cluster) -> bool:
    try:
        with psycopg.connect(cluster.url(), connect_timeout=2) as connection:
            return connection.execute("SELECT 1").fetchone() == (1,)
    except psycopg.OperationalError:
        return False


@pytest.fixture
def small(tmp_path: Path) -> Cluster:
    return cluster_in(tmp_path, durable=False)


def test_the_last_to_leave_stops_the_server(small: Cluster) -> None:
    first, second = attach(small), attach(small)
    assert answers(small)
    first.detach()
    assert answers(small)
    second.detach()
    second.detach()
    assert not answers(small)


def test_what_was_written_is_there_after_a_stop(small: Cluster) -> None:
    held = attach(small)
    with psycopg.connect(held.url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 'ÄÖ' AS word")
    held.detach()
    held = attach(small)
    with psycopg.connect(held.url) as connection:
        assert connection.execute("SELECT lower(word) FROM kept").fetchone() == ("äö",)
    held.detach()


def test_a_killed_process_holds_nothing(small: Cluster) -> None:
    other = subprocess.Popen([sys.executable, "-c", HOLD, str(small.folder.parent)], stdout=subprocess.PIPE, text=True)
    assert other.stdout is not None
    assert other.stdout.readline() == "held\n"
    held = attach(small)
    other.send_signal(signal.SIGKILL)
    other.wait()
    other.stdout.close()
    assert answers(small)
    held.detach()
    assert not answers(small)


def test_processes_that_start_at_once_share_one_server(small: Cluster) -> None:
    command = [sys.executable, "-c", HOLD, str(small.folder.parent)]
    others = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    try:
        for other in others:
            assert other.stdout is not None
            assert other.stdout.readline() == "held\n"
        assert answers(small)
    finally:
        for other in others:
            other.kill()
            other.wait()
            assert other.stdout is not None
            other.stdout.close()
        attach(small).detach()
    assert not answers(small)


def test_a_server_that_died_is_started_again(small: Cluster) -> None:
    held = attach(small)
    postmaster = int((small.data / "postmaster.pid").read_text().splitlines()[0])
    os.kill(postmaster, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while answers(small) and time.monotonic() < deadline:
        time.sleep(0.05)
    again = attach(small)
    assert answers(small)
    held.detach()
    again.detach()


def test_an_own_server_is_durable(tmp_path: Path) -> None:
    held = attach(cluster_in(tmp_path))
    with psycopg.connect(held.url) as connection:
        for name in ("fsync", "synchronous_commit", "full_page_writes"):
            assert connection.execute("SELECT current_setting(%s)", (name,)).fetchone() == ("on",)
        assert connection.execute("SELECT current_setting('listen_addresses')").fetchone() == ("",)
    held.detach()


def test_a_long_path_gets_a_socket_elsewhere(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 60) / ("e" * 60)
    held = attach(cluster_in(deep, durable=False))
    assert answers(held.cluster)
    held.detach()


def test_a_folder_that_cannot_be_used_is_explained(small: Cluster) -> None:
    small.data.mkdir(parents=True)
    (small.data / "PG_VERSION").write_text("9.0\n")
    with pytest.raises(EmbeddedDatabaseFailed, match="Remedy"):
        attach(small)


def test_a_server_that_died_is_started_again_for_whoever_holds_it(
    small: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reviving, "EVERY", 0.1)
    held = attach(small)
    reviving.keep_up(held)
    os.kill(int((small.data / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
    until(lambda: is_dead(small) or answers(small), 5)
    until(lambda: answers(small), 30)
    held.detach()
    assert not answers(small)
    assert is_dead(small)
