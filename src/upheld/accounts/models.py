"""Accounts, their contacts, and the addresses by which contacts are known."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models.functions import Lower

from upheld.events.actors import Actor
from upheld.people.models import Agent, Person


class AccountQuerySet(models.QuerySet["Account"]):
    def open(self) -> AccountQuerySet:
        return self.filter(closed_at=None)

    def by_domain(self, domain: str) -> AccountQuerySet:
        """Accounts that said this mail domain is theirs."""
        return self.open().filter(domains__name=domain.lower())


class Account(models.Model):
    """A customer organisation. `plan`, `region` and `language` are names from the policy."""

    name = models.CharField(max_length=160)
    plan = models.CharField(max_length=64)
    region = models.CharField(max_length=64, blank=True)
    segment = models.CharField(max_length=64, blank=True)
    language = models.CharField(max_length=16, default="en")
    zone = models.CharField(max_length=64, default="UTC")
    manager = models.ForeignKey(Agent, null=True, blank=True, on_delete=models.SET_NULL, related_name="accounts")
    contract_starts = models.DateField(null=True, blank=True)
    contract_ends = models.DateField(null=True, blank=True)
    notes = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = AccountQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["name"]
        indexes: ClassVar = [models.Index(Lower("name"), name="account_name")]

    def __str__(self) -> str:
        return self.name

    @property
    def key(self) -> str:
        return f"account:{self.pk}"


class Domain(models.Model):
    """A mail domain whose senders belong to the account. Public mail providers are refused by the action that adds one."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="domains")
    name = models.CharField(max_length=190, unique=True)

    def __str__(self) -> str:
        return self.name


class ContactQuerySet(models.QuerySet["Contact"]):
    def at_address(self, address: str) -> ContactQuerySet:
        return self.filter(identities__kind="mail", identities__value=address.strip().lower())


class Contact(models.Model):
    """A person at an account. An account administrator sees all tickets of the account; the others see their own."""

    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="contact")
    account = models.ForeignKey(Account, null=True, blank=True, on_delete=models.SET_NULL, related_name="contacts")
    is_administrator = models.BooleanField(default=False)
    phone = models.CharField(max_length=40, blank=True)
    title = models.CharField(max_length=80, blank=True)
    bounced_at = models.DateTimeField(null=True, blank=True)

    objects = ContactQuerySet.as_manager()

    def __str__(self) -> str:
        return str(self.person)

    @property
    def key(self) -> str:
        return f"contact:{self.pk}"

    @property
    def actor(self) -> Actor:
        return Actor(self.key, str(self.person))


class Identity(models.Model):
    """One way in which a contact is known: a mail address (lower case), a phone number, a social name."""

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="identities")
    kind = models.CharField(max_length=16, default="mail")
    value = models.CharField(max_length=254)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["kind", "value"], name="identity_once")]

    def __str__(self) -> str:
        return self.value
