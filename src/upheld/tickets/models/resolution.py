"""How a ticket ended, and the record that the policy asks for."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from upheld.tickets.models.ticket import Ticket


class Resolution(models.Model):
    """Who settled the ticket and when. Reopening ends it and leaves the row; at most one stands for each ticket."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="resolutions")
    note = models.TextField(blank=True)
    record: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict, blank=True)
    resolved_at = models.DateTimeField()
    resolved_by = models.CharField(max_length=64)
    reopened_at: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(null=True, blank=True)
    reopened_by = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["ticket"], name="resolution_once", condition=Q(reopened_at=None)),
        ]

    def __str__(self) -> str:
        return f"resolution of {self.ticket_id}"
