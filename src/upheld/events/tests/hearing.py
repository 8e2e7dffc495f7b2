"""Handlers that only tests wire: they write down what they heard, and some fail."""

from __future__ import annotations

from upheld.events.models import Event

heard: list[tuple[str, int]] = []
failing: set[str] = set()


class NotNow(Exception):
    pass


def hear(event: Event) -> None:
    _hear("hear", event)


def hear_as_well(event: Event) -> None:
    _hear("hear_as_well", event)


def write_and_fail(event: Event) -> None:
    """Writes in its transaction before it fails."""
    Event.objects.create(kind="ticket.noted", subject="ticket:9", actor="x", at=event.at)
    _hear("write_and_fail", event)


def _hear(name: str, event: Event) -> None:
    heard.append((name, event.pk))
    if name in failing:
        raise NotNow(name)
