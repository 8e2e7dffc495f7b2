"""The arithmetic of a commitment, written down stretch by stretch, for explanations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from upheld.hours import Calendar


@dataclass(frozen=True, slots=True)
class Counted:
    """From `start_at` to `end_at` the stopwatch of a clause ran on `calendar` (or stood still) and counted `counted`.

    The calendar itself and not its name: under another version of the policy that name may say other hours.
    """

    start_at: int
    end_at: int
    calendar: Calendar
    is_ticking: bool
    counted: int


Trace = list[Counted]
