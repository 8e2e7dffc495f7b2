"""Everybody reads a new version and says so; who has not is reminded."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from upheld.commitments.models import PolicyVersion
from upheld.commitments.policies import policy_of
from upheld.drafting.actions.errors import AlreadyAcknowledged, NotYours
from upheld.drafting.models import Acknowledgement
from upheld.drafting.paths import version_path
from upheld.drafting.telling import tell
from upheld.events.actions import record
from upheld.events.actors import Actor
from upheld.people.models import Agent


@transaction.atomic
def ask_to_read(version: PolicyVersion, *, at: datetime) -> int:
    """Ask everybody who works here and was not asked yet, and tell them. Returns how many.

    Safe to repeat; a newer version takes the place of an older one, of which nobody is reminded then.
    """
    new = list_readers(version, at=at)
    _tell_of_new(version, new, at)
    return len(new)


def tell_readers(version: PolicyVersion, *, at: datetime) -> None:
    """Tell whoever is asked to read it and was not told, in a few statements a person: the work of a job. Safe to repeat."""
    missing = Acknowledgement.objects.missing().filter(version=version).select_related("agent__person")
    _tell_of_new(version, [one.agent for one in missing.order_by("agent_id")], at)


def list_readers(version: PolicyVersion, *, at: datetime) -> list[Agent]:
    """Put everybody who works here on the list of readers and tell nobody. Three statements, however many they are.

    The first version of a desk is no news. Returns who was not on the list before.
    """
    if not PolicyVersion.objects.filter(pk__lt=version.pk).exists():
        return []
    asked = Acknowledgement.objects.filter(version=version).values("agent_id")
    new = list(Agent.objects.working().exclude(pk__in=asked).select_related("person").order_by("pk"))
    within = policy_of(version.pk).approval.acknowledge_within
    due_at = max(at, version.effective_at) + timedelta(microseconds=within) if within else None
    Acknowledgement.objects.bulk_create(
        [Acknowledgement(version=version, agent=agent, told_at=at, due_at=due_at) for agent in new],
        ignore_conflicts=True,
    )
    return new


@transaction.atomic
def acknowledge(version: PolicyVersion, *, agent: Agent, by: Actor, at: datetime) -> Acknowledgement:
    """“I have read it.” Raises NotYours for somebody who was not asked, AlreadyAcknowledged the second time."""
    asked = Acknowledgement.objects.select_for_update().filter(version=version, agent=agent).first()
    if asked is None:
        raise NotYours("You were not asked to read this version.")
    if asked.acknowledged_at is not None:
        raise AlreadyAcknowledged
    asked.acknowledged_at = at
    asked.save(update_fields=["acknowledged_at"])
    record("policy.acknowledged", f"policy:{version.pk}", by=by, at=at)
    return asked


def remind(now: datetime) -> int:
    """Remind of the newest published version, as often as that version says; and ask those who came since. Returns how many."""
    version = PolicyVersion.objects.first()
    if version is None:
        return 0
    ask_to_read(version, at=now)
    every = policy_of(version.pk).approval.remind_every
    if not every:
        return 0
    before = now - timedelta(microseconds=every)
    silent = Acknowledgement.objects.missing().filter(version=version, told_at__lte=before)
    late = silent.exclude(reminded_at__gt=before).select_related("agent__person")
    return sum(_remind(one, version, now) for one in late)


@transaction.atomic
def _remind(asked: Acknowledgement, version: PolicyVersion, now: datetime) -> bool:
    """Unless they confirmed it at this very moment, or another worker was quicker."""
    fresh = Acknowledgement.objects.filter(pk=asked.pk, acknowledged_at=None, reminded_at=asked.reminded_at)
    if not fresh.update(reminded_at=now):
        return False
    _tell(version, [asked.agent], f"remind/{now.isoformat()}", f"Still to be read: {version} of the policy", now)
    return True


def _tell_of_new(version: PolicyVersion, agents: list[Agent], at: datetime) -> None:
    _tell(version, agents, "read", f"Please read the new version of the policy, {version}", at)


def _tell(version: PolicyVersion, agents: list[Agent], why: str, text: str, at: datetime) -> None:
    subject = f"policy:{version.pk}"
    path = version_path(version)
    tell(agents, key=f"{subject}/{why}", subject=subject, kind="policy.published", text=text, path=path, at=at)
