"""Stored policy versions, the clock of each subject, and its commitments."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q


class PolicyVersionQuerySet(models.QuerySet["PolicyVersion"]):
    def newest_first(self) -> PolicyVersionQuerySet:
        """By the time from which they hold; of two of one time the later published comes first, since it wins."""
        return self.order_by("-effective_at", "-id")

    def effective(self, at: datetime) -> PolicyVersionQuerySet:
        """Those whose time has come, the one that is in force at that instant first."""
        return self.filter(effective_at__lte=at).newest_first()


class PolicyVersion(models.Model):
    """A policy as it was published, its files byte for byte. Never edited, which a trigger of the database sees to;
    commitments point at the version they began under. It is in force from `effective_at` until the next one is.
    """

    name = models.CharField(max_length=64)
    number = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    sources: models.JSONField[dict[str, str], dict[str, str]] = models.JSONField()
    published_at = models.DateTimeField()
    published_by = models.CharField(max_length=64)
    effective_at = models.DateTimeField()

    objects = PolicyVersionQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return f"{self.name} v{self.number}"


class Clock(models.Model):
    """One row for each subject that is under commitments. It is the subject's lock, and what the ticker looks for.

    `next_wake_at` is the first instant at which time alone changes a commitment of the subject (a warning, a breach); null when
    none can.
    """

    subject = models.CharField(max_length=64, primary_key=True)
    version = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="+")
    next_wake_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["next_wake_at"], name="clock_due", condition=Q(next_wake_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.subject


class CommitmentQuerySet(models.QuerySet["Commitment"]):
    def of(self, *subjects: str) -> CommitmentQuerySet:
        return self.filter(subject__in=subjects)

    def awaited(self) -> CommitmentQuerySet:
        """Somebody still has to do something: running, paused, or breached and not yet fulfilled."""
        return self.filter(ended_at=None).exclude(state=Commitment.State.VOID)

    def tightest_first(self) -> CommitmentQuerySet:
        return self.order_by(models.F("due_at").asc(nulls_last=True), "id")


class Commitment(models.Model):
    """What the fold says of one cycle of one clause, so that it can be found. `verify` holds every row against the fold.

    Durations are microseconds of open time. `used` is what had been used at `since_at`; while the commitment runs, the open time
    since then on `calendar` comes on top. `marks` are the warnings and the breach that happened: [[name, ISO instant], …].
    """

    class State(models.TextChoices):
        RUNNING = "running", "Running"
        PAUSED = "paused", "Paused"
        KEPT = "kept", "Kept"
        BREACHED = "breached", "Breached"
        VOID = "void", "Void"
        WAIVED = "waived", "Waived"

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    subject = models.CharField(max_length=64)
    clause = models.CharField(max_length=64)
    cycle = models.PositiveIntegerField()
    version = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, choices=State.choices)
    began_at = models.DateTimeField()
    due_at: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(null=True, blank=True)
    ended_at: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(null=True, blank=True)
    since_at = models.DateTimeField()
    target = models.BigIntegerField()
    used = models.BigIntegerField()
    late = models.BigIntegerField(null=True, blank=True)
    calendar = models.CharField(max_length=64)
    marks: models.JSONField[list[Any], list[Any]] = models.JSONField(default=list)
    next_wake_at = models.DateTimeField(null=True, blank=True)

    objects = CommitmentQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["subject", "clause", "cycle"], name="commitment_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["clause", "began_at"], name="commitment_clause"),
            models.Index(
                fields=["clause", "ended_at"],
                include=["state", "subject"],
                name="commitment_ended",
                condition=Q(state__in=["kept", "waived", "void"]),
            ),
            models.Index(
                fields=["clause", "due_at"],
                include=["ended_at", "late", "subject"],
                name="commitment_missed",
                condition=Q(state="breached"),
            ),
            models.Index(
                fields=["clause", "due_at"], name="commitment_runs", condition=Q(state__in=["running", "paused"])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.clause} #{self.cycle} of {self.subject}: {self.state}"
