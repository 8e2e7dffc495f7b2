"""The stream of changes that a browser keeps open: server-sent events over plain HTTP.

`id:` is the newest event told, so that a browser that comes back says how far it was, and hears what it missed.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable

from asgiref.sync import sync_to_async
from django.db import connection
from django.http import HttpResponseBase, StreamingHttpResponse
from django.views.decorators.http import require_safe

from upheld.events.models import Event
from upheld.people.models import Agent
from upheld.web.live.hub import Change, hub
from upheld.web.viewer import AgentRequest, for_agents

HEARTBEAT = 15.0  # seconds
LIFE = 20  # heartbeats; then the browser comes back, and is asked again who it is
CAUGHT_UP = 100  # missed events that are told one by one; beyond that the browser looks afresh


@require_safe
@for_agents
def live(request: AgentRequest) -> HttpResponseBase:
    since = request.headers.get("Last-Event-ID") or request.GET.get("since", "")
    missed = missed_since(int(since)) if since.isdecimal() and len(since) < 19 else []
    response = StreamingHttpResponse(stream(request.person.pk, missed), content_type="text/event-stream")
    response["Cache-Control"] = "no-store"
    response["X-Accel-Buffering"] = "no"
    if not connection.in_atomic_block:
        connection.close()  # back to the pool: a stream lives for minutes and needs it only for moments
    return response


def missed_since(event: int) -> list[Change] | None:
    """What was recorded after that event; None when it is too much to tell."""
    rows = list(Event.objects.filter(pk__gt=event).order_by("pk").values("id", "kind", "subject")[: CAUGHT_UP + 1])
    return [dict(row) for row in rows] if len(rows) <= CAUGHT_UP else None


def may_hear(person: int) -> Callable[[Change], bool]:
    """Agents see every ticket; a notice is told only to the person it is for."""

    def hears(change: Change) -> bool:
        kind, _, number = str(change.get("subject", "")).partition(":")
        return kind != "person" or number == str(person)

    return hears


async def stream(person: int, missed: list[Change] | None) -> AsyncIterator[str]:
    """Changes as they come, a heartbeat when none do. Ends when the person may no longer be here, or after its LIFE."""
    hears = may_hear(person)
    subscriber = hub().subscribe(hears)
    try:
        yield "retry: 1000\n\n"
        if missed is None:
            yield told([])
        elif missed:
            yield told([change for change in missed if hears(change)])
        for _ in range(LIFE):
            deadline = asyncio.get_running_loop().time() + HEARTBEAT
            while (left := deadline - asyncio.get_running_loop().time()) > 0:
                try:
                    yield told(await asyncio.wait_for(subscriber.waiting.get(), left))
                except TimeoutError:
                    break
            yield ": here\n\n"
            if not await sync_to_async(is_still_here)(person):
                return
    finally:
        hub().unsubscribe(subscriber)


def told(changes: list[Change]) -> str:
    """One event: `changes` with what changed, or `afresh` when something was missed."""
    if not changes:
        return "event: afresh\ndata: []\n\n"
    newest = max((int(change.get("id") or 0) for change in changes), default=0)
    mark = f"id: {newest}\n" if newest else ""
    return f"event: changes\n{mark}data: {json.dumps(changes)}\n\n"


def is_still_here(person: int) -> bool:
    try:
        return Agent.objects.working().filter(person=person).exists()
    finally:
        if not connection.in_atomic_block:
            connection.close()
