"""How many tickets each view holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from django.db import connection

from upheld.people.models import Agent
from upheld.tickets.queues.views import WAITING_STATUSES

COUNTED_UP_TO = 1000
UNDELIVERED = (
    "FROM (SELECT 1 FROM channels_outgoingmail WHERE needs_a_look UNION ALL"
    " SELECT 1 FROM channels_outgoingmail WHERE state = 'queued' AND queued_at < %s) undelivered"
)
UNSETTLED = "FROM tickets_ticket WHERE NOT is_settled"
Counted = tuple[str, Sequence[int | str | datetime]]  # what stands after SELECT 1 in SQL, and its values


def counts(
    *, agent: Agent, departments: Iterable[str], now: datetime, also: Mapping[str, Counted] | None = None
) -> dict[str, int]:
    """How many tickets each counted view holds, up to COUNTED_UP_TO, and `notifications` that wait. One query.

    For administrators also `outgoing`: mails that somebody did not get, or that have been waiting for an hour.

    `latest` is the newest event, so that the live view can say what came after it. `also` is what higher rooms count.
    """
    parts: dict[str, Counted] = {
        "mine": (f"{UNSETTLED} AND assignee_id = %s", [agent.pk]),
        "unassigned": (f"{UNSETTLED} AND assignee_id IS NULL", []),
        "late": (f"{UNSETTLED} AND due_at < %s", [now]),
        "open": (UNSETTLED, []),
        "waiting": (f"{UNSETTLED} AND status IN (%s, %s)", [str(status) for status in WAITING_STATUSES]),
        "notifications": ("FROM people_notification WHERE read_at IS NULL AND person_id = %s", [agent.person_id]),
    }
    if agent.is_administrator:
        parts["outgoing"] = (UNDELIVERED, [now - timedelta(hours=1)])
    for name in departments:
        parts[f"department/{name}"] = (f"{UNSETTLED} AND department = %s", [name])
    parts |= also or {}
    count = "(SELECT count(*) FROM (SELECT 1 {} LIMIT {}) counted)"
    columns = ", ".join(count.format(sql, COUNTED_UP_TO) for sql, _ in parts.values())
    sql = f"SELECT {columns}, (SELECT coalesce(max(id), 0) FROM events_event)"  # noqa: S608 - our own words
    with connection.cursor() as cursor:
        cursor.execute(sql, [value for _, values in parts.values() for value in values])
        row = cursor.fetchone()
    assert row is not None
    return dict(zip([*parts, "latest"], row, strict=True))
