"""What somebody sets for themselves: looks, zone and language, whether they are there. No event is recorded."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError

from upheld.people.models import Agent, Person
from upheld.people.models.person import known_zone


def save_preferences(person: Person, *, name: str, zone: str, language: str, theme: str, density: str) -> None:
    """Raises ValidationError for a zone, a look or a length that there is not; then nothing is kept."""
    if known_zone(zone) is None:
        raise ValidationError({"zone": f"There is no time zone “{zone}”."})
    person.name, person.zone, person.language, person.theme, person.density = name, zone, language, theme, density
    person.full_clean(exclude=["email", "password"], validate_unique=False)
    person.save(update_fields=["name", "zone", "language", "theme", "density"])


def save_signature(agent: Agent, *, signature: str) -> None:
    agent.signature = signature
    agent.save(update_fields=["signature"])


def save_way_of_writing(agent: Agent, *, undo_seconds: int, quotes: bool) -> None:
    """How long a reply may be taken back, and whether it quotes the customer if nothing else is said. Raises ValidationError."""
    agent.undo_seconds, agent.quotes = undo_seconds, quotes
    agent.clean_fields(exclude=[one.name for one in Agent._meta.fields if one.name != "undo_seconds"])
    agent.save(update_fields=["undo_seconds", "quotes"])


def set_presence(agent: Agent, presence: str, *, at: datetime) -> None:
    """Raises ValueError for a word that is no presence."""
    agent.presence, agent.presence_at = Agent.Presence(presence), at
    agent.save(update_fields=["presence", "presence_at"])
