"""What a person has not sent yet, and how far they have read."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from upheld.people.models import Person
from upheld.tickets.models.ticket import Ticket


class Draft(models.Model):
    """Kept while somebody types, so that nothing typed is lost; deleted when it is sent."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="drafts")
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="drafts")
    is_internal = models.BooleanField(default=False)
    text = models.TextField()
    saved_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["person", "ticket", "is_internal"], name="draft_once")]

    def __str__(self) -> str:
        return f"draft of {self.person_id} on {self.ticket_id}"


class Reading(models.Model):
    """Up to when a person has read a ticket; later messages make its row bold."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="readings")
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="readings")
    read_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["person", "ticket"], name="reading_once")]

    def __str__(self) -> str:
        return f"{self.person_id} read {self.ticket_id}"
