"""What was said on a ticket."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from upheld.channels.models import OutgoingMail, ReceivedMail, StoredFile
from upheld.people.models import Person
from upheld.tickets.models.ticket import Ticket


class MessageQuerySet(models.QuerySet["Message"]):
    def public(self) -> MessageQuerySet:
        return self.filter(is_internal=False)

    def visible_to(self, person: Person) -> MessageQuerySet:
        """Internal notes are for agents only. Use it on messages of tickets that the person may see."""
        return self if hasattr(person, "agent") else self.public()


class Message(models.Model):
    """A public reply, or an internal note. `text` is what was written, `html` the cleaned form if it came as HTML.

    `bcc` are those who got it without the others knowing; only staff see them.
    """

    class By(models.TextChoices):
        CUSTOMER = "customer", "Customer"
        STAFF = "staff", "Staff"
        SYSTEM = "system", "System"

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="messages")
    is_internal = models.BooleanField(default=False)
    by = models.CharField(max_length=8, choices=By.choices)
    author = models.ForeignKey(Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="messages")
    actor = models.CharField(max_length=64)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    channel = models.CharField(max_length=32)
    cc: models.JSONField[list[str], list[str]] = models.JSONField(default=list, blank=True)
    bcc: models.JSONField[list[str], list[str]] = models.JSONField(
        default=list, blank=True, db_default=models.Value([], models.JSONField())
    )
    at = models.DateTimeField()
    received = models.OneToOneField(ReceivedMail, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    outgoing = models.OneToOneField(OutgoingMail, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["at", "id"]
        indexes: ClassVar = [models.Index(fields=["ticket", "at", "id"], name="message_thread")]

    def __str__(self) -> str:
        return f"message {self.pk} of {self.ticket_id}"


class Attachment(models.Model):
    """A file of a message, under the name it came with. Always served as a download."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="attachments")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=255)
    content_type = models.CharField(max_length=127, default="application/octet-stream")
    content_id = models.CharField(max_length=255, blank=True)

    def __str__(self) -> str:
        return self.name
