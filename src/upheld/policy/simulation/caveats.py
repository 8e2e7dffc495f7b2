"""How much history stands behind a simulation, and what follows from there being little."""

from __future__ import annotations

from collections.abc import Mapping
from math import sqrt

from upheld.kernel.durations import DAY
from upheld.policy.simulation.run import Window
from upheld.policy.simulation.tally import Tally

FEW = 30
Z95 = 1.959964


def caveats(tally: Tally, window: Window, labels: Mapping[str, str] | None = None) -> list[str]:
    """Sentences for the reader; empty when there is enough of everything and all of it is exact.

    `labels` are what people call the clauses; without them a clause goes by its name in the policy.
    """
    told = []
    if not tally.subjects:
        return ["There is no recorded history in this period, so nothing can be said."]
    told += _short(tally, window)
    few = sorted(name for name, sides in tally.clauses.items() if max(sides.then.decided, sides.now.decided) < FEW)
    if few:
        told.append(
            f"{_clauses(len(few))} of {len(tally.clauses)} had fewer than {FEW} decided commitments, too few for a share "
            f"to mean much: {', '.join((labels or {}).get(name, name) for name in few)}."
        )
    if tally.inexact:
        told.append(
            f"For {tally.inexact} of {tally.subjects} subjects the recorded events do not lead to what was recorded as having "
            f"happened; for these, what happened is taken from the record, and what is missing is listed."
        )
    if not tally.knows_then:
        told.append("Nothing is known of what happened: only what would have is told.")
    return told


def interval(kept: int, decided: int) -> float:
    """Half the width of Wilson's 95 % interval for a share (E. B. Wilson, 1927); 1 where nothing was decided."""
    if not decided:
        return 1.0
    share = kept / decided
    return Z95 / (1 + Z95**2 / decided) * sqrt(share * (1 - share) / decided + Z95**2 / (4 * decided**2))


def _short(tally: Tally, window: Window) -> list[str]:
    if tally.first_at is None or tally.last_at is None:
        return []
    asked = (window.until - window.since) / DAY
    held = (min(tally.last_at, window.until) - max(tally.first_at, window.since)) / DAY
    if held >= 0.8 * asked:
        return []
    if window.since <= 0:  # all there is was asked for
        return []
    said = (
        f"You asked for {_days(asked)}; the recorded history covers {_days(max(held, 0))} of them, "
        f"with {tally.subjects} subjects and {tally.events} events."
    )
    return [said]


def _days(number: float) -> str:
    return "1 day" if round(number) == 1 else f"{round(number)} days" if number >= 1 else "less than a day"


def _clauses(number: int) -> str:
    return "1 clause" if number == 1 else f"{number} clauses"
