"""What goes wrong with calendars: written wrongly, never open, asked beyond their years."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from upheld.kernel.text import listed, nearest

Path = tuple[str | int, ...]


class CalendarError(ValueError):
    """A calendar is written wrongly.

    ``path`` leads from below ``calendars`` to the key or entry at fault, so that a loader finds
    its line; ``problem`` and ``remedy`` are sentences for the person who wrote it. ``others`` holds what
    else is wrong in the same mapping.
    """

    def __init__(self, path: Path, problem: str, remedy: str) -> None:
        super().__init__(path, problem, remedy)
        self.path = path
        self.problem = problem
        self.remedy = remedy
        self.others: tuple[CalendarError, ...] = ()

    def __str__(self) -> str:
        place = ".".join(["calendars", *(str(key) for key in self.path)])
        return f"{place}: {self.problem} {self.remedy}"


class Faults:
    """Gathers errors, so that one reading reports them all."""

    def __init__(self) -> None:
        self.found: list[CalendarError] = []

    @contextmanager
    def caught(self) -> Iterator[None]:
        try:
            yield
        except CalendarError as error:
            self.found.append(error)

    def add(self, path: Path, problem: str, remedy: str) -> None:
        self.found.append(CalendarError(path, problem, remedy))

    def add_unknown_keys(self, given: Iterable[Any], known: Sequence[str], path: Path) -> None:
        """One fault, with the nearest known key, for every key that is not known."""
        for key in given:
            if key not in known:
                meant = nearest(str(key), known)
                remedy = f"Did you mean '{meant}'?" if meant else f"The keys here are {listed(known)}."
                self.add((*path, str(key)), f"'{key}' is not known here.", remedy)


class NeverOpen(ValueError):
    """The open time asked for never comes, or not within the years that calendars are worked out for."""


class BeyondCalendar(ValueError):
    """An instant outside the years that calendars are worked out for."""
