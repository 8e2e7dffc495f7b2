"""Pictures that a mail only points to, fetched because somebody here asked for them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from upheld.channels.models import StoredFile
from upheld.tickets.models.message import Message


class OutsidePicture(models.Model):
    """One address of one message, by its SHA-256: the address itself may name somebody. Without a file, `failure` says why."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="outside_pictures")
    address = models.CharField(max_length=64)
    file = models.ForeignKey(StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    failure = models.CharField(max_length=200, blank=True)
    fetched_at = models.DateTimeField()
    fetched_by = models.CharField(max_length=64)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["message", "address"], name="outside_picture_once")]

    def __str__(self) -> str:
        return self.address[:12]
