"""The outbox: every mail that we say we send, from the moment we say it."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Value
from django.db.models.functions import Now


class OutgoingMailQuerySet(models.QuerySet["OutgoingMail"]):
    def due(self, now: datetime) -> OutgoingMailQuerySet:
        return self.filter(state=OutgoingMail.State.QUEUED, next_try_at__lte=now)

    def failed(self) -> OutgoingMailQuerySet:
        return self.filter(state=OutgoingMail.State.FAILED)


class OutgoingMail(models.Model):
    """Written in the transaction of the act that sends it. One Message-ID for life; `key` makes queueing it idempotent.

    `raw` is the whole message as it leaves. `subject_key` is what it speaks of (`ticket:42`): a failure can be shown there.
    `needs_a_look`: somebody did not get it, and nobody has decided yet what follows. `provider_id` is what a provider calls it.
    A recipient is either in `delivered` (the next server took it), in `refused` (for good, and why), or still to be tried.
    `arrived` are those of whom a provider says that their own server took it; without a provider nobody says so.
    """

    class State(models.TextChoices):
        QUEUED = "queued", "Waiting to be sent"
        SENT = "sent", "Sent"
        FAILED = "failed", "Could not be sent"

    key = models.CharField(max_length=160, unique=True)
    message_id = models.CharField(max_length=320, unique=True)
    in_reply_to = models.CharField(max_length=320, blank=True)
    subject_key = models.CharField(max_length=64, blank=True)
    envelope_from = models.CharField(max_length=320)
    recipients: models.JSONField[list[str], list[str]] = models.JSONField(default=list)
    title = models.CharField(max_length=400, blank=True)
    raw = models.BinaryField()
    is_automatic = models.BooleanField(default=False)
    state = models.CharField(max_length=8, choices=State.choices, default=State.QUEUED)
    queued_at = models.DateTimeField(db_default=Now())
    next_try_at = models.DateTimeField(db_default=Now())
    attempts = models.PositiveSmallIntegerField(default=0)
    in_flight_at: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(null=True, blank=True)
    perhaps_twice = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)
    delivered: models.JSONField[list[str], list[str]] = models.JSONField(default=list)
    arrived: models.JSONField[list[str], list[str]] = models.JSONField(
        default=list, db_default=Value([], models.JSONField())
    )
    refused: models.JSONField[dict[str, str], dict[str, str]] = models.JSONField(default=dict)
    bounced_at: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=400, blank=True)
    needs_a_look = models.BooleanField(default=False, db_default=False)
    is_late_told = models.BooleanField(default=False, db_default=False)
    provider_id = models.CharField(max_length=200, blank=True, db_default="")

    objects = OutgoingMailQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["next_try_at"], name="outgoing_due", condition=models.Q(state="queued")),
            GinIndex(
                fields=["recipients"],
                name="outgoing_automatic_to",
                opclasses=["jsonb_path_ops"],
                fastupdate=False,
                condition=models.Q(is_automatic=True),
            ),
            models.Index(fields=["subject_key", "id"], name="outgoing_subject"),
            models.Index(fields=["id"], name="outgoing_undelivered", condition=models.Q(needs_a_look=True)),
            models.Index(fields=["id"], name="outgoing_twice", condition=models.Q(perhaps_twice__gt=0)),
            models.Index(fields=["provider_id"], name="outgoing_provider_id", condition=~models.Q(provider_id="")),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.state})"

    @property
    def untried(self) -> list[str]:
        """Recipients for whom nothing is settled yet."""
        return [address for address in self.recipients if address not in self.delivered and address not in self.refused]
