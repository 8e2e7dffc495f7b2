"""A simulation as a row: what is asked, how far it is, and what came out."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.db import models

from upheld.commitments.models import PolicyVersion


class SimulationRun(models.Model):
    """One question to a policy. Never edited after it was asked; a job works on it in chunks and writes down how far it is.

    `sources` are the files of the policy that is tried, as they were when it was asked, so that a draft may change meanwhile;
    where `version` is set it is that published version. `since` and `until` bound the history; `parameters` are the rest of the
    question. `checkpoint` is what a chunk needs to know of those before it.
    """

    class Kind(models.TextChoices):
        HISTORY = "history", "Recorded history"
        FORECAST = "forecast", "Forecast"

    class State(models.TextChoices):
        QUEUED = "queued", "Waiting"
        RUNNING = "running", "Running"
        STOPPED = "stopped", "Stopped"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"

    kind = models.CharField(max_length=8, choices=Kind.choices)
    title = models.CharField(max_length=200)
    sources: models.JSONField[dict[str, str], dict[str, str]] = models.JSONField()
    version = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, null=True, related_name="+")
    since: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(null=True, blank=True)
    until = models.DateTimeField()
    parameters: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    state = models.CharField(max_length=8, choices=State.choices, default=State.QUEUED)
    done = models.PositiveBigIntegerField(default=0)
    total = models.PositiveBigIntegerField(default=0)
    checkpoint: models.JSONField[dict[str, Any] | None, dict[str, Any] | None] = models.JSONField(null=True)
    result: models.JSONField[dict[str, Any] | None, dict[str, Any] | None] = models.JSONField(null=True)
    trouble = models.TextField(blank=True)
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=64)
    stopped_at: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(null=True, blank=True)
    stopped_by = models.CharField(max_length=64, blank=True)
    finished_at: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return self.title

    @property
    def is_over(self) -> bool:
        return self.state in (self.State.DONE, self.State.STOPPED, self.State.FAILED)

    @property
    def share_done(self) -> float:
        """From 0 to 1."""
        return min(1.0, self.done / self.total) if self.total else 0.0
