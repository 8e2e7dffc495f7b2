"""What concerns only the reader: how far they have read, and what they have not sent yet. No event is recorded for either."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from django.db import connection

from upheld.people.models import Person
from upheld.tickets.models import Draft, Ticket

READ = """
WITH light AS (SELECT set_config('synchronous_commit', 'off', true))
INSERT INTO tickets_reading (person_id, ticket_id, read_at) SELECT %s, %s, %s FROM light
ON CONFLICT (person_id, ticket_id) DO UPDATE SET read_at = greatest(tickets_reading.read_at, excluded.read_at)
"""

DROP = "DELETE FROM tickets_draft WHERE person_id = %s AND ticket_id = %s AND is_internal = %s"


class Numbered(Protocol):
    """A ticket, or what a page knows of one."""

    @property
    def pk(self) -> int: ...


def mark_read(ticket: Numbered, person: Person, *, at: datetime) -> None:
    """Up to here the person has read the ticket; never further back.

    One statement, and no wait for the disk: after a crash a ticket may be bold once more, and that is all.
    """
    with connection.cursor() as cursor:
        cursor.execute(READ, [person.pk, ticket.pk, at])


def keep_draft(ticket: Ticket, person: Person, *, text: str, is_internal: bool) -> Draft | None:
    """Keep what was typed so far, in place of what was kept before. An empty text drops the draft."""
    if not text.strip():
        drop_draft(ticket, person, is_internal=is_internal)
        return None
    draft, _ = Draft.objects.update_or_create(
        ticket=ticket, person=person, is_internal=is_internal, defaults={"text": text}
    )
    return draft


def drop_draft(ticket: Ticket, person: Person, *, is_internal: bool) -> None:
    """What the person had begun to write there is gone: it was sent, or thrown away."""
    with connection.cursor() as cursor:
        cursor.execute(DROP, [person.pk, ticket.pk, is_internal])
