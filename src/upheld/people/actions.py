"""Telling people, and who they are."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from upheld.events.actions import announce, record
from upheld.events.actors import Actor
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


MILESTONES = {
    "agent.certified": "Certification passed",
    "agent.trained": "Took part in a training",
    "agent.met": "Took part in the team meeting",
    "agent.workshop_held": "Took part in a workshop",
    "agent.conference_attended": "Went to a conference",
}
"""What people record by hand about a colleague, and what it is called."""


class PersonRefused(Exception):
    """Does not apply; the text is shown to the user as it is."""


@transaction.atomic
def add_agent(
    *,
    email: str,
    name: str,
    by: Actor,
    at: datetime,
    password: str | None = None,
    role: str = Agent.Role.AGENT,
    level: int = 1,
) -> Agent:
    """Somebody starts to work here. A person who is known already by that address becomes an agent as well."""
    person = Person.objects.filter(email=email.strip().lower()).first()
    if person is None:
        person = Person.objects.create_user(email, password, name=name)
    agent, _ = Agent.objects.update_or_create(person=person, defaults={"role": role, "level": level})
    join(agent, by=by, at=at)
    return agent


def join(agent: Agent, *, by: Actor, at: datetime) -> None:
    """What the policy promises to those who work here begins. A second time records nothing."""
    record("agent.joined", agent.key, by=by, at=at, data=attributes(agent), key=f"{agent.key}/joined")


@transaction.atomic
def reach(agent: Agent, milestone: str, *, by: Actor, at: datetime) -> None:
    """Write down that a milestone was reached, such as `agent.certified`; the commitments that wait for it are kept.

    Each call is a fact of its own: two trainings are two. Refused for somebody who left.
    """
    _lock(agent)
    if milestone not in MILESTONES:
        raise PersonRefused(f"There is no milestone “{milestone}”.")
    if not agent.person.is_active:
        raise PersonRefused(f"{agent} works here no longer.")
    record(milestone, agent.key, by=by, at=at)


@transaction.atomic
def leave(agent: Agent, *, by: Actor, at: datetime) -> None:
    """They work here no longer and cannot sign in; what was promised to them ends. What they did keeps their name."""
    _lock(agent)
    if not agent.person.is_active:
        return
    agent.person.is_active = False
    agent.person.save(update_fields=["is_active"])
    record("agent.left", agent.key, by=by, at=at)


def attributes(agent: Agent) -> dict[str, int | str]:
    """What the policy's matchers may ask of somebody who works here."""
    return {"level": agent.level, "role": str(agent.role), "team": agent.team.name if agent.team else ""}


def _lock(agent: Agent) -> None:
    """Read them afresh and keep them, so that what two people do comes one after the other."""
    agent.refresh_from_db(from_queryset=Agent.objects.select_related("person", "team").select_for_update(of=("self",)))
