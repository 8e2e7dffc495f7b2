"""Mailboxes that we fetch from, and each mail that was seen in one."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Final

from django.db import models

from upheld.channels.models.received import ReceivedMail

LEFT: Final = " left "  # in the name of a mailbox that was left; names of the environment have no spaces


class Mailbox(models.Model):
    """A folder on another server, by the name that the environment gives it. What stands here is what was seen last.

    `missing_numbers` are the first of those that it holds and we do not. `asked_by` wants a look at once.
    `uid_validity` is the server's word for the numbering in force: under another one every number means another mail.
    """

    name = models.CharField(max_length=40, unique=True)
    account = models.CharField(max_length=254)
    folder = models.CharField(max_length=254)
    uid_validity = models.BigIntegerField(null=True, blank=True)
    looked_at: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(null=True, blank=True)
    fetched_at: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(null=True, blank=True)
    failing_since: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(null=True, blank=True)
    failure = models.CharField(max_length=400, blank=True)
    reconciled_at: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(null=True, blank=True)
    on_server = models.PositiveIntegerField(default=0)
    missing = models.PositiveIntegerField(default=0)
    missing_numbers: models.JSONField[list[int], list[int]] = models.JSONField(
        default=list, db_default=models.Value([], models.JSONField())
    )
    mended = models.PositiveBigIntegerField(default=0)
    asked_at: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(null=True, blank=True)
    asked_by = models.CharField(max_length=64, blank=True, db_default="")

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return f"{self.name} ({self.account}, {self.folder})"

    @property
    def is_left(self) -> bool:
        """Its name was given to another folder or account, and it is not fetched from any more."""
        return LEFT in self.name


class Sighting(models.Model):
    """A mail as the server numbers it. `mail` is null where it was too large to be taken: it stays on the server.

    `settled` says that the server was told (flagged, moved or deleted); until then it is told again.
    """

    mailbox = models.ForeignKey(Mailbox, on_delete=models.CASCADE, related_name="sightings")
    uid_validity = models.BigIntegerField()
    uid = models.BigIntegerField()
    mail = models.ForeignKey(ReceivedMail, null=True, blank=True, on_delete=models.PROTECT, related_name="sightings")
    size = models.PositiveBigIntegerField(default=0)
    seen_at = models.DateTimeField()
    settled = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["mailbox", "uid_validity", "uid"], name="sighting_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["mailbox"], name="sighting_unsettled", condition=models.Q(settled=False)),
        ]

    def __str__(self) -> str:
        return f"{self.uid} of {self.mailbox_id}"
