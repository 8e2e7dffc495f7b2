"""A draft with its revisions, the questions about it, who approved it, and who has read the version that came of it."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Q

from upheld.commitments.models import PolicyVersion
from upheld.people.models import Agent
from upheld.policy.roles import ROLES

Files = dict[str, str]


class DraftQuerySet(models.QuerySet["Draft"]):
    def unsettled(self) -> DraftQuerySet:
        return self.exclude(state__in=Draft.SETTLED)

    def latest_first(self) -> DraftQuerySet:
        return self.order_by("-changed_at", "-id")


class Draft(models.Model):
    """The next version of the policy while it is written. `files` are those of `revision`; `base` is what it began from.

    `handed_in` are the files as they last came from elsewhere (git), so that the next ones can be merged with
    what was changed here.
    """

    class State(models.TextChoices):
        DRAFTING = "drafting", "Being written"
        IN_REVIEW = "in_review", "In review"
        APPROVED = "approved", "Approved"
        PUBLISHED = "published", "Published"
        WITHDRAWN = "withdrawn", "Withdrawn"

    SETTLED: ClassVar = (State.PUBLISHED, State.WITHDRAWN)

    title = models.CharField(max_length=120)
    note = models.TextField(blank=True)
    files: models.JSONField[Files, Files] = models.JSONField()
    handed_in: models.JSONField[Files | None, Files | None] = models.JSONField(null=True, blank=True)
    base = models.ForeignKey(PolicyVersion, null=True, on_delete=models.PROTECT, related_name="+")
    revision = models.PositiveIntegerField(default=1)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFTING)
    version = models.OneToOneField(
        PolicyVersion, null=True, blank=True, on_delete=models.PROTECT, related_name="came_from"
    )
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=64)
    changed_at = models.DateTimeField()
    changed_by = models.CharField(max_length=64)
    returned_reason = models.TextField(blank=True)
    returned_at: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(null=True, blank=True)
    returned_by = models.CharField(max_length=64, blank=True)

    objects = DraftQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="draft_published_has_version",
                condition=Q(state="published", version__isnull=False) | ~Q(state="published") & Q(version__isnull=True),
            ),
            models.UniqueConstraint(
                fields=["title"], name="draft_title_once", condition=~Q(state__in=["published", "withdrawn"])
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def key(self) -> str:
        return f"draft:{self.pk}"

    @property
    def is_settled(self) -> bool:
        return self.state in self.SETTLED

    @property
    def writers(self) -> set[str]:
        """The keys of everybody who wrote on it. None of them may approve it. One query."""
        return {self.created_by, *self.revisions.values_list("saved_by", flat=True)}


class DraftRevision(models.Model):
    """The draft as it stood after one save. Never changed."""

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    files: models.JSONField[Files, Files] = models.JSONField()
    what = models.CharField(max_length=240)
    saved_at = models.DateTimeField()
    saved_by = models.CharField(max_length=64)

    class Meta:
        ordering: ClassVar = ["-number"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["draft", "number"], name="draft_revision_once")]

    def __str__(self) -> str:
        return f"{self.draft_id} r{self.number}"


class QuestionQuerySet(models.QuerySet["Question"]):
    def open(self) -> QuestionQuerySet:
        return self.filter(answered_at=None)


class Question(models.Model):
    """Somebody who knows is asked about a draft, perhaps about one place of it (`clause:first-response`, `hours.yaml`)."""

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="questions")
    to = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="draft_questions")
    about = models.CharField(max_length=160, blank=True)
    text = models.TextField()
    answer = models.TextField(blank=True)
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=64)
    answered_at: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(null=True, blank=True)
    answered_by = models.CharField(max_length=64, blank=True)

    objects = QuestionQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["asked_at", "id"]

    def __str__(self) -> str:
        return self.text[:60]

    @property
    def clause(self) -> str:
        """The clause that it is about; empty when it is about a file, or the draft as a whole."""
        kind, _, name = self.about.partition(":")
        return name if kind == "clause" else ""


class Approval(models.Model):
    """A yes to one revision, in one of the roles that the policy in force asks for. Another revision needs another yes."""

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="approvals")
    revision = models.PositiveIntegerField()
    role = models.CharField(max_length=16, choices=[*ROLES.items()])
    approved_at = models.DateTimeField()
    approved_by = models.ForeignKey(Agent, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering: ClassVar = ["approved_at", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["draft", "revision", "approved_by"], name="approval_once_each"),
        ]

    def __str__(self) -> str:
        return f"{self.role} r{self.revision}"


class AcknowledgementQuerySet(models.QuerySet["Acknowledgement"]):
    def missing(self) -> AcknowledgementQuerySet:
        return self.filter(acknowledged_at=None, agent__person__is_active=True)


class Acknowledgement(models.Model):
    """One agent is asked to read one version, and says that they have."""

    version = models.ForeignKey(PolicyVersion, on_delete=models.CASCADE, related_name="acknowledgements")
    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="acknowledgements")
    due_at: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(null=True, blank=True)
    told_at = models.DateTimeField()
    reminded_at: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(null=True, blank=True)
    acknowledged_at: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(
        null=True, blank=True
    )

    objects = AcknowledgementQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["version", "agent"], name="acknowledgement_once")]
        indexes: ClassVar = [
            models.Index(fields=["version"], name="acknowledgement_missing", condition=Q(acknowledged_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.agent_id} reads {self.version_id}"
