"""bin/bench ticker [--open 100000] [--due 10000]: many open commitments, many of them due in one second; acted on once
each, and how fast.
"""

from __future__ import annotations

import argparse
import json
import time
from datetime import UTC, datetime, timedelta

from bench._house import house, machine


def run(*, subjects: int = 100_000, due: int = 10_000) -> dict[str, object]:
    """Seconds that one ticker needs for `due` subjects, of `subjects` that are open, which fall due within one second."""
    with house() as version:
        from bench._fill import copy
        from upheld.commitments.folding import cached_values, fold_subject
        from upheld.commitments.models import Clock, Commitment
        from upheld.commitments.ticker import tick
        from upheld.events.models import Event

        now = datetime.now(UTC)
        events, clocks, rows = [], [], []
        for number in range(1, subjects + 1):
            key = f"ticket:{number}"
            is_due = number % (subjects // due) == 0
            at = (
                now - timedelta(minutes=14, microseconds=number % 1_000_000)
                if is_due
                else now + timedelta(days=1, seconds=number % 9999)
            )
            data = {"priority": "P1", "plan": "enterprise", "channel": "portal", "status": "new"}
            event = Event(kind="ticket.opened", subject=key, actor="contact:1", at=at, recorded_at=at, data=data)
            states = fold_subject(key, version.pk, [event], at=at)
            events.append(event)
            made = [
                Commitment(
                    subject=key,
                    clause=s.clause,
                    cycle=s.cycle,
                    began_at=at,
                    **cached_values(s, version.pk),
                )
                for s in states
            ]
            rows += made
            clocks.append(
                Clock(
                    subject=key, version_id=version.pk, next_wake_at=min(r.next_wake_at for r in made if r.next_wake_at)
                )
            )
            if len(events) == 10_000:
                for made_rows in (events, clocks, rows):
                    copy(made_rows)
                events, clocks, rows = [], [], []
        for made_rows in (events, clocks, rows):
            copy(made_rows)
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        moment = now + timedelta(minutes=2)
        began = time.perf_counter()
        acted = 0
        while found := tick(moment):
            acted += found
        seconds = time.perf_counter() - began
        breaches = Event.objects.filter(kind="commitment.breached", data__clause="first-response").count()
        began = time.perf_counter()
        tick(moment)
        idle = time.perf_counter() - began
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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--open", type=int, default=100_000)
    parser.add_argument("--due", type=int, default=10_000)
    given = parser.parse_args()
    print(json.dumps(run(subjects=given.open, due=given.due), indent=2))


if __name__ == "__main__":
    main()
