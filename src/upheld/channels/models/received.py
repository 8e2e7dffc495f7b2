"""Mail that reached us: its raw bytes first, what became of it after."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.db import models
from django.db.models import Value
from django.db.models.functions import Now


class ReceivedMailQuerySet(models.QuerySet["ReceivedMail"]):
    def waiting(self) -> ReceivedMailQuerySet:
        return self.filter(state=ReceivedMail.State.RECEIVED)

    def quarantined(self) -> ReceivedMailQuerySet:
        return self.filter(state=ReceivedMail.State.QUARANTINED)

    def left_behind(self, now: datetime, patience: timedelta) -> ReceivedMailQuerySet:
        """Still waiting although they came so long ago, or came by a clock that was put back since: their job was lost."""
        late = models.Q(received_at__lt=now - patience) | models.Q(received_at__gt=now + patience)
        return self.waiting().filter(late).order_by("id")


class ReceivedMail(models.Model):
    """One mail that we answered with 250. It is in exactly one state, and `reason` says why for all but `message`.

    The same raw bytes stand once, by constraint. `message_id` is not unique: other bytes under a known one are kept, flagged.
    `door` is how it came the first time.
    `steps` is its way, [[ISO instant, words], …]; `released_by` vouched for it.
    `outcome` is the subject key of what it became (`ticket:42`). `sender` and `title` are what the mail says of itself;
    `authentication` is whether that was proved (`trust.Verdict.as_data`), null until it was looked into.
    """

    class State(models.TextChoices):
        RECEIVED = "received", "Waiting to be read"
        MESSAGE = "message", "Became a message"
        SUSPENDED = "suspended", "Held for a decision"
        QUARANTINED = "quarantined", "In quarantine"
        DROPPED = "dropped", "Dropped by a rule"

    class Door(models.TextChoices):
        SMTP = "smtp", "SMTP"
        LMTP = "lmtp", "LMTP"
        IMAP = "imap", "a mailbox"
        WEBHOOK = "webhook", "a provider"
        PIPE = "pipe", "a program"
        MBOX = "mbox", "an import"

    sha256 = models.CharField(max_length=64, unique=True)
    raw = models.BinaryField()
    size = models.PositiveIntegerField()
    envelope_from = models.CharField(max_length=320, blank=True)
    envelope_to: models.JSONField[list[str], list[str]] = models.JSONField(default=list)
    peer = models.CharField(max_length=64, blank=True)
    door = models.CharField(max_length=8, choices=Door.choices, default=Door.SMTP, db_default=Door.SMTP)
    received_at = models.DateTimeField(db_default=Now())
    # What follows is written when the mail is read. The listener's own INSERT leaves it to the database.
    message_id = models.CharField(max_length=320, blank=True, db_default="")
    sender = models.CharField(max_length=254, blank=True, db_default="")
    title = models.CharField(max_length=400, blank=True, db_default="")
    is_repeat_id = models.BooleanField(db_default=False)
    authentication: models.JSONField[dict[str, Any] | None, dict[str, Any] | None] = models.JSONField(null=True)
    is_automatic = models.BooleanField(db_default=False)
    state = models.CharField(max_length=12, choices=State.choices, default=State.RECEIVED, db_default=State.RECEIVED)
    reason = models.CharField(max_length=240, blank=True, db_default="")
    outcome = models.CharField(max_length=64, blank=True, db_default="")
    decided_at = models.DateTimeField(null=True, blank=True)
    released_at = models.DateTimeField(null=True, blank=True)
    released_by = models.CharField(max_length=64, blank=True, db_default="")
    steps: models.JSONField[list[Any], list[Any]] = models.JSONField(
        default=list, db_default=Value([], models.JSONField())
    )

    objects = ReceivedMailQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["message_id"], name="received_message_id"),
            models.Index(fields=["sender", "received_at"], name="received_sender"),
            models.Index(fields=["outcome", "id"], name="received_outcome"),
            models.Index(fields=["id"], name="received_waiting", condition=models.Q(state="received")),
            models.Index(
                fields=["id"], name="received_held", condition=models.Q(state__in=["suspended", "quarantined"])
            ),
        ]

    def __str__(self) -> str:
        return f"mail {self.pk} ({self.state})"

    @property
    def key(self) -> str:
        return f"mail:{self.pk}"

    @property
    def is_held(self) -> bool:
        """It waits for somebody to decide."""
        return self.state in (self.State.SUSPENDED, self.State.QUARANTINED)

    @property
    def is_disowned(self) -> bool:
        """The domain in From says that such a mail is not its own."""
        return bool(self.authentication and self.authentication["forged"])

    @property
    def is_authentic(self) -> bool:
        """Proved to be from the domain in From. Without that a mail gains nobody's rights and widens nobody's circle."""
        return bool(self.authentication and self.authentication["authentic"])


class MailReference(models.Model):
    """A Message-ID that a received mail names in References or In-Reply-To: by these, mails are found that belong together."""

    mail = models.ForeignKey(ReceivedMail, on_delete=models.CASCADE, related_name="references")
    message_id = models.CharField(max_length=320)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["message_id", "mail"], name="mail_reference_once")]

    def __str__(self) -> str:
        return self.message_id
