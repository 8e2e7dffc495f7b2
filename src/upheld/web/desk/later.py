"""When a reply may leave, if not at once: what is offered, on the clock of whoever writes it. Pure: what is now is given."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Final

MORNING: Final = time(9)
WORDS: Final = ("hour", "tomorrow", "monday", "theirs")


@dataclass(frozen=True, slots=True)
class Preset:
    name: str
    label: str
    at: datetime


def presets(now: datetime, theirs: tzinfo | None = None) -> list[Preset]:
    """In an hour, tomorrow at nine, on Monday at nine, and nine in the zone of whoever reads it; each moment once."""
    tomorrow = now.date() + timedelta(days=1)
    monday = now.date() + timedelta(days=7 - now.weekday())
    offered = [
        Preset("hour", "In 1 hour", now + timedelta(hours=1)),
        Preset("tomorrow", "Tomorrow 9:00", datetime.combine(tomorrow, MORNING, now.tzinfo)),
    ]
    if monday != tomorrow:
        offered.append(Preset("monday", "Monday 9:00", datetime.combine(monday, MORNING, now.tzinfo)))
    if theirs is not None:
        at = _their_morning(now, theirs)
        offered += [Preset("theirs", "9:00 their time", at)] if at not in [one.at for one in offered] else []
    return offered


def _their_morning(now: datetime, theirs: tzinfo) -> datetime:
    """The next nine o'clock there that is no Saturday or Sunday, said on our clock."""
    day = now.astimezone(theirs).date()
    while True:
        at = datetime.combine(day, MORNING, theirs)
        if at > now and day.weekday() < 5:
            return at.astimezone(now.tzinfo)
        day += timedelta(days=1)


def moment_of(word: str, now: datetime, theirs: tzinfo | None = None) -> datetime | None:
    """What a preset means now. On a Sunday Monday is tomorrow."""
    if word == "theirs" and theirs is not None:
        return _their_morning(now, theirs)
    at = {one.name: one.at for one in presets(now)}
    return at.get(word) or (at["tomorrow"] if word == "monday" else None)


def exists(local: datetime) -> bool:
    """Whether the clock of its zone ever shows it: in one night a year an hour is left out."""
    return local.astimezone(UTC).astimezone(local.tzinfo).replace(tzinfo=None) == local.replace(tzinfo=None)
