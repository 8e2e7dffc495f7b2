"""Telling administrators of a mailbox that has been out of reach for long: mail waits there, and nobody of ours sees it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from upheld.channels.models import Mailbox
from upheld.people.actions import notify
from upheld.people.models import Agent
from upheld.people.recipients import persons

TELL_AFTER: Final = timedelta(minutes=15)
KIND: Final = "mailbox.unreached"


def tell_of_silence(mailbox: Mailbox, *, at: datetime) -> None:
    """Once for each stretch in which it is not reached; before TELL_AFTER nobody is bothered."""
    since = mailbox.failing_since
    if since is None or at - since < TELL_AFTER:
        return
    administrators = persons(Agent.objects.with_role(Agent.Role.ADMINISTRATOR))
    notify(
        administrators,
        key=f"mailbox:{mailbox.pk}/{int(since.timestamp())}",
        subject=f"mailbox:{mailbox.pk}",
        kind=KIND,
        text=f"The mailbox {mailbox.name} needs a look. {mailbox.failure}",
        at=at,
        urgent=True,
    )
