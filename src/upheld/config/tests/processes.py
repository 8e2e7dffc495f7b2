"""Real processes of the desk, on the database of the test that starts them."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import quote

from django.db import connection

from upheld.config.values import SOURCE_ROOT

Process = subprocess.Popen[bytes]


def until(is_so: Callable[[], object], seconds: float = 10, *, every: float = 0.05) -> None:
    """Wait until it is so; fail the test when it does not come to that within the time."""
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, f"it did not come to that within {seconds} s"
        time.sleep(every)


def database_url() -> str:
    """The test's own database, as a process started by it must name it."""
    at = connection.settings_dict
    access = quote(str(at["USER"])) + (f":{quote(str(at['PASSWORD']))}" if at["PASSWORD"] else "")
    return f"postgresql://{access}@/{at['NAME']}?host={quote(str(at['HOST']), safe='/')}&port={at['PORT'] or 5432}"


class Processes:
    """Starts `upheld NAME` as often as asked, and ends by force what the test leaves behind.

    `processes("worker", UPHELD_STALLED_AFTER="2")` – the test needs `transactional_db`, since another process sees only what
    was committed. `modules` are imported first, for jobs that only a test declares.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.started: list[Process] = []

    def __call__(self, name: str, *arguments: str, modules: Sequence[str] = (), **variables: str) -> Process:
        command = [sys.executable, "-m", "upheld", name, *arguments]
        if modules:
            prepare = "import django; django.setup();" + "".join(f"import {module};" for module in modules)
            code = f"{prepare} from upheld.cli.main import main; raise SystemExit(main({[name, *arguments]!r}))"
            command = [sys.executable, "-c", code]
        environment = os.environ | {
            "DATABASE_URL": database_url(),
            "DJANGO_SETTINGS_MODULE": "upheld.config.settings",
            "PYTHONPATH": str(SOURCE_ROOT / "src"),
            "UPHELD_DATA": str(self.folder),
            **variables,
        }
        log = (self.folder / f"{name}-{len(self.started)}.log").open("wb")
        with log:
            process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        self.started.append(process)
        return process

    def serve(self, port: int, **variables: str) -> str:
        """Web processes on this port, ready when this returns. Returns the address."""
        url = f"http://127.0.0.1:{port}"
        process = self("serve", UPHELD_PORT=str(port), UPHELD_URL=url, UPHELD_WEB_WORKERS="1", **variables)
        until(lambda: process.poll() is not None or is_ready(url), 30)
        assert process.poll() is None, "the web process ended; its log lies in the test's folder"
        return url

    def end(self) -> None:
        for process in self.started:
            process.terminate()
        for process in self.started:
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def is_ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/health/ready", timeout=2) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False
