"""What the customer thinks of how it went."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from upheld.events.actors import Actor
from upheld.tickets.actions.errors import NotResolved, Refused
from upheld.tickets.models import Ticket
from upheld.tickets.recording import happened, lock

LOWEST, HIGHEST = 1, 5


@transaction.atomic
def rate(ticket: Ticket, *, score: int, by: Actor, at: datetime, words: str = "") -> None:
    """Keep a score from 1 to 5, and words, with the resolution that it speaks of. A second rating replaces the first.

    Raises NotResolved while the ticket is open.
    """
    lock(ticket)
    if not LOWEST <= score <= HIGHEST:
        raise Refused(f"Choose from {LOWEST} to {HIGHEST}.")
    resolution = ticket.resolutions.filter(reopened_at=None).first()
    if resolution is None:
        raise NotResolved("You can rate a request once it is settled.")
    resolution.record = {**resolution.record, "rating": score, "rating_words": words.strip()[:2000]}
    resolution.save(update_fields=["record"])
    happened(ticket, "rated", by=by, at=at, score=score)
