"""Replies that are written and have not left: their author may still take them back, or wants them sent later."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.db import models

from upheld.channels.models import StoredFile
from upheld.people.models import Person
from upheld.tickets.models.message import Message
from upheld.tickets.models.ticket import Ticket


class ScheduledReplyQuerySet(models.QuerySet["ScheduledReply"]):
    def pending(self) -> ScheduledReplyQuerySet:
        return self.filter(state=ScheduledReply.State.PENDING)

    def shown(self) -> ScheduledReplyQuerySet:
        """Those that somebody still has to see: waiting, or refused when their time came."""
        return self.filter(state__in=(ScheduledReply.State.PENDING, ScheduledReply.State.FAILED))


class ScheduledReply(models.Model):
    """No reply yet: nothing is promised or kept by it until `send_at`, when it is written as one like any other.

    `without` are people who watch the ticket and do not get this one.
    `is_put_back` says that its author took it back and has it in the composer, with its recipients and files.
    """

    class State(models.TextChoices):
        PENDING = "pending", "Waits to be sent"
        SENT = "sent", "Sent"
        CANCELLED = "cancelled", "Taken back"
        FAILED = "failed", "Could not be sent"

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="scheduled_replies")
    author = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="scheduled_replies")
    text = models.TextField()
    html = models.TextField(blank=True)
    cc: models.JSONField[list[str], list[str]] = models.JSONField(default=list, blank=True)
    bcc: models.JSONField[list[str], list[str]] = models.JSONField(default=list, blank=True)
    without: models.JSONField[list[str], list[str]] = models.JSONField(
        default=list, blank=True, db_default=models.Value([], models.JSONField())
    )
    quotes = models.BooleanField(default=False)
    then = models.CharField(max_length=24, blank=True)
    send_at = models.DateTimeField()
    state = models.CharField(max_length=9, choices=State.choices, default=State.PENDING)
    reason = models.CharField(max_length=400, blank=True)
    written_at = models.DateTimeField()
    written_by = models.CharField(max_length=64)
    ended_at: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(null=True, blank=True)
    ended_by = models.CharField(max_length=64, blank=True)
    is_put_back = models.BooleanField(default=False)
    message = models.OneToOneField(Message, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    objects = ScheduledReplyQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["send_at", "id"]
        indexes: ClassVar = [
            models.Index(fields=["send_at"], name="scheduled_due", condition=models.Q(state="pending")),
            models.Index(
                fields=["ticket"],
                name="scheduled_shown",
                condition=models.Q(state__in=("pending", "failed")) | models.Q(is_put_back=True),
            ),
        ]

    def __str__(self) -> str:
        return f"reply to {self.ticket_id} for {self.send_at} ({self.state})"

    @property
    def is_pending(self) -> bool:
        return self.state == self.State.PENDING


class ScheduledFile(models.Model):
    """A file of a reply that has not left."""

    reply = models.ForeignKey(ScheduledReply, on_delete=models.CASCADE, related_name="files")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=255)
    content_type = models.CharField(max_length=127, default="application/octet-stream")
    content_id = models.CharField(max_length=255, blank=True)

    class Meta:
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return self.name
