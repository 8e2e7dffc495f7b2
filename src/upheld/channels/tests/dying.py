"""Imported first by a listener that shall die: it kills itself, as by a loss of power, at a named point of its work.

`DIE` is the point (before_commit, after_commit), `DIE_AFTER` how many batches it lives through.
"""

from __future__ import annotations

import os
import signal
from functools import partial

from upheld.channels.mail.doors import committing, listener

POINT = os.environ.get("DIE", "")
lives = int(os.environ.get("DIE_AFTER", "0"))


def _die_at(point: str) -> None:
    global lives
    if point == POINT:
        lives -= 1
        if lives < 0:
            os.kill(os.getpid(), signal.SIGKILL)


class MortalWriter(committing.Writer):
    async def before_commit(self) -> None:
        _die_at("before_commit")

    async def after_commit(self) -> None:
        _die_at("after_commit")


setattr(listener, "Committer", partial(committing.Committer, writer=MortalWriter))  # noqa: B010
