"""Asking for a look into a mailbox: whoever fetches sees it within seconds, also while it waits to try a password again."""

from __future__ import annotations

from datetime import datetime

from upheld.channels.models import Mailbox
from upheld.events.actors import Actor


def ask_for_a_look(mailbox: Mailbox, *, by: Actor, at: datetime) -> None:
    """Both sides are compared and what is missing is fetched. Asking twice is asking once."""
    Mailbox.objects.filter(pk=mailbox.pk, asked_at=None).update(asked_at=at, asked_by=by.key)
