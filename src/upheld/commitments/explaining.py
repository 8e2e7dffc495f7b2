"""Why the commitments of a subject stand as they do."""

from __future__ import annotations

from datetime import datetime

from upheld.commitments.folding import fold_rows, moves_of, version_for
from upheld.commitments.models import Clock
from upheld.commitments.policies import policy_of
from upheld.events.models import Event
from upheld.kernel.instants import to_us
from upheld.policy.explain import Explanation, explain_fold


def explain(subject: str, *, at: datetime) -> list[Explanation]:
    """Every commitment of the subject with its arithmetic, under the policy version it is, or was last, under. Two queries.

    Empty when the subject is under no commitment.
    """
    clock = Clock.objects.filter(subject=subject).first()
    if clock is None:
        return []
    events = list(Event.objects.about(subject))
    moves, bound_to = moves_of(events), clock.version_id
    run = fold_rows(subject, bound_to, events, with_traces=True)
    return explain_fold(run, lambda state: policy_of(version_for(state, moves, bound_to)), until=to_us(at))
