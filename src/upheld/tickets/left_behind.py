"""Mail that waits although its job is gone: lost with a database, given up after many tries, or put off by a clock."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from procrastinate.exceptions import AlreadyEnqueued

from upheld.channels.models import ReceivedMail
from upheld.events.jobs import react
from upheld.events.models import Event

LEFT_BEHIND: Final = timedelta(minutes=2)
AT_ONCE: Final = 100


def announce_left_behind(now: datetime) -> int:
    """Announce again what still waits although it came minutes ago: its job was lost or given up. Returns how many.

    One job for each, so that a mail that cannot be taken in, or ends whoever tries, holds back no other.
    """
    mails = ReceivedMail.objects.left_behind(now, LEFT_BEHIND)[:AT_ONCE]
    events = Event.objects.filter(kind="message.received", subject__in=[mail.key for mail in mails.only("pk")])
    return sum(_announce_once(event) for event in events)


def _announce_once(event: Event) -> bool:
    try:
        with transaction.atomic():
            react.configure(queueing_lock=f"left behind:{event.subject}").defer(event_id=event.pk)
    except AlreadyEnqueued:
        return False
    return True
