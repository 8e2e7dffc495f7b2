"""What somebody sets for themselves."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError

from upheld.events.actors import SYSTEM
from upheld.people.actions import add_agent
from upheld.people.models import Agent, Person
from upheld.people.preferences import save_preferences, save_signature, set_presence

AT = datetime(2026, 3, 2, 15, tzinfo=UTC)
CHOICE = {"name": "Anna Ames", "zone": "Europe/Berlin", "language": "de", "theme": "dark", "density": "compact"}


@pytest.fixture
def agent(db: None) -> Agent:
    return add_agent(email="anna@desk.example", name="Anna", by=SYSTEM, at=AT)


def test_what_is_chosen_is_kept(agent: Agent) -> None:
    save_preferences(agent.person, **CHOICE)
    kept = Person.objects.values(*CHOICE).get()
    assert kept == CHOICE
    assert Person.objects.get().zoneinfo == ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    "wrong",
    [{"zone": "Mars/Olympus"}, {"zone": "../../etc/passwd"}, {"theme": "pink"}, {"density": ""}, {"name": "a" * 200}],
)
def test_what_is_no_choice_is_refused_and_nothing_is_kept(agent: Agent, wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        save_preferences(agent.person, **CHOICE | wrong)
    assert Person.objects.get().zone == "UTC"


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "/etc/passwd", "x" * 64])
def test_a_zone_that_nobody_knows_breaks_no_page(zone: str) -> None:
    assert Person(zone=zone).zoneinfo == ZoneInfo("UTC")


def test_a_signature_is_kept(agent: Agent) -> None:
    save_signature(agent, signature="Anna, Support")
    assert Agent.objects.get().signature == "Anna, Support"


def test_presence_says_since_when(agent: Agent) -> None:
    set_presence(agent, "present", at=AT)
    row: Any = Agent.objects.get()
    assert (row.presence, row.presence_at) == ("present", AT)


def test_a_word_that_is_no_presence_is_refused(agent: Agent) -> None:
    with pytest.raises(ValueError, match="asleep"):
        set_presence(agent, "asleep", at=AT)
    assert Agent.objects.get().presence == "away"
