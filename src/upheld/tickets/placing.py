"""The place of a received mail, and why."""

from __future__ import annotations

from dataclasses import dataclass

from upheld.channels.models import ReceivedMail
from upheld.tickets.models import Ticket


@dataclass(frozen=True, slots=True)
class Place:
    """A final state, a reason in words, and the subject that the mail belongs to."""

    state: ReceivedMail.State
    reason: str = ""
    outcome: str = ""


def message(ticket: Ticket) -> Place:
    return Place(ReceivedMail.State.MESSAGE, outcome=ticket.key)


def suspended(reason: str, ticket: Ticket | None = None) -> Place:
    """Held until somebody decides. `ticket` only says what it is about."""
    return Place(ReceivedMail.State.SUSPENDED, reason, ticket.key if ticket is not None else "")


def dropped(reason: str) -> Place:
    return Place(ReceivedMail.State.DROPPED, reason)
