"""The long work of a publication: bringing what is open over to the new version."""

from __future__ import annotations

from datetime import UTC, datetime

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from upheld.commitments.models import PolicyVersion
from upheld.events.actors import Actor

RETRY = RetryStrategy(max_attempts=10, exponential_wait=3)


@app.task(name="drafting.move_open", retry=RETRY)
def move_open_tickets(version_id: int, by: str) -> None:
    """Safe to repeat: what was moved already is passed over."""
    from upheld.drafting.opened import move_open

    move_open(PolicyVersion.objects.get(pk=version_id), by=Actor(by), at=datetime.now(UTC))
