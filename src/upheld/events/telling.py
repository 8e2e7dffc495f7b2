"""The statement by which facts are written down, queued for those who hear of them, and told to watching browsers.

One, since each more is one more wait for the database in every act of everybody. Written by hand: Django has no words for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from django.db import connection
from psycopg.types.json import Jsonb

from upheld.events.models import Event
from upheld.events.reactions import has_reactions, is_in_order

LIVE_CHANNEL: Final = "upheld_live"

# The event's row, the job as Procrastinate queues it, and the signal are all or nothing. A signal is sent by the COMMIT;
# jobs send one anyway, so that it costs no lock more.
WRITE: Final = """
WITH recorded AS (
    INSERT INTO events_event (kind, subject, actor, at, recorded_at, data, key)
    SELECT kind, subject, actor, at, coalesce(recorded_at, statement_timestamp()), data, key
      FROM unnest(%s::text[], %s::text[], %s::text[], %s::timestamptz[], %s::timestamptz[], %s::jsonb[], %s::text[])
           WITH ORDINALITY AS fact (kind, subject, actor, at, recorded_at, data, key, place)
     ORDER BY place
    ON CONFLICT (key) DO NOTHING
    RETURNING id, kind, subject, recorded_at, key
), queued AS (
    SELECT procrastinate_defer_jobs_v1(array_agg(
        ROW('default', 'events.react', 0, CASE WHEN kind = ANY(%s::text[]) THEN subject END, NULL,
            jsonb_build_object('event_id', id), NULL)::procrastinate_job_to_defer_v1 ORDER BY id
    )) FROM recorded WHERE kind = ANY(%s::text[]) HAVING count(*) > 0
), told AS (
    SELECT pg_notify(%s, json_build_object('id', id, 'kind', kind, 'subject', subject)::text) FROM recorded
)
SELECT id, recorded_at, key, (SELECT count(*) FROM queued), (SELECT count(*) FROM told) FROM recorded ORDER BY id
"""


def write(events: Sequence[Event]) -> list[Event]:
    """Write the facts down in this order. Returns those that are new: one whose key stands already is left out."""
    kinds = {event.kind for event in events}
    values: list[Any] = [
        [event.kind for event in events],
        [event.subject for event in events],
        [event.actor for event in events],
        [event.at for event in events],
        [event.recorded_at if isinstance(event.recorded_at, datetime) else None for event in events],
        [Jsonb(event.data) for event in events],
        [event.key for event in events],
        [kind for kind in kinds if is_in_order(kind)],
        [kind for kind in kinds if has_reactions(kind)],
        LIVE_CHANNEL,
    ]
    with connection.cursor() as cursor:
        cursor.execute(WRITE, values)
        rows = cursor.fetchall()
    keyed = {event.key: event for event in events if event.key is not None}
    others = iter([event for event in events if event.key is None])
    fresh = []
    for number, recorded_at, key, *_ in rows:
        event = next(others) if key is None else keyed[key]
        event.pk, event.recorded_at = number, recorded_at
        event._state.adding, event._state.db = False, "default"
        fresh.append(event)
    return fresh
