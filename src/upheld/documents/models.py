"""Documents that were made, so that they are made once; and who hears of changes."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.db import models

from upheld.accounts.models import Account
from upheld.commitments.models import PolicyVersion


class Publication(models.Model):
    """One document of one policy version in one language and format, as it was written on a day; an annex is an account's.

    It can be made again at any time and is replaced when it is older than the day that it is asked for, since hours and holidays
    look a year ahead. `mark` is a hash of what the document was made of beside the version: the facts of an account.
    """

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    version = models.ForeignKey(PolicyVersion, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=100)
    language = models.CharField(max_length=16)
    format = models.CharField(max_length=8)
    account = models.ForeignKey(Account, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    made_on: models.DateField[date, date] = models.DateField()
    mark = models.CharField(max_length=64, blank=True)
    content = models.BinaryField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["version", "name", "language", "format", "account"],
                name="publication_once",
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.language}, {self.format})"


class Subscription(models.Model):
    """An address that confirmed that it wants to hear of changes in the public documents. Ending it deletes the row."""

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    address = models.CharField(max_length=254, unique=True)
    language = models.CharField(max_length=16)
    told = models.ForeignKey(
        PolicyVersion, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )  # the version that the last mail spoke of, or that was in force when it began

    def __str__(self) -> str:
        return f"subscription {self.pk}"

    @property
    def key(self) -> str:
        return f"subscription:{self.pk}"
