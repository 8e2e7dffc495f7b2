"""How mail stands as a whole, and the way of one. For administrators."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min

from upheld.channels.mail.holding import HELD
from upheld.channels.models import OutgoingMail, ReceivedMail


@dataclass(frozen=True, slots=True)
class Figures:
    """`unread` is mail that we have and have not looked into, the oldest since `oldest`; `held` waits for somebody to decide."""

    unread: int
    oldest: datetime | None
    held: int
    leaving: int
    undelivered: int


def figures() -> Figures:
    """Four queries, each by an index of what is counted."""
    unread = ReceivedMail.objects.waiting().aggregate(number=Count("pk"), oldest=Min("received_at"))
    return Figures(
        unread=unread["number"],
        oldest=unread["oldest"],
        held=ReceivedMail.objects.filter(state__in=HELD).count(),
        leaving=OutgoingMail.objects.filter(state=OutgoingMail.State.QUEUED).count(),
        undelivered=OutgoingMail.objects.filter(needs_a_look=True).count(),
    )


def steps_of(mail: ReceivedMail) -> list[tuple[datetime, str]]:
    """Its way, as it was noted: when, and what was decided and why."""
    return [(datetime.fromisoformat(at), words) for at, words in mail.steps]
