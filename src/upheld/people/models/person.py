"""A person: one row for each human being we know, agent or customer."""

from __future__ import annotations

from typing import Any, ClassVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower


def known_zone(name: str) -> ZoneInfo | None:
    """The zone of that name, or None: names come from browsers and forms."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


class PersonManager(BaseUserManager["Person"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> Person:
        """Without a password the person can sign in only by a mailed code or a passkey."""
        person = Person(email=email.strip().lower(), **fields)
        person.set_password(password)
        person.save(using=self._db)
        return person

    def get_by_natural_key(self, username: str | None) -> Person:
        return self.get(email=(username or "").strip().lower())


class Person(AbstractBaseUser):
    """Signs in by mail address. Rights come from being an agent (see Agent.role) or a contact of an account, never from here."""

    email = models.EmailField(max_length=254)
    name = models.CharField(max_length=120, blank=True)
    zone = models.CharField(max_length=64, default="UTC")
    language = models.CharField(max_length=16, default="en")
    theme = models.CharField(
        max_length=8, default="auto", choices=[("auto", "As my system"), ("light", "Light"), ("dark", "Dark")]
    )
    density = models.CharField(
        max_length=12, default="comfortable", choices=[("comfortable", "Comfortable"), ("compact", "Compact")]
    )
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[PersonManager] = PersonManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(Lower("email"), name="person_email_once")]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def zoneinfo(self) -> ZoneInfo:
        """UTC where the name is none that this machine knows: no page may break on it."""
        return known_zone(self.zone) or ZoneInfo("UTC")

    @property
    def initials(self) -> str:
        words = (self.name or self.email).split()
        return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return str(self).split()[0]
