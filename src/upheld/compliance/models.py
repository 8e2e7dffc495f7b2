"""A proof that somebody asked for, and one look at whether the record is as it was."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from upheld.accounts.models import Account
from upheld.channels.models import StoredFile
from upheld.people.models import Person


class ProofQuerySet(models.QuerySet["Proof"]):
    def visible_to(self, person: Person) -> ProofQuerySet:
        """Team leads and above see all; an account's administrators see those of their own account; nobody else any."""
        if not person.is_active:
            return self.none()
        if hasattr(person, "agent"):
            return self if person.agent.is_lead else self.none()
        contact = getattr(person, "contact", None)
        if contact is None or not contact.is_administrator or contact.account_id is None:
            return self.none()
        return self.filter(account=contact.account_id)


class Proof(models.Model):
    """What was asked for, how far it is, and the two files. For an account, or for a plan, or, with neither, for everybody.

    It is about the commitments that began from `since` to before `until`, so that the proofs of twelve months are that of the
    year. `figures` are its totals as `compliance.figures` has them; `digest` is what was signed.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        MAKING = "making", "Being made"
        READY = "ready", "Ready"
        FAILED = "failed", "Failed"

    account = models.ForeignKey(Account, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    plan = models.CharField(max_length=64, blank=True)
    since = models.DateTimeField()
    until = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=64)
    made_at: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(null=True, blank=True)
    figures: models.JSONField[list[dict[str, Any]], list[dict[str, Any]]] = models.JSONField(default=list)
    digest = models.CharField(max_length=64, blank=True)
    json = models.ForeignKey(StoredFile, null=True, on_delete=models.PROTECT, related_name="+")
    pdf = models.ForeignKey(StoredFile, null=True, on_delete=models.PROTECT, related_name="+")

    objects = ProofQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(until__gt=models.F("since")), name="proof_period"),
            models.CheckConstraint(condition=Q(account=None) | Q(plan=""), name="proof_of_one"),
        ]

    def __str__(self) -> str:
        return f"proof {self.pk}"

    @property
    def key(self) -> str:
        return f"proof:{self.pk}"

    @property
    def is_ready(self) -> bool:
        return self.state == self.State.READY

    @property
    def is_awaited(self) -> bool:
        return self.state in (self.State.WAITING, self.State.MAKING)


class Verification(models.Model):
    """One walk over the whole record. `finding` is the first event or seal that is not as it was; empty when there is none."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        AS_IT_WAS = "fine", "As it was"
        WRONG = "wrong", "Not as it was"
        FAILED = "failed", "Could not be done"

    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=64)
    ended_at: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    events = models.PositiveBigIntegerField(default=0)
    seals = models.PositiveBigIntegerField(default=0)
    erased = models.PositiveBigIntegerField(default=0)
    wrong = models.PositiveBigIntegerField(default=0)
    finding = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return f"verification {self.pk}"

    @property
    def is_awaited(self) -> bool:
        return self.state == self.State.WAITING
