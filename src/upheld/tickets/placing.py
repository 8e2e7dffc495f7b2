"""The place of a received mail, and why."""

from __future__ import annotations

from dataclasses import dataclass

from upheld.channels.models import ReceivedMail
from upheld.tickets.models import Ticket


@dataclass(frozen=True, slots=True)
class Place:
    """A final state, a reason in words, and the subject that the mail belongs to. `why` stands on the mail's way only."""

    state: ReceivedMail.State
    reason: str = ""
    outcome: str = ""
    why: str = ""


def message(ticket: Ticket, why: str = "") -> Place:
    return Place(ReceivedMail.State.MESSAGE, outcome=ticket.key, why=why)


def suspended(reason: str, ticket: Ticket | None = None) -> Place:
    """Held until somebody decides. `ticket` only says what it is about."""
    return Place(ReceivedMail.State.SUSPENDED, reason, ticket.key if ticket is not None else "")


def dropped(reason: str) -> Place:
    return Place(ReceivedMail.State.DROPPED, reason)
