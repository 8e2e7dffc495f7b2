"""Rows about people."""

from upheld.people.models.agent import Agent, Team
from upheld.people.models.notification import Notification
from upheld.people.models.person import Person

__all__ = ["Agent", "Notification", "Person", "Team"]
