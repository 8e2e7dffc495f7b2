"""Why the commitments of a subject stand as they do."""

from __future__ import annotations

from datetime import datetime

from upheld.commitments.folding import folded
from upheld.commitments.models import Clock
from upheld.commitments.policies import policy_of
from upheld.events.models import Event
from upheld.kernel.instants import to_us
from upheld.policy.explain import Explanation
from upheld.policy.explain import explain as explain_events


def explain(subject: str, *, at: datetime) -> list[Explanation]:
    """Every commitment of the subject with its arithmetic, under the policy version it began under. Two queries.

    Empty when the subject is under no commitment.
    """
    clock = Clock.objects.filter(subject=subject).first()
    if clock is None:
        return []
    events = folded(Event.objects.about(subject))
    return explain_events(policy_of(clock.version_id), subject, events, until=to_us(at))
