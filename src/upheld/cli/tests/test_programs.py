"""bin/: works from any folder, starts at once, and says what it needs."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest

from upheld.cli.tests.pace import slowness
from upheld.config.values import SOURCE_ROOT

BIN = SOURCE_ROOT / "bin"


def variables() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("UPHELD_")}


def run(*command: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    words = [str(word) for word in command]
    return subprocess.run(words, cwd=cwd, env=variables(), capture_output=True, text=True, check=False)


def test_the_command_line_starts_at_once_from_anywhere(tmp_path: Path) -> None:
    """Under half a second, the best of three, on an idle machine; through a link as well."""
    link = tmp_path / "upheld"
    link.symlink_to(BIN / "upheld")
    policy = SOURCE_ROOT / "policies" / "techflow"
    seconds = []
    for program in (BIN / "upheld", link, link):
        began = time.perf_counter()
        done = run(
            program, "hours", "add", "--policy", policy, "--calendar", "always", "--start", "2026-03-02T14:00:00Z",
            "--duration", "4h", "--json", cwd=tmp_path,
        )  # fmt: skip
        seconds.append(time.perf_counter() - began)
        assert (done.returncode, done.stdout) == (0, '{"end": "2026-03-02T18:00:00Z"}\n'), done.stderr
    assert min(seconds) < 0.5 * slowness() ** 2  # both cores work for other tests: it waits its turn and runs slower


def test_without_a_python_it_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "cat").symlink_to("/bin/cat")
    script = f'. "{BIN}/environment.sh"; PATH={tmp_path}; UPHELD_PYTHON=; find_python'
    done = subprocess.run(["/bin/bash", "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "needs Python 3.11 or newer" in done.stderr
    assert "apt-get install" in done.stderr


def test_a_measurement_that_does_not_exist_lists_those_that_do(tmp_path: Path) -> None:
    done = run(BIN / "bench", "atlantis", cwd=tmp_path)
    assert done.returncode == 2
    assert "usage: bin/bench NAME" in done.stderr


@pytest.mark.parametrize("name", ["upheld", "demo", "test", "lint", "lock", "bench"])
def test_every_program_is_executable(name: str) -> None:
    assert os.access(BIN / name, os.X_OK)


def test_the_lists_of_packages_name_no_place() -> None:
    """Where packages come from is the machine's business."""
    for name in ("requirements.txt", "requirements-image.txt", "requirements-dev.txt"):
        text = (SOURCE_ROOT / name).read_text()
        assert "://" not in text
        assert "--index-url" not in text
        assert "--hash=sha256:" in text
