"""Recording an event: the row, the job for those who hear of it, and the live signal."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from upheld.events.actors import Actor
from upheld.events.models import Event
from upheld.events.reactions import keeper_of
from upheld.events.telling import LIVE_CHANNEL, write

__all__ = ["LIVE_CHANNEL", "announce", "record", "record_many"]


def record(
    kind: str,
    subject: str,
    *,
    by: Actor,
    at: datetime,
    data: dict[str, Any] | None = None,
    key: str | None = None,
) -> Event | None:
    """Add a fact, in the caller's transaction. None when `key` was recorded before: then it is known, and there is nothing to do.

    Handlers run later, in a job of the same transaction; the keeper of the subject runs now. Watching browsers are told
    by the commit; a signal is kept for nobody who does not listen, and is worth no more than a fresher page. One statement.
    """
    event = Event(kind=kind, subject=subject, actor=by.key, at=at, data=data or {}, key=key)
    if not write([event]):
        return None
    keep = keeper_of(event)
    if keep is not None:
        keep(event)
    return event


def record_many(events: Sequence[Event]) -> None:
    """Add many facts at once, with one statement; those whose key was recorded before are left out."""
    if events:
        write(events)


def announce(kind: str, *subjects: str) -> None:
    """Tell watching browsers, right after the commit, of something that is no event: that somebody was told."""
    if subjects:
        payloads = [{"id": 0, "kind": kind, "subject": subject} for subject in subjects]
        transaction.on_commit(lambda: _send(payloads), robust=True)


def _send(payloads: Sequence[dict[str, Any]]) -> None:
    texts = [json.dumps(payload) for payload in payloads]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, payload) FROM unnest(%s::text[]) AS payload", [LIVE_CHANNEL, texts])
