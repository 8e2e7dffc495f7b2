"""How a process learns that it shall end: by SIGTERM or SIGINT, or because the one that started it is gone."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
from types import FrameType

SUPERVISOR = "UPHELD_SUPERVISOR_PID"
PR_SET_PDEATHSIG = 1


def told_to_stop() -> threading.Event:
    """An event that is set by SIGTERM and SIGINT. Call it once, in the main thread."""
    stop = threading.Event()

    def hear(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, hear)
    signal.signal(signal.SIGINT, hear)
    end_with_supervisor()
    return stop


def end_with_supervisor() -> None:
    """Under a supervisor that is killed, get a SIGTERM instead of living on as an orphan. Linux only; else nothing."""
    supervisor = os.environ.get(SUPERVISOR)
    if supervisor is None or sys.platform != "linux":
        return
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != int(supervisor):  # it was gone before we asked
        os.kill(os.getpid(), signal.SIGTERM)
