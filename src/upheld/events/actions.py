"""Recording an event: the row, the job for those who hear of it, and the live signal."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, transaction

from upheld.events import jobs
from upheld.events.actors import Actor
from upheld.events.models import Event
from upheld.events.reactions import has_reactions, keeper_of

LIVE_CHANNEL = "upheld_live"


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

    Handlers run later, in a job of the same transaction; the keeper of the subject runs now. Watching browsers are told right
    after the commit; that signal may be lost with the process and is worth no more than a fresher page.
    """
    event = Event(kind=kind, subject=subject, actor=by.key, at=at, data=data or {}, key=key)
    if key is None:
        event.save(force_insert=True)
    elif not _insert_once(event):
        return None
    if has_reactions(kind):
        jobs.defer_reactions(event)
    keep = keeper_of(event)
    if keep is not None:
        keep(event)
    transaction.on_commit(lambda: _signal(event), robust=True)
    return event


def record_many(events: Sequence[Event]) -> None:
    """Add many facts at once; those whose key was recorded before are left out. Costs two statements and one for the jobs."""
    keys = [event.key for event in events if event.key is not None]
    known = set(Event.objects.filter(key__in=keys).values_list("key", flat=True)) if keys else set()
    fresh = [event for event in events if event.key not in known]
    Event.objects.bulk_create(fresh)
    jobs.defer_reactions(*(event for event in fresh if has_reactions(event.kind)))
    if fresh:
        transaction.on_commit(lambda: _signal(*fresh), robust=True)


def announce(kind: str, *subjects: str) -> None:
    """Tell watching browsers, right after the commit, of something that is no event: that somebody was told."""
    if subjects:
        payloads = [{"id": 0, "kind": kind, "subject": subject} for subject in subjects]
        transaction.on_commit(lambda: _send(payloads), robust=True)


def _insert_once(event: Event) -> bool:
    if Event.objects.filter(key=event.key).exists():
        return False
    try:
        with transaction.atomic():
            event.save(force_insert=True)
    except IntegrityError:
        return False
    return True


def _signal(*events: Event) -> None:
    _send([{"id": event.pk, "kind": event.kind, "subject": event.subject} for event in events])


def _send(payloads: Sequence[dict[str, Any]]) -> None:
    texts = [json.dumps(payload) for payload in payloads]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, payload) FROM unnest(%s::text[]) AS payload", [LIVE_CHANNEL, texts])
