"""The web processes, as users meet them: they come up, they survive a lost database, they end when told."""

from __future__ import annotations

import signal
import socket
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from upheld.config import embedded
from upheld.config.tests.processes import Processes, until

SOME_SESSION = f"session={'s' * 32}"  # a cookie that must be looked up in the database


def answer(url: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(
            urllib.request.Request(url, headers={"Cookie": SOME_SESSION}), timeout=10
        ) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


@pytest.mark.django_db(transaction=True)
def test_web_processes_come_up_and_end_when_told(processes: Processes, free_port: int) -> None:
    url = processes.serve(free_port)
    assert answer(f"{url}/health/live") == (200, '{"status": "ok"}')
    assert "upheld_request_seconds" in answer(f"{url}/metrics")[1]
    idle = socket.create_connection(("127.0.0.1", free_port))  # a browser that keeps its connection
    idle.sendall(b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert idle.recv(100).startswith(b"HTTP/1.1 200")
    began = time.monotonic()
    processes.started[0].send_signal(signal.SIGTERM)
    assert processes.started[0].wait(5) == 0
    assert time.monotonic() - began < 5
    idle.close()


def test_a_lost_database_is_a_503_and_comes_back(processes: Processes, free_port: int, data: Path) -> None:
    """On a server of its own, since it is stopped under the feet of the web process."""
    held = embedded.attach(embedded.cluster_in(data, durable=False))
    own = {"DATABASE_URL": held.url, "UPHELD_DATABASE_POOL": "4"}
    assert processes("migrate", "--quiet", **own).wait(120) == 0
    url = processes.serve(free_port, **own)
    page = f"{url}/accounts/login/"
    assert answer(page)[0] == 200
    held.detach()
    began = time.monotonic()
    assert answer(f"{url}/health/ready")[0] == 503
    assert time.monotonic() - began < 8
    status, text = answer(page)
    assert (status, "Traceback" in text) == (503, False), text[:500]
    held = embedded.attach(held.cluster)
    try:
        until(lambda: answer(f"{url}/health/ready")[0] == 200, 15)
    finally:
        processes.end()
        held.detach()
