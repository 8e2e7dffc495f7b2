"""The jobs of the mail: read what came, send what waits."""

from __future__ import annotations

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from upheld.channels.mail import receiving, sending

RETRY = RetryStrategy(max_attempts=10, exponential_wait=3)


@app.task(name=receiving.READ, retry=RETRY)
def read_mail(mail_id: int) -> None:
    receiving.announce(mail_id)


@app.task(name="channels.send_mail", retry=RETRY)
def send_mail(outgoing_id: int) -> None:
    """A try that fails is no failed job: it notes its outcome and queues the next one itself."""
    sending.send(outgoing_id)
