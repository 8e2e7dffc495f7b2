"""bin/bench sealing [--events 1000000] [--tickets 4800] [--commitments 100000]: what the record costs and how fast it is checked.

Opening: tickets by action from four threads, in turns with and without a sealer that seals four times a second (in life
it is every minute), in the same run; the figure is the median of the ratios of neighbouring turns. Sealing and verifying:
events a second of one process, and its memory. A proof: a year of commitments of everybody as signed JSON and PDF.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from bench._house import house, machine

THREADS, TURNS = 4, 24


def run(*, events: int, tickets: int, commitments: int) -> dict[str, Any]:
    with house() as version:
        from bench._fill import fill

        fill(version, tickets=2000, now=datetime.now(UTC))
        answer: dict[str, Any] = {"machine": machine(), "date": datetime.now(UTC).date().isoformat()}
        if tickets:
            answer["opening"] = opening(tickets)
        if events:
            answer |= sealed_and_verified(events)
        if commitments:
            answer["proof"] = proven(commitments)
        return answer


def opening(tickets: int) -> dict[str, Any]:
    """Tickets a second with and without a sealer, and the ratio of the two."""
    _open(100)
    rates: dict[bool, list[float]] = {True: [], False: []}
    with _sealer() as seals:
        for turn in range(TURNS * 2):
            with_sealer = turn % 4 in (
                1,
                2,
            )  # neighbours in both orders, so that a trend of the machine favours neither
            seals(with_sealer)
            rates[with_sealer].append(_open(tickets // TURNS // 2))
            seals(False)
    ratios = [one / other for one, other in zip(rates[True], rates[False], strict=True)]
    return {
        "without_sealer_a_second": round(statistics.median(rates[False]), 1),
        "with_sealer_a_second": round(statistics.median(rates[True]), 1),
        "ratio_median": round(statistics.median(ratios), 3),
        "ratio_quartiles": [round(ratio, 3) for ratio in statistics.quantiles(ratios, n=4)[::2]],
        "turns": len(ratios),
    }


@contextmanager
def _sealer() -> Iterator[Callable[[bool], None]]:
    """A process of its own, as the worker is, that seals four times a second while it is told to."""
    process = subprocess.Popen([sys.executable, "-c", SEALER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin is not None
    assert process.stdout is not None
    pipes = process.stdin, process.stdout

    def tell(seal: bool) -> None:
        pipes[0].write("seal\n" if seal else "rest\n")
        pipes[0].flush()
        assert pipes[1].readline()

    tell(False)
    yield tell
    process.stdin.close()
    process.wait(10)


SEALER = """
import select, sys, django
django.setup()
from datetime import UTC, datetime
from upheld.events.sealing import seal_what_is_decided
seals = False
while True:
    if select.select([sys.stdin], [], [], 0.25)[0]:
        told = sys.stdin.readline()
        if not told:
            break
        was, seals = seals, told == "seal\\n"
        if seals or was:
            seal_what_is_decided(at=datetime.now(UTC))
        print("heard", flush=True)
    elif seals:
        seal_what_is_decided(at=datetime.now(UTC))
"""


def _open(tickets: int) -> float:
    from django.db import connection

    from upheld.accounts.models import Contact
    from upheld.tickets.actions.opening import open_ticket

    contacts = list(Contact.objects.select_related("person", "account")[:THREADS])

    def work(contact: Contact) -> None:
        for _ in range(tickets // THREADS):
            open_ticket(requester=contact, title="Nothing loads", text="Since nine nothing loads.", channel="portal",
                        by=contact.actor, at=datetime.now(UTC), priority="P2")  # fmt: skip
        connection.close()

    threads = [threading.Thread(target=work, args=(contact,)) for contact in contacts]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return tickets / (time.perf_counter() - began)


def sealed_and_verified(events: int) -> dict[str, Any]:
    from django.db import connection

    from upheld.events.models import Event, Seal
    from upheld.events.sealing import public_key, seal_what_is_decided
    from upheld.events.verifying import verify

    seal_what_is_decided(at=datetime.now(UTC))
    with connection.cursor() as cursor:  # the events of the filled desk over and over, as they are
        cursor.execute(
            """INSERT INTO events_event (kind, subject, actor, at, recorded_at, data)
               SELECT kind, subject, actor, at, recorded_at, data
                 FROM generate_series(1, 1000000) AS again, (SELECT * FROM events_event ORDER BY id LIMIT 10000) AS known
                LIMIT %s""",
            [events],
        )
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.perf_counter()
    seal_what_is_decided(at=datetime.now(UTC))
    sealed = time.perf_counter() - began
    began = time.perf_counter()
    report = verify([public_key()])
    verified = time.perf_counter() - began
    assert report.is_as_it_was
    assert report.events == Event.objects.count()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_total_relation_size('events_seal'), pg_total_relation_size('events_event')")
        seals, rows = cursor.fetchone()
    return {
        "events": report.events,
        "seals": Seal.objects.count(),
        "sealed_a_second": round(events / sealed),
        "verified_a_second": round(report.events / verified),
        "memory_grew_mb": round((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024, 1),
        "bytes_an_event": {"seal": round(seals / report.events), "event": round(rows / report.events)},
    }


def proven(commitments: int) -> dict[str, Any]:
    from django.db import connection

    from upheld.commitments.models import Commitment
    from upheld.compliance import making
    from upheld.compliance.actions import ask_for_proof
    from upheld.compliance.models import Proof
    from upheld.events.actors import SYSTEM

    with connection.cursor() as cursor:  # more cycles of the same commitments, on subjects that have their events
        cursor.execute(
            """INSERT INTO commitments_commitment (subject, clause, cycle, version_id, state, began_at, due_at, ended_at,
                      since_at, target, used, late, calendar, marks, next_wake_at)
               SELECT subject, clause, cycle + again * 1000, version_id, state, began_at, due_at, ended_at, since_at, target,
                      used, late, calendar, marks, NULL
                 FROM commitments_commitment, generate_series(1, 1000) AS again LIMIT greatest(0, %s - (SELECT count(*)
                 FROM commitments_commitment))""",
            [commitments],
        )
    now = datetime.now(UTC)
    proof = ask_for_proof(since=now - timedelta(days=1000), until=now, by=SYSTEM, at=now, in_background=False)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.perf_counter()
    making.make(proof.pk)
    seconds = time.perf_counter() - began
    made = Proof.objects.select_related("json", "pdf").get(pk=proof.pk)
    assert made.json is not None
    assert made.pdf is not None
    return {
        "commitments": made.total,
        "breached": Commitment.objects.filter(state="breached").count(),
        "seconds": round(seconds, 1),
        "json_mb": round(made.json.size / 1e6, 1),
        "pdf_mb": round(made.pdf.size / 1e6, 1),
        "memory_grew_mb": round((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024, 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--tickets", type=int, default=4800)
    parser.add_argument("--commitments", type=int, default=100_000)
    given = parser.parse_args()
    print(json.dumps(run(events=given.events, tickets=given.tickets, commitments=given.commitments), indent=2))


if __name__ == "__main__":
    main()
