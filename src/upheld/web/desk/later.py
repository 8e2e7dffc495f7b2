"""When a reply may leave, if not at once: what is offered, on the clock of whoever writes it. Pure: what is now is given."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final

MORNING: Final = time(9)
WORDS: Final = ("hour", "tomorrow", "monday")
BRIEF: Final = timedelta(seconds=30)
"""Up to here a reply waits only so that it may be taken back."""


@dataclass(frozen=True, slots=True)
class Preset:
    name: str
    label: str
    at: datetime


def presets(now: datetime) -> list[Preset]:
    """In an hour, tomorrow at nine, on Monday at nine; each moment once."""
    tomorrow = now.date() + timedelta(days=1)
    monday = now.date() + timedelta(days=7 - now.weekday())
    offered = [
        Preset("hour", "In 1 hour", now + timedelta(hours=1)),
        Preset("tomorrow", "Tomorrow 9:00", datetime.combine(tomorrow, MORNING, now.tzinfo)),
    ]
    if monday != tomorrow:
        offered.append(Preset("monday", "Monday 9:00", datetime.combine(monday, MORNING, now.tzinfo)))
    return offered


def moment_of(word: str, now: datetime) -> datetime | None:
    """What a preset means now. On a Sunday Monday is tomorrow."""
    at = {one.name: one.at for one in presets(now)}
    return at.get(word) or (at["tomorrow"] if word == "monday" else None)
