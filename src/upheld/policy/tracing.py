"""The arithmetic of a commitment, written down stretch by stretch, for explanations."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Counted:
    """From `start_at` to `end_at` the stopwatch of a clause ran on `calendar` (or stood still) and counted `counted`."""

    start_at: int
    end_at: int
    calendar: str
    is_ticking: bool
    counted: int


Trace = list[Counted]
