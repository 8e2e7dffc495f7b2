"""What ended its worker several times is done in a process of its own, so that it takes nobody along and its guilt is certain.

A mail that no process survives ends in quarantine with that as its reason; any other event's job is given up and counted.
"""

from __future__ import annotations

import resource
import signal
import subprocess
import sys
from typing import Final

import structlog
from procrastinate.contrib.django import app

from upheld.events.jobs import RETRY, react
from upheld.events.models import Event
from upheld.kernel.keys import number_of

log = structlog.stdlib.get_logger("upheld.jobs")

NAME: Final = "events.react_alone"
AFTER: Final = 3
"""Workers that fell silent while they were at it; one is bad luck, and two may be."""
PATIENCE: Final = 300.0
MEMORY: Final = 3 << 30  # bytes of address space, of which a healthy process uses a third
MAILS: Final = frozenset({"message.received", "message.released", "message.run_again"})


class NotSurvived(Exception):
    """The process that did it ended by force, or never."""


@app.task(name=NAME, retry=RETRY)
def react_alone(event_id: int) -> None:
    """As `events.react`, in a child. Raises NotSurvived, or RuntimeError when a handler failed as it may in a worker."""
    try:
        code = subprocess.run(child(event_id), timeout=PATIENCE, check=False).returncode
    except subprocess.TimeoutExpired:
        code = -signal.SIGXCPU
    if code > 0:
        raise RuntimeError("a handler failed, see the log")
    if code < 0:
        _give_up(Event.objects.get(pk=event_id), -code)


def _give_up(event: Event, sign: int) -> None:
    from upheld.tickets.intake import quarantine

    log.error("ended the process that did it", kind=event.kind, subject=event.subject, signal=sign)
    if event.kind not in MAILS:
        raise NotSurvived(f"signal {sign}")
    quarantine(number_of(event.subject), "Reading it ends the process that reads it, every time.")


def child(event_id: int) -> list[str]:
    """The command of the process."""
    return [
        sys.executable,
        "-c",
        "import django; django.setup(); from upheld.config.alone import main; main()",
        str(event_id),
    ]


def main() -> None:
    """What the child does, with no more memory than a mail may cost."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    react.func(int(sys.argv[1]))
