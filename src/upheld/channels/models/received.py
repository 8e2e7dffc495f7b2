"""Mail that reached us: its raw bytes first, what became of it after."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now


class ReceivedMailQuerySet(models.QuerySet["ReceivedMail"]):
    def waiting(self) -> ReceivedMailQuerySet:
        return self.filter(state=ReceivedMail.State.RECEIVED)

    def quarantined(self) -> ReceivedMailQuerySet:
        return self.filter(state=ReceivedMail.State.QUARANTINED)


class ReceivedMail(models.Model):
    """One mail that we answered with 250. It is in exactly one state, and `reason` says why for all but `message`.

    The same raw bytes stand once, by constraint. `message_id` is not unique: other bytes under a known Message-ID are kept, flagged.
    `outcome` is the subject key of what it became (`ticket:42`).
    """

    class State(models.TextChoices):
        RECEIVED = "received", "Waiting to be read"
        MESSAGE = "message", "Became a message"
        SUSPENDED = "suspended", "Held for a decision"
        QUARANTINED = "quarantined", "In quarantine"
        DROPPED = "dropped", "Dropped by a rule"

    sha256 = models.CharField(max_length=64, unique=True)
    raw = models.BinaryField()
    size = models.PositiveIntegerField()
    envelope_from = models.CharField(max_length=320, blank=True)
    envelope_to: models.JSONField[list[str], list[str]] = models.JSONField(default=list)
    peer = models.CharField(max_length=64, blank=True)
    message_id = models.CharField(max_length=320, blank=True)
    is_repeat_id = models.BooleanField(default=False)
    received_at = models.DateTimeField(db_default=Now())
    state = models.CharField(max_length=12, choices=State.choices, default=State.RECEIVED)
    reason = models.CharField(max_length=240, blank=True)
    outcome = models.CharField(max_length=64, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    objects = ReceivedMailQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["message_id"], name="received_message_id"),
            models.Index(fields=["id"], name="received_waiting", condition=models.Q(state="received")),
        ]

    def __str__(self) -> str:
        return f"mail {self.pk} ({self.state})"

    @property
    def key(self) -> str:
        return f"mail:{self.pk}"
