"""The arithmetic of a commitment, written down stretch by stretch, for explanations."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Counted:
    """From `start_at` to `end_at` the stopwatch of a cycle ran on `calendar` (or stood still) and counted `counted`."""

    cycle: int
    start_at: int
    end_at: int
    calendar: str
    is_ticking: bool
    counted: int


class Trace:
    """Collects what a stopwatch counted; `cycle` is the one that is counted for."""

    def __init__(self) -> None:
        self.cycle = 0
        self.stretches: list[Counted] = []

    def stretch(self, start: int, end: int, calendar: str, is_ticking: bool, counted: int) -> None:
        self.stretches.append(Counted(self.cycle, start, end, calendar, is_ticking, counted))
