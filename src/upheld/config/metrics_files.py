"""Where the processes of one host keep the counters that they share. Nothing of the metrics library is imported here:
it decides at its first import whether it shares.
"""

from __future__ import annotations

import os
import shutil
import socket
from pathlib import Path

SHARED_FILES = "PROMETHEUS_MULTIPROC_DIR"


def share_counters(data: Path) -> None:
    """Let this process and its children add to the host's counters."""
    folder = _folder(data)
    folder.mkdir(parents=True, exist_ok=True)
    os.environ[SHARED_FILES] = str(folder)


def forget_counters(data: Path) -> None:
    """Begin from zero: for who starts all processes of a host."""
    shutil.rmtree(_folder(data), ignore_errors=True)


def _folder(data: Path) -> Path:
    return data / "metrics" / socket.gethostname()
