"""bin/bench replay: recorded events held against policies/techflow, beside `json.loads` of the same lines.

The history is drawn from a fixed seed: tickets over two years, eight events each on average, recorded in the order of
their time, as an export of a desk would be. Each figure is taken three times in turn with the reference, on one core,
in the processor's own time, so that what else the machine does at the moment does not count.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any

from bench._house import ROOT, machine, spread
from upheld.cli.replay import collect_seldom
from upheld.kernel.durations import DAY, HOUR, MINUTE
from upheld.kernel.instants import iso, parse_instant
from upheld.policy import Event, Policy, load
from upheld.policy.replay import Replay, read_events

FIRST = parse_instant("2024-01-01T00:00:00Z")
EVENTS_PER_TICKET = 8
PRIORITIES, PLANS = ("P1", "P2", "P3", "P4"), ("standard", "professional", "enterprise")
CHANNELS = ("email", "portal", "chat", "phone")

Fact = tuple[int, str, str, dict[str, Any]]


def run(*, events: int = 200_000, repeats: int = 3, with_values: bool = True) -> dict[str, object]:
    """Events a second a core with minimum, median and maximum of the repeats, and what share that is of reading lines.

    Memory is that of the replay from a file, which holds no events; from values all of them are held, so that comes after.
    """
    policy = load(ROOT / "policies" / "techflow")
    figures: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory(prefix="upheld-bench-") as folder:
        path = Path(folder) / "history.jsonl"
        with ProcessPoolExecutor(1) as apart:  # what the writing holds in memory is not what the replay does
            count = apart.submit(write, path, events).result()
        collect_seldom()  # as the command does
        before = _memory()
        for _ in range(repeats):
            for name, per_second in _from_file(policy, path, count).items():
                figures.setdefault(name, []).append(per_second)
        streamed = _memory()
        for _ in range(repeats if with_values else 0):
            for name, per_second in _from_values(policy, path, count).items():
                figures.setdefault(name, []).append(per_second)
    return {
        "machine": machine(),
        "date": f"{datetime.now().astimezone():%Y-%m-%d}",
        "events": count,
        **{name: spread(values) for name, values in figures.items()},
        "most memory from a file, MB": streamed,
        "of which before the first event, MB": before,
    }


def _from_file(policy: Policy, path: Path, count: int) -> dict[str, float]:
    reference = _per_second(count, lambda: _decode(path))
    from_file = _per_second(count, lambda: _replay_file(policy, path))
    return {
        "events a second from a file": from_file,
        "lines a second by json.loads": reference,
        "from a file, percent of json.loads": 100 * from_file / reference,
    }


def _from_values(policy: Policy, path: Path, count: int) -> dict[str, float]:
    with path.open("rb") as lines:
        values = list(read_events(lines))
    return {"events a second from values": _per_second(count, lambda: _replay(policy, iter(values)))}


def _memory() -> int:
    """The most that this process has held so far, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _per_second(count: int, work: Callable[[], int]) -> float:
    began = time.process_time()
    found = work()
    seconds = time.process_time() - began
    assert found > 0
    return count / seconds


def _decode(path: Path) -> int:
    with path.open("rb") as lines:
        return sum(1 for line in lines if json.loads(line))


def _replay_file(policy: Policy, path: Path) -> int:
    with path.open("rb") as lines:
        return _replay(policy, read_events(lines))


def _replay(policy: Policy, events: Iterator[Event]) -> int:
    held = Replay(policy)
    for event in events:
        held.apply(event)
    return sum(1 for _ in held.states())


def write(path: Path, events: int) -> int:
    """Write a history of about so many events; the number of lines."""
    drawn = random.Random(7)
    facts: list[Fact] = []
    for number in range(1, events // EVENTS_PER_TICKET + 1):
        facts += ticket(drawn, f"ticket:{number}", FIRST + drawn.randrange(730 * DAY))
    facts.sort(key=lambda fact: fact[0])
    with path.open("w", encoding="utf-8") as lines:
        for at, kind, subject, data in facts:
            actor = "contact:7" if "customer" in kind or kind.endswith("opened") else "agent:3"
            line = {"at": iso(at), "kind": kind, "subject": subject, "actor": actor, "data": data}
            lines.write(json.dumps(line, separators=(",", ":")) + "\n")
    return len(facts)


def ticket(drawn: random.Random, key: str, at: int) -> list[Fact]:
    """The life of one ticket: opened, taken, talked over, resolved, closed, and now and then more."""
    facts: list[Fact] = []

    def happens(kind: str, **data: Any) -> None:
        facts.append((at, f"ticket.{kind}", key, data))

    happens(
        "opened",
        priority=drawn.choices(PRIORITIES, (5, 20, 50, 25))[0],
        plan=drawn.choices(PLANS, (50, 35, 15))[0],
        channel=drawn.choices(CHANNELS, (60, 25, 10, 5))[0],
        category="technical",
        department="support",
        status="new",
        language="en",
        account=f"account:{drawn.randrange(1, 400)}",
        tags=["major-incident"] if drawn.random() < 0.02 else [],
    )
    at += drawn.randrange(MINUTE, HOUR)
    happens("assigned", to=f"agent:{drawn.randrange(12)}", status="open")
    if drawn.random() < 0.15:
        at += drawn.randrange(MINUTE, HOUR)
        happens("changed", priority=drawn.choice(PRIORITIES))
    for _ in range(drawn.choices((1, 2, 3), (70, 22, 8))[0]):
        at += drawn.randrange(MINUTE, 8 * HOUR)
        happens("replied", status="waiting_on_customer", message=drawn.randrange(10**6))
        at += drawn.randrange(10 * MINUTE, 20 * HOUR)
        happens("customer_replied", status="open", message=drawn.randrange(10**6), via="email")
    if drawn.random() < 0.4:
        happens("noted", message=drawn.randrange(10**6))
    at += drawn.randrange(MINUTE, 10 * HOUR)
    happens("resolved", status="resolved")
    if drawn.random() < 0.05:
        at += drawn.randrange(HOUR, 2 * DAY)
        happens("reopened", status="open")
        at += drawn.randrange(MINUTE, 5 * HOUR)
        happens("resolved", status="resolved")
    at += drawn.randrange(DAY, 7 * DAY)
    happens("closed", status="closed")
    if drawn.random() < 0.5:
        at += drawn.randrange(MINUTE, HOUR)
        happens("surveyed")
    return facts


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="bin/bench replay")
    parser.add_argument("--events", type=int, default=200_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--only-file", action="store_true", help="leave out the replay from values in memory")
    given = parser.parse_args()
    print(json.dumps(run(events=given.events, repeats=given.repeats, with_values=not given.only_file), indent=1))
