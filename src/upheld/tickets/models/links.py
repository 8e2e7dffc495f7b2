"""What ties tickets to each other and to a ladder."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from upheld.tickets.models.ticket import Ticket


class Merge(models.Model):
    """The ticket is read as a part of another. Nothing is moved, so taking it back is exact."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="merges")
    into = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="merged")
    status_before = models.CharField(max_length=20)
    merged_at = models.DateTimeField()
    merged_by = models.CharField(max_length=64)
    undone_at: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(null=True, blank=True)
    undone_by = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["ticket"], name="merge_once", condition=Q(undone_at=None)),
            models.CheckConstraint(condition=~Q(ticket=F("into")), name="merge_into_another"),
        ]

    def __str__(self) -> str:
        return f"#{self.ticket_id} into #{self.into_id}"


class Link(models.Model):
    """Two tickets that speak of the same thing. `kind`: related, or a recurring problem."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="links")
    other = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="linked_from")
    kind = models.CharField(
        max_length=16, default="related", choices=[("related", "Related"), ("recurring", "Recurring problem")]
    )
    linked_at = models.DateTimeField()
    linked_by = models.CharField(max_length=64)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["ticket", "other", "kind"], name="link_once")]

    def __str__(self) -> str:
        return f"#{self.ticket_id} {self.kind} #{self.other_id}"


class Escalation(models.Model):
    """One step up a ladder: to which rung, by whom, why. `key` lets the same breach raise only once."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="escalations")
    ladder = models.CharField(max_length=64)
    rung = models.PositiveSmallIntegerField()
    reason = models.CharField(max_length=400, blank=True)
    clause = models.CharField(max_length=64, blank=True)
    key = models.CharField(max_length=160, unique=True)
    raised_at = models.DateTimeField()
    raised_by = models.CharField(max_length=64)

    class Meta:
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return f"#{self.ticket_id} to rung {self.rung} of {self.ladder}"
