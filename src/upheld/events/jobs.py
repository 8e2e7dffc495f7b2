"""The job that tells handlers of an event."""

from __future__ import annotations

from django.db import transaction
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from upheld.events.models import Event
from upheld.events.reactions import handlers_of
from upheld.statements import Asked, Given

RETRY = RetryStrategy(max_attempts=12, exponential_wait=2)
EVENT = Asked(lambda: Event.objects.filter(pk=Given("pk")))


@app.task(name="events.react", retry=RETRY)
def react(event_id: int) -> None:
    """Call every handler of the event, each in its own transaction, all of them even when one fails.

    Handlers are idempotent, so a second run after a failure, or after a killed worker, repeats nothing. The first failure is
    raised at the end, so that the job is tried again.
    """
    (event,) = EVENT(pk=event_id)
    failures: list[Exception] = []
    for handler in handlers_of(event.kind):
        try:
            with transaction.atomic():
                handler(event)
        except Exception as error:  # noqa: BLE001 - one handler's failure must not keep the others from hearing
            failures.append(error)
    if failures:
        raise failures[0]
