"""What each ticket of a page is awaited for next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection


@dataclass(frozen=True, slots=True)
class Awaited:
    """The tightest awaited commitment of a ticket, as far as a chip shows it, and how many more there are."""

    version_id: int
    clause: str
    state: str
    due_at: datetime | None
    ended_at: datetime | None
    since_at: datetime
    target: int
    used: int
    calendar: str
    more: int


TIGHTEST_OF_EACH = """
SELECT DISTINCT ON (subject) subject, version_id, clause, state, due_at, ended_at, since_at, target, used, calendar,
       count(*) OVER (PARTITION BY subject) - 1
  FROM commitments_commitment
 WHERE subject = ANY(%s) AND ended_at IS NULL AND state <> 'void'
 ORDER BY subject, due_at NULLS LAST, id
"""


def awaited(keys: Sequence[str]) -> Mapping[str, Awaited]:
    """By subject key, for those that await anything. One query."""
    with connection.cursor() as cursor:
        cursor.execute(TIGHTEST_OF_EACH, [list(keys)])
        return {subject: Awaited(*rest) for subject, *rest in cursor.fetchall()}
