"""The event row."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models.functions import Now


class EventQuerySet(models.QuerySet["Event"]):
    def about(self, subject: str) -> EventQuerySet:
        """The events of one subject in the order in which they were recorded, which is the order in which they count."""
        return self.filter(subject=subject).order_by("id")

    def of_kind(self, *kinds: str) -> EventQuerySet:
        return self.filter(kind__in=kinds)


class Event(models.Model):
    """One fact. Rows are added and never changed or deleted: the database refuses both, except while retention erases.

    `data` carries keys and plain values, never a message's text or a person's data. `at` is when it became true (for a breach
    the time it was due), `recorded_at` when we wrote it down. `key`, where there is one, makes recording idempotent.
    """

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=64)
    subject = models.CharField(max_length=64)
    actor = models.CharField(max_length=64)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())
    data: models.JSONField[Any, dict[str, Any]] = models.JSONField(default=dict)
    key = models.CharField(max_length=128, null=True, unique=True)

    objects = EventQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["subject", "id"], name="event_subject"),
            models.Index(fields=["kind", "at"], name="event_kind_at"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"


class Seal(models.Model):
    """The hashes of the events of one stretch of ids, tied to the seal before by a hash and signed. Rows are only added.

    A seal covers every id from `first` to `last`: those in `ids` are events, the others never were and cannot be any more.
    `ids` holds eight bytes for each event (big-endian), `leaves` its hash, `hints` two bytes for each of its columns. `previous`
    is the link of the seal before, `key` the id of the public key. How they fit together: `events/chain.py`.
    """

    number: models.BigIntegerField[int, int] = models.BigIntegerField(primary_key=True)
    first = models.BigIntegerField()
    last = models.BigIntegerField(unique=True)
    count = models.PositiveIntegerField()
    ids = models.BinaryField()
    leaves = models.BinaryField()
    hints = models.BinaryField()
    previous = models.BinaryField()
    hash = models.BinaryField()
    signature = models.BinaryField()
    key = models.CharField(max_length=16)
    sealed_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["number"]

    def __str__(self) -> str:
        return f"seal {self.number}"
