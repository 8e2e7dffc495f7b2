"""Letting the commitments of accounts and of our own people follow their events.

The rooms in which those events are recorded lie below this one and do not know it; `config/wiring.py` names `keep` as the one
that hears of them in their own transaction, so that no event stands without its commitments.
"""

from __future__ import annotations

from upheld.commitments.following import follow
from upheld.commitments.models import Clock
from upheld.commitments.policies import NoPolicy, in_force
from upheld.events.models import Event
from upheld.kernel.keys import kind_of


def keep(event: Event) -> None:
    """Bring the subject's commitments up to date with its newest event.

    A subject comes under the policy in force at its first event after a policy promises anything on its kind; until then nothing
    is kept of it but its events, which count from then on. Two queries where nothing is promised, or none.
    """
    kind = kind_of(event.subject)
    try:
        is_promised = bool(in_force().clauses_on(kind))
    except NoPolicy:
        return
    if is_promised or Clock.objects.filter(subject=event.subject).exists():
        follow(event.subject, at=event.at)
