"""Who hears of a draft, in the workspace and by mail. A notice names the draft and never quotes what was asked or answered."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings

from upheld.channels.mail.outgoing.senders import sender_of
from upheld.channels.mail.outgoing.sending import queue
from upheld.commitments.policies import in_force
from upheld.people.actions import notify
from upheld.people.models import Agent


def tell(agents: Iterable[Agent], *, key: str, subject: str, kind: str, text: str, path: str, at: datetime) -> None:
    """Once for each key, in the app and by mail. `path` is where to go, below the site's address."""
    policy = in_force()
    sender = sender_of(policy, policy.defaults.get("department", ""))
    for person in notify([agent.person for agent in agents], key=key, subject=subject, kind=kind, text=text, at=at):
        queue(
            key=f"{key}/{person.pk}"[:160],
            subject_key="",
            to=[(person.name, person.email)],
            title=text,
            text=f"{text}\n\n{settings.UPHELD_URL}{path}\n",
            sender=sender,
            automatic=True,
        )


def agents_by_key(keys: Iterable[str]) -> list[Agent]:
    """The agents among actors' keys who still work here. One query."""
    return list(Agent.objects.with_keys(keys).working().select_related("person"))
