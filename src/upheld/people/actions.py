"""Telling people, and who they are."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from upheld.events.actions import announce
from upheld.people.models import Agent, Notification, Person


@transaction.atomic
def notify(
    people: Iterable[Person], *, key: str, subject: str, kind: str, text: str, at: datetime, urgent: bool = False
) -> list[Person]:
    """Tell each person once for each key; telling again changes nothing. Returns those who had not been told before."""
    wanted = {person.pk: person for person in people if person.is_active}
    told = set(Notification.objects.filter(key=key, person__in=wanted).values_list("person_id", flat=True))
    fresh = [person for pk, person in wanted.items() if pk not in told]
    Notification.objects.bulk_create(
        [
            Notification(person=one, key=key, subject=subject, kind=kind, text=text[:240], urgent=urgent, at=at)
            for one in fresh
        ],
        ignore_conflicts=True,
    )
    announce("notice", *(f"person:{one.pk}" for one in fresh))
    return fresh


def mark_read(person: Person, *, at: datetime, subject: str | None = None) -> int:
    """The person has seen what they were told, of one subject or of all. Returns how many were unread."""
    unread = person.notifications.unread()
    if subject is not None:
        unread = unread.filter(subject=subject)
    return unread.update(read_at=at)


@transaction.atomic
def add_agent(
    *, email: str, name: str, password: str | None = None, role: str = Agent.Role.AGENT, level: int = 1
) -> Agent:
    """Somebody starts to work here. A person who is known already by that address becomes an agent as well."""
    person = Person.objects.filter(email=email.strip().lower()).first()
    if person is None:
        person = Person.objects.create_user(email, password, name=name)
    agent, _ = Agent.objects.update_or_create(person=person, defaults={"role": role, "level": level})
    return agent
