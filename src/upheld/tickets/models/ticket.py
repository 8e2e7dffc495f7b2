"""The ticket."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.db import models
from django.db.models import F, Q

from upheld.accounts.models import Account, Contact
from upheld.people.models import Agent, Person, Team


def sees_all(person: Person) -> bool:
    """Whether the access rule of `visible_to` leaves nothing out: for who works here."""
    return person.is_active and hasattr(person, "agent")


class TicketQuerySet(models.QuerySet["Ticket"]):
    """Tickets as people speak of them. Whoever shows tickets to somebody begins with `visible_to`."""

    def visible_to(self, person: Person) -> TicketQuerySet:
        """The one access rule: agents see all, account administrators their account's, everybody else what they asked
        or watch.
        """
        if sees_all(person):
            return self
        if not person.is_active:
            return self.none()
        contact: Contact | None = getattr(person, "contact", None)
        mine = Q(watchers=person)
        if contact is not None:
            mine |= Q(requester=contact)
            if contact.is_administrator and contact.account_id is not None:
                mine |= Q(account_id=contact.account_id)
        return self.filter(pk__in=Ticket.objects.filter(mine).values("pk"))

    def unsettled(self) -> TicketQuerySet:
        """Neither resolved nor closed nor merged nor spam: somebody still works on it."""
        return self.filter(is_settled=False)

    def unassigned(self) -> TicketQuerySet:
        return self.filter(assignee=None)

    def assigned_to(self, agent: Agent) -> TicketQuerySet:
        return self.filter(assignee=agent)

    def late(self, now: datetime) -> TicketQuerySet:
        """A commitment is past its time and not yet fulfilled."""
        return self.unsettled().filter(due_at__lt=now)

    def tightest_first(self) -> TicketQuerySet:
        return self.order_by(F("due_at").asc(nulls_last=True), "id")

    def for_rows(self) -> TicketQuerySet:
        """With everything that a queue row shows, in one query."""
        return self.select_related("requester__person", "account", "assignee__person", "team")


class Ticket(models.Model):
    """One matter of one customer. Names such as plan, priority, category and department are the policy's.

    `plan` is the account's plan as the commitments see it. `due_at` is the tightest awaited commitment's, a cache
    kept by every action.
    """

    class Status(models.TextChoices):
        NEW = "new", "New"
        OPEN = "open", "Open"
        WAITING = "waiting_on_customer", "Waiting on customer"
        ON_HOLD = "on_hold", "On hold"
        RESOLVED = "resolved", "Resolved"
        CLOSED = "closed", "Closed"

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    title = models.CharField(max_length=240)
    account = models.ForeignKey(Account, null=True, blank=True, on_delete=models.PROTECT, related_name="tickets")
    requester = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="tickets")
    plan = models.CharField(max_length=64)
    priority = models.CharField(max_length=16)
    impact = models.CharField(max_length=16, blank=True)
    urgency = models.CharField(max_length=16, blank=True)
    category = models.CharField(max_length=64, blank=True)
    product_area = models.CharField(max_length=64, blank=True)
    department = models.CharField(max_length=64, blank=True)
    brand = models.CharField(max_length=64, blank=True, default="", db_default="")
    channel = models.CharField(max_length=32)
    language = models.CharField(max_length=16, default="en")
    region = models.CharField(max_length=64, blank=True)
    tags: models.JSONField[list[str], list[str]] = models.JSONField(default=list, blank=True)
    essentials: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict, blank=True)
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.NEW)
    is_settled = models.BooleanField(default=False)
    is_spam = models.BooleanField(default=False)
    level = models.PositiveSmallIntegerField(default=1)
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.SET_NULL, related_name="tickets")
    assignee = models.ForeignKey(Agent, null=True, blank=True, on_delete=models.SET_NULL, related_name="tickets")
    watchers = models.ManyToManyField(Person, blank=True, related_name="watched_tickets")
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="children")
    opened_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    last_message_at = models.DateTimeField(null=True, blank=True)
    last_message_by = models.CharField(max_length=8, blank=True)
    preview = models.CharField(max_length=160, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True)
    due_at: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(null=True, blank=True)

    objects = TicketQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["due_at", "id"], name="ticket_tightest", condition=Q(is_settled=False)),
            models.Index(fields=["assignee", "due_at"], name="ticket_assignee", condition=Q(is_settled=False)),
            models.Index(fields=["account", "-id"], name="ticket_account"),
            models.Index(fields=["requester", "-id"], name="ticket_requester"),
            models.Index(fields=["status", "-changed_at"], name="ticket_status"),
            models.Index(
                fields=["department", "due_at", "id"], name="ticket_department", condition=Q(is_settled=False)
            ),
            models.Index(fields=["-changed_at", "-id"], name="ticket_changed"),
            GinIndex(SearchVector("title", config="simple"), name="ticket_words"),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"

    @property
    def key(self) -> str:
        return f"ticket:{self.pk}"

    @property
    def reference(self) -> str:
        return f"#{self.pk}"

    @property
    def is_merged(self) -> bool:
        return self.merges.filter(undone_at=None).exists()

    def attributes(self) -> dict[str, Any]:
        """What matchers of the policy may look at."""
        return {
            "priority": self.priority,
            "plan": self.plan,
            "category": self.category,
            "product_area": self.product_area,
            "department": self.department,
            "brand": self.brand,
            "channel": self.channel,
            "status": self.status,
            "level": self.level,
            "language": self.language,
            "region": self.region,
            "impact": self.impact,
            "urgency": self.urgency,
            "tags": list(self.tags),
            "amount": self.essentials.get("amount", ""),
        }
