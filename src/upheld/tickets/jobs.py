"""The job of tickets: send the replies that waited. What follows from events needs none, `events.react` does it."""

from __future__ import annotations

from datetime import UTC, datetime

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

RETRY = RetryStrategy(max_attempts=10, exponential_wait=3)


@app.task(name="tickets.send_reply", retry=RETRY)
def send_reply(scheduled_id: int) -> None:
    """Whatever waits no more, or not yet, is left as it is."""
    from upheld.tickets.actions.scheduling import send_scheduled

    send_scheduled(scheduled_id, at=datetime.now(UTC))
