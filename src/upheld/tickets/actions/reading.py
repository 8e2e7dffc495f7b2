"""What concerns only the reader: how far they have read, and what they have not sent yet. No event is recorded for either."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from upheld.people.models import Person
from upheld.tickets.models import Draft, Ticket


def mark_read(ticket: Ticket, person: Person, *, at: datetime) -> None:
    """Up to here the person has read the ticket; never further back. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO tickets_reading (person_id, ticket_id, read_at) VALUES (%s, %s, %s) ON CONFLICT (person_id, ticket_id) "
            "DO UPDATE SET read_at = greatest(tickets_reading.read_at, excluded.read_at)",
            [person.pk, ticket.pk, at],
        )


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
    Draft.objects.filter(ticket=ticket, person=person, is_internal=is_internal).delete()
