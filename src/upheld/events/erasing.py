"""The one lawful way in which an event goes: retention and erasure, which are events too."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction

from upheld.events.actions import record
from upheld.events.actors import Actor
from upheld.events.models import Event


@transaction.atomic
def erase(events: Sequence[int], *, by: Actor, at: datetime, because: str) -> int:
    """Remove events for good and record for each that it was, by whom and why. Returns how many there were.

    Their seals keep their hashes, so the chain holds, and `verify` tells an erased event from one that was made to vanish.
    `because` names a rule or a request by its key; it is no place for what was erased.
    """
    numbers = list(Event.objects.filter(pk__in=events).order_by("id").values_list("id", flat=True))
    for number in numbers:
        record("event.erased", f"event:{number}", by=by, at=at, data={"because": because, "leaf": None})
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL upheld.erasing = 'on'")
        cursor.execute("DELETE FROM events_event WHERE id = ANY(%s)", [numbers])
        cursor.execute("SET LOCAL upheld.erasing = 'off'")
    return len(numbers)
