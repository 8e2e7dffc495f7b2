"""What the fold reads and what it yields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from upheld.kernel.instants import iso

RUNNING, PAUSED, KEPT, BREACHED, VOID, WAIVED = "running", "paused", "kept", "breached", "void", "waived"
MICROSECONDS = 1_000_000


class Event(msgspec.Struct, frozen=True, gc=False):
    """A fact about a subject. `at` is microseconds since 1970 in UTC; attributes in `data` hold from this event on."""

    at: int
    kind: str
    subject: str = ""
    actor: str = ""
    data: Mapping[str, Any] = {}


class CommitmentState(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """One cycle of one clause as it stands. Instants and durations in microseconds; durations are open time without pauses.

    `due_at` is null while paused, and after the end what it was then. `used` runs from the beginning to the end, also
    past the target; `late` is the part after `due_at`: null while a breached cycle is awaited, zero for one that was
    not breached. `marks` are the warnings that were given and the breach. `next_wake_at` is the instant after which
    time alone changes the state, or begins the next cycle.
    """

    clause: str
    cycle: int
    state: str
    began_at: int
    due_at: int | None
    ended_at: int | None
    used: int
    late: int | None
    target: int
    calendar: str
    since_at: int
    used_at_since: int
    marks: tuple[tuple[str, int], ...] = ()
    next_wake_at: int | None = None

    @property
    def is_awaited(self) -> bool:
        """Somebody still has to act: it runs, is paused, or was breached and is not fulfilled yet."""
        return self.ended_at is None

    def as_line(self, subject: str) -> dict[str, Any]:
        """The form of `upheld replay`."""
        return {
            "subject": subject,
            "clause": self.clause,
            "cycle": self.cycle,
            "state": self.state,
            "began_at": iso(self.began_at),
            "due_at": None if self.due_at is None else iso(self.due_at),
            "ended_at": None if self.ended_at is None else iso(self.ended_at),
            "used_seconds": seconds(self.used),
            "late_seconds": None if self.late is None else seconds(self.late),
        }


def seconds(microseconds: int) -> int | float:
    """Whole seconds as an integer, others with their fraction."""
    whole, rest = divmod(microseconds, MICROSECONDS)
    return microseconds / MICROSECONDS if rest else whole
