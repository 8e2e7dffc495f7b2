"""What waits for a person: one row for each thing they were told."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.db import models

from upheld.people.models.person import Person


class NotificationQuerySet(models.QuerySet["Notification"]):
    def unread(self) -> NotificationQuerySet:
        return self.filter(read_at=None)


class Notification(models.Model):
    """Told once: the key says why (an event and an effect), and the database lets it stand only once for each person."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="notifications")
    key = models.CharField(max_length=160)
    subject = models.CharField(max_length=64)
    kind = models.CharField(max_length=64)
    text = models.CharField(max_length=240)
    urgent = models.BooleanField(default=False)
    at = models.DateTimeField()
    read_at: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(null=True, blank=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-at", "-id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["person", "key"], name="notification_once")]
        indexes: ClassVar = [
            models.Index(fields=["person", "-at"], name="notification_unread", condition=models.Q(read_at=None)),
        ]

    def __str__(self) -> str:
        return self.text
