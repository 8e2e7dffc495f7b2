"""The job of the mail: send what waits. What comes in needs none of its own: it is an event, and `events.react` tells of it."""

from __future__ import annotations

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from upheld.channels.mail.outgoing import sending

RETRY = RetryStrategy(max_attempts=10, exponential_wait=3)


@app.task(name="channels.send_mail", retry=RETRY)
def send_mail(outgoing_id: int) -> None:
    """A try that fails is no failed job: it notes its outcome and queues the next one itself."""
    sending.send(outgoing_id)
