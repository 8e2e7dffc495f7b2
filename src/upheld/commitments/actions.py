"""Publishing a policy, and waiving a commitment."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from django.db import connection, transaction

from upheld.commitments.following import follow, hold
from upheld.commitments.models import Commitment, PolicyVersion
from upheld.commitments.policies import forget_what_is_in_force, vocabulary
from upheld.events.actions import record
from upheld.events.actors import Actor
from upheld.policy import Policy, load
from upheld.policy.loader import digest, load_sources

PUBLISHING = 7_205_001  # advisory lock: two publishers come one after the other


class NotAwaited(ValueError):
    """The commitment is over, or was breached already; there is nothing left to waive."""


def publish(folder: Path, *, by: Actor, at: datetime) -> PolicyVersion:
    """Bring the policy of a folder into force at once: an administrator's act at the shell. Raises PolicyErrors, and then
    the running one stays in force.

    Publishing what is in force already changes nothing and returns it. What began under an earlier version stays with it.
    """
    return _publish(load(folder, vocabulary=vocabulary()), by=by, at=at, effective_at=at)


def publish_sources(sources: Mapping[str, str], *, by: Actor, at: datetime, effective_at: datetime) -> PolicyVersion:
    """The same for files by name, from an instant on that may lie ahead. Raises PolicyErrors."""
    files = {name: text.encode() for name, text in sources.items()}
    return _publish(load_sources(files, vocabulary=vocabulary()), by=by, at=at, effective_at=effective_at)


def take_turns() -> None:
    """Publishers come one after the other: wait for whoever publishes now, and hold the next until this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [PUBLISHING])


@transaction.atomic
def _publish(policy: Policy, *, by: Actor, at: datetime, effective_at: datetime) -> PolicyVersion:
    take_turns()
    newest = PolicyVersion.objects.first()
    mark = digest(policy)
    if newest is not None and newest.digest == mark and newest.effective_at <= effective_at:
        return newest
    version = PolicyVersion.objects.create(
        name=policy.name,
        number=policy.version,
        digest=mark,
        sources={name: raw.decode() for name, raw in policy.sources.items()},
        published_at=at,
        published_by=by.key,
        effective_at=effective_at,
    )
    record(
        "policy.published", f"policy:{version.pk}", by=by, at=at, data={"name": policy.name, "version": policy.version}
    )
    transaction.on_commit(forget_what_is_in_force)
    return version


@transaction.atomic
def waive(subject: str, clause: str, cycle: int, *, by: Actor, at: datetime, reason: str) -> Commitment:
    """Let a running or paused commitment go, with a reason that stands in the event. Raises NotAwaited.

    Also when its time ran out a moment ago and the ticker has not been there yet: a breach is final.
    """
    hold(subject)
    waivable = (Commitment.State.RUNNING, Commitment.State.PAUSED)
    too_late = NotAwaited(f"{clause} of {subject} is over or was breached; it cannot be waived.")
    if not Commitment.objects.filter(subject=subject, clause=clause, cycle=cycle, state__in=waivable).exists():
        raise too_late
    record("commitment.waived", subject, by=by, at=at, data={"clause": clause, "cycle": cycle, "reason": reason})
    row = {(row.clause, row.cycle): row for row in follow(subject, at=at)}[clause, cycle]
    if row.state != Commitment.State.WAIVED:
        raise too_late
    return row
