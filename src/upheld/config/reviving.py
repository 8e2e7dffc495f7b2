"""An embedded server that died is started again by whoever holds it, for as long as they hold it.

PostgreSQL ends by itself when it cannot write its log: when the disk is full, above all. It has lost nothing then, and it does
not come back by itself. With this, it does as soon as there is room, and nobody has to know of it.
"""

from __future__ import annotations

import os
import threading
from typing import Final

import structlog

from upheld.config.embedded import Attachment, EmbeddedDatabaseFailed, is_dead, revive

log = structlog.stdlib.get_logger("upheld.database")
EVERY: Final = 2.0  # seconds between two looks, each of which reads one small file


def keep_up(held: Attachment) -> None:
    """Look after the server from now until `held` is let go, in a thread of its own."""
    threading.Thread(target=_look_after, args=[held], name="embedded database", daemon=True).start()


def _look_after(held: Attachment) -> None:
    pause, pid = threading.Event(), os.getpid()
    while held.hold is not None and os.getpid() == pid:
        if is_dead(held.cluster):
            _start_again(held)
        pause.wait(EVERY)


def _start_again(held: Attachment) -> None:
    try:
        if revive(held):
            log.warning("the embedded database had ended and was started again")
    except (EmbeddedDatabaseFailed, OSError) as reason:
        log.warning("the embedded database has ended and does not start yet", reason=str(reason).strip()[-300:])
