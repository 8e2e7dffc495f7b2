"""A whole desk, started and stopped as a user would; and the scenario that `bin/demo --check` plays on it."""

from __future__ import annotations

import json
import os
import re
import signal
import smtplib
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path

import psutil
import pytest

from upheld.cli.demo.ports import free_port, is_free
from upheld.cli.demo.sink import Sink
from upheld.config.tests.processes import until

pytestmark = pytest.mark.xdist_group("demo")  # a desk at a time


def words(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "upheld", "demo", *arguments]


def variables() -> dict[str, str]:
    return {
        name: value for name, value in os.environ.items() if not name.startswith("UPHELD_") and name != "DATABASE_URL"
    }


@contextmanager
def running(data: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        words("--data", str(data), "--port", str(port)),
        env=variables(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        assert process.stdout
        process.stdout.close()


def invitation(process: subprocess.Popen[str]) -> str:
    """What it prints until it is open."""
    assert process.stdout
    lines: list[str] = []
    for line in process.stdout:
        lines.append(line)
        if "Ctrl-C" in line:
            break
    return "".join(lines)


def test_a_desk_opens_says_how_to_sign_in_and_ends_when_told(tmp_path: Path) -> None:
    port = free_port()
    with running(tmp_path, port) as process:
        said = invitation(process)
        assert f"http://localhost:{port}/desk/" in said
        for role in ("Agent", "Team lead", "Administrator", "Customer", "Account administrator"):
            assert re.search(rf"^  {role} +\S+@\S+\.example", said, re.MULTILINE), said
        with urllib.request.urlopen(f"http://localhost:{port}/health/ready", timeout=10) as response:
            assert response.status == 200
        children = psutil.Process(process.pid).children(recursive=True)
        assert len(children) >= 4
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
        assert time.monotonic() - began < 5
        assert not [child for child in children if child.is_running() and child.status() != psutil.STATUS_ZOMBIE]
        assert not (tmp_path / "postgres" / "data" / "postmaster.pid").exists()


def test_a_port_that_is_taken_is_said(tmp_path: Path) -> None:
    port = free_port()
    sink = Sink(port)
    sink.start()
    try:
        done = subprocess.run(words("--port", str(port)), env=variables(), capture_output=True, text=True, check=False)
    finally:
        sink.stop()
    assert done.returncode == 1
    assert f"Somebody listens on port {port}" in done.stderr


def test_a_policy_that_is_not_there_is_said(tmp_path: Path) -> None:
    command = words("--policy", "atlantis", "--data", str(tmp_path / "x"))
    done = subprocess.run(command, env=variables(), capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "there is no folder “atlantis”" in done.stderr
    assert not (tmp_path / "x").exists()


def test_the_whole_way_of_a_mail_with_a_killed_worker(tmp_path: Path) -> None:
    done = subprocess.run(
        words("--check"), env=variables() | {"TMPDIR": str(tmp_path)}, capture_output=True, text=True, check=False
    )
    assert done.stdout, done.stderr
    seen = json.loads(done.stdout)
    assert (done.returncode, seen["ok"]) == (0, True), done.stdout + done.stderr
    assert seen["worker_is_back"]["pid"] != seen["worker_killed"]["pid"]
    assert seen["acknowledgement"]["promise"]
    assert seen["reply"]["is_threaded"]
    assert "first-response" in seen["kept"]["clauses"]
    assert seen["verify"]["exit"] == 0
    assert not list(tmp_path.iterdir())


def test_the_sink_keeps_what_it_accepts(tmp_path: Path) -> None:
    sink = Sink(free_port(), tmp_path / "sent")
    sink.start()
    try:
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = "a@x.example", "b@y.example", "Grüße"
        message.set_content("Schön.\n")
        with smtplib.SMTP("127.0.0.1", sink.port) as smtp:
            smtp.send_message(message)
        mail = sink.wait_for(lambda mail: mail.message["Subject"] == "Grüße", seconds=5)
        assert mail is not None
        assert mail.text == "Schön.\n"
        assert (mail.sender, mail.recipients) == ("a@x.example", ("b@y.example",))
        assert [file.read_bytes() for file in (tmp_path / "sent").iterdir()] == [mail.raw]
        assert sink.wait_for(lambda mail: mail.sender == "nobody", seconds=0.1) is None
    finally:
        sink.stop()
    until(lambda: is_free(sink.port), 5)
