"""Who works here: agents in teams, on levels and shifts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from django.db import models

from upheld.events.actors import Actor
from upheld.kernel.keys import numbers_of
from upheld.people.models.person import Person
from upheld.policy import roles


class Team(models.Model):
    """Agents who share a queue. `department` is a name from the policy; `lead` hears of warnings and breaches."""

    name = models.CharField(max_length=80, unique=True)
    department = models.CharField(max_length=64, blank=True)
    lead = models.ForeignKey("people.Agent", null=True, blank=True, on_delete=models.SET_NULL, related_name="leads")

    def __str__(self) -> str:
        return self.name


class AgentQuerySet(models.QuerySet["Agent"]):
    """Agents by what the policy names them for. All but `with_keys` leave out who no longer works here."""

    def working(self) -> AgentQuerySet:
        return self.filter(person__is_active=True)

    def with_keys(self, keys: Iterable[str]) -> AgentQuerySet:
        """The agents among actors' keys, whether they still work here or not."""
        return self.filter(pk__in=numbers_of(keys, "agent"))

    def on_level(self, number: int) -> AgentQuerySet:
        return self.working().filter(level=number)

    def with_role(self, *roles: str) -> AgentQuerySet:
        return self.working().filter(role__in=roles)

    def of_department(self, department: str) -> AgentQuerySet:
        return self.working().filter(team__department=department)


class Agent(models.Model):
    """A person's work: role (what they may do), level (how hard the questions are), shift (a calendar of the policy)."""

    Role = roles.Role

    class Presence(models.TextChoices):
        AWAY = "away", "Away"
        PRESENT = "present", "Present"
        BUSY = "busy", "Busy"

    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="agent")
    role = models.CharField(max_length=16, choices=[*roles.ROLES.items()], default=Role.AGENT)
    level = models.PositiveSmallIntegerField(default=1)
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.SET_NULL, related_name="agents")
    shift = models.CharField(max_length=64, blank=True)
    skills: models.JSONField[list[str], list[str]] = models.JSONField(default=list, blank=True)
    languages: models.JSONField[list[str], list[str]] = models.JSONField(default=list, blank=True)
    capacity = models.PositiveSmallIntegerField(default=20)
    presence = models.CharField(max_length=8, choices=Presence.choices, default=Presence.AWAY)
    presence_at = models.DateTimeField(null=True, blank=True)
    signature = models.TextField(blank=True)
    undo_seconds = models.PositiveSmallIntegerField(
        default=0, db_default=0, choices=[(0, "Send at once"), *((n, f"{n} seconds") for n in (5, 10, 20, 30))]
    )
    quotes = models.BooleanField(default=False, db_default=False)

    objects = AgentQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["level", "role"], name="agent_level_role")]

    def __str__(self) -> str:
        return str(self.person)

    @property
    def key(self) -> str:
        return f"agent:{self.pk}"

    @property
    def actor(self) -> Actor:
        return Actor(self.key, str(self.person))

    @property
    def is_lead(self) -> bool:
        return self.role != self.Role.AGENT

    @property
    def is_administrator(self) -> bool:
        return self.role == self.Role.ADMINISTRATOR
