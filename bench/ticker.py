"""bin/bench ticker [--open 100000] [--due 10000]: many open commitments, many of them due in one second; acted on once
each, and how fast.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bench._house import house, machine

if TYPE_CHECKING:
    from upheld.commitments.models import Clock, Commitment, PolicyVersion
    from upheld.events.models import Event

BATCH = 10_000


def run(*, subjects: int = 100_000, due: int = 10_000) -> dict[str, object]:
    """Seconds that one ticker needs for `due` subjects, of `subjects` that are open, which fall due within one second."""
    with house() as version:
        from upheld.commitments.models import Commitment
        from upheld.events.models import Event

        now = datetime.now(UTC)
        _open(subjects, due, version, now)
        moment = now + timedelta(minutes=2)
        acted, seconds = _timed(lambda: _act_on_all(moment))
        breaches = Event.objects.filter(kind="commitment.breached", data__clause="first-response").count()
        _, idle = _timed(lambda: _act_on_all(moment))
        return {
            "machine": machine(),
            "date": now.date().isoformat(),
            "open_subjects": subjects,
            "commitments": Commitment.objects.count(),
            "due_in_one_second": due,
            "acted_on": acted,
            "breaches": breaches,
            "seconds": round(seconds, 2),
            "look_with_nothing_due_ms": round(idle * 1000, 2),
        }


def _open(subjects: int, due: int, version: PolicyVersion, now: datetime) -> None:
    """So many open subjects with their clocks and commitments; one in `subjects // due` falls due within the same second."""
    from django.db import connection

    from bench._fill import copy

    for first in range(1, subjects + 1, BATCH):
        numbers = range(first, min(first + BATCH, subjects + 1))
        made = [_opened(number, number % (subjects // due) == 0, version, now) for number in numbers]
        copy(event for event, _, _ in made)
        copy(clock for _, clock, _ in made)
        copy(row for _, _, rows in made for row in rows)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _opened(number: int, is_due: bool, version: PolicyVersion, now: datetime) -> tuple[Event, Clock, list[Commitment]]:
    from upheld.commitments.folding import fold_subject, new_row
    from upheld.commitments.following import first_wake
    from upheld.commitments.models import Clock
    from upheld.events.models import Event

    key, just_now = f"ticket:{number}", now - timedelta(minutes=14, microseconds=number % 1_000_000)
    at = just_now if is_due else now + timedelta(days=1, seconds=number % 9999)
    data = {"priority": "P1", "plan": "enterprise", "channel": "portal", "status": "new"}
    event = Event(kind="ticket.opened", subject=key, actor="contact:1", at=at, recorded_at=at, data=data)
    rows = [new_row(key, version.pk, state) for state in fold_subject(key, version.pk, [event], at=at)]
    return event, Clock(subject=key, version_id=version.pk, next_wake_at=first_wake(rows)), rows


def _act_on_all(moment: datetime) -> int:
    from upheld.commitments.ticker import tick

    acted = 0
    while found := tick(moment):
        acted += found
    return acted


def _timed(work: Callable[[], int]) -> tuple[int, float]:
    began = time.perf_counter()
    return work(), time.perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--open", type=int, default=100_000)
    parser.add_argument("--due", type=int, default=10_000)
    given = parser.parse_args()
    print(json.dumps(run(subjects=given.open, due=given.due), indent=2))


if __name__ == "__main__":
    main()
