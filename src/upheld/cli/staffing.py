"""`upheld staffing --policy DIR --agents office=4 --handling 12m`: how often the promises would be kept with these people.

Tickets by hour of the week come from the desk's record (--since), or from a file (--arrivals FILE.csv, with the columns
day,hour,tickets and any attributes that the promises look at), which needs no database. --agents names a calendar of the
policy and how many keep its hours; give it several times for several shifts. --handling is the time that one reply takes;
without it the record is asked. Only clauses that a first reply keeps are foreseen. Exit 1 when something cannot be read.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from upheld.kernel.durations import SECOND, parse_duration
from upheld.policy import Policy, PolicyErrors, load
from upheld.policy.staffing.desk import Spread
from upheld.policy.staffing.forecast import DAYS, Arrivals, caveats, read_arrivals
from upheld.policy.staffing.question import REPLICATIONS, answer, desk_of, run_once, shifts


def main(arguments: Sequence[str]) -> int:
    given = _parser().parse_args(arguments)
    try:
        data = _answered(given)
    except (PolicyErrors, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{given.arrivals} cannot be read: {error.strerror}.", file=sys.stderr)
        return 1
    print(msgspec.json.encode(data).decode() if given.json else told(data))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="upheld staffing", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--policy", required=True, metavar="DIR")
    parser.add_argument(
        "--agents", required=True, action="append", metavar="CALENDAR=COUNT", help="a shift; may be repeated"
    )
    parser.add_argument("--since", default="90d", metavar="SPAN", help="how much of the record to look at: 90d")
    parser.add_argument(
        "--arrivals", metavar="FILE", help="tickets by hour of the week from a file instead of the record"
    )
    parser.add_argument("--handling", metavar="SPAN", help="how long one reply takes: 12m")
    parser.add_argument("--patience", metavar="SPAN", help="how long people wait before they give up; else for ever")
    parser.add_argument(
        "--at-start", action="store_true", help="a promise is kept when work begins, as on the telephone"
    )
    parser.add_argument(
        "--target", type=float, default=90.0, metavar="PERCENT", help="how often each promise is to be kept"
    )
    parser.add_argument("--seed", type=int, default=1, help="the same seed plays the same weeks")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    return parser


def _answered(given: argparse.Namespace) -> dict[str, Any]:
    if not 0 < given.target < 100:
        raise ValueError("--target is a share in percent, such as 90")
    now = datetime.now(UTC)
    if given.arrivals:
        policy = load(given.policy)
        with Path(given.arrivals).open(encoding="utf-8-sig", newline="") as lines:
            arrivals = read_arrivals(lines, policy)
        handling, told_by, little = _typed(given.handling), "typed in", caveats(arrivals)
    else:
        policy, arrivals, handling, told_by, little = _from_desk(given, now)
    if handling is None:
        raise ValueError("--handling is missing: how long does one reply take? Such as --handling 12m")
    patience = parse_duration(given.patience) / SECOND if given.patience else None
    desk = desk_of(policy, arrivals, handling=handling, after=now, patience=patience, answered_at_start=given.at_start)
    agents = shifts(policy, _counts(given.agents), desk.begins_at)
    runs = []
    for number in range(REPLICATIONS):
        runs.append(run_once(desk, agents, seed=given.seed, replication=number))
        if sys.stderr.isatty():
            print(f"\r{number + 1} of {REPLICATIONS} runs", end="", file=sys.stderr, flush=True)
    if sys.stderr.isatty():
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)
    return answer(desk, agents, runs, target=given.target / 100, seed=given.seed) | {
        "handling_from": told_by,
        "caveats": little,
        "weeks_seen": arrivals.weeks,
    }


def _from_desk(given: argparse.Namespace, now: datetime) -> tuple[Policy, Arrivals, Spread | None, str, list[str]]:
    from upheld.commitments.policies import vocabulary
    from upheld.reports.forecasting import read_record

    policy = load(given.policy, vocabulary=vocabulary())
    since = now - timedelta(microseconds=parse_duration(given.since))
    arrivals, found, little = read_record(policy, since, now)
    typed = _typed(given.handling)
    if typed is not None:
        return policy, arrivals, typed, "typed in", little
    return policy, arrivals, found[0] if found else None, found[1] if found else "", little


def _typed(text: str | None) -> Spread | None:
    return Spread(parse_duration(text) / SECOND) if text else None


def _counts(words: Sequence[str]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for word in words:
        name, _, count = word.partition("=")
        if not name or not count.isdecimal() or int(count) > 10_000:
            raise ValueError(f"“{word}” is no shift. Write a calendar and how many keep its hours: office=4")
        counts[name] = counts.get(name, 0) + int(count)
    return counts


def told(data: dict[str, Any]) -> str:
    """The answer as a person reads it."""
    wait, busy = data["mean_wait"], data["utilisation"]
    lines = [
        (
            f"{data['tickets_a_week']:.0f} tickets a week, {data['handling_seconds'] / 60:.1f} minutes each "
            f"({data['handling_from']}), {data['agent_hours']} agent hours a week"
        ),
        "",
        *(f"{one['clause']:<28} kept {_share(one)}" for one in data["clauses"]),
        "",
        (
            f"waits {wait['mean'] / 60:.1f} minutes on average, closed hours included, "
            f"95 of 100 under {data['wait_95']['mean'] / 60:.0f}; "
            f"agents are busy {_share(busy)} of the time"
        ),
        "",
        _needed(data),
        *_week(data["needed"]),
        *(f"Mind: {one}" for one in data["caveats"]),
    ]
    return "\n".join(lines)


def _needed(data: dict[str, Any]) -> str:
    hours = f"about {data['needed_hours']} agent hours a week"
    if data["reachable"] >= data["target"]:
        return f"To keep each clause to {data['target']:.0%}, {hours}:"
    return (
        f"In these hours at most {data['reachable']:.1%} of each clause can be kept, however many people there are; "
        f"{hours} keep {data['needed_keeps']:.1%}:"
    )


def _share(one: dict[str, Any]) -> str:
    return "–" if one["mean"] is None else f"{100 * one['mean']:.1f} % (± {100 * one['give_or_take']:.1f})"


def _week(agents: Sequence[int]) -> list[str]:
    lines = ["      " + " ".join(f"{hour:>2}" for hour in range(24))]
    for day, name in enumerate(DAYS):
        lines.append(f"  {name} " + " ".join(f"{count or '·':>2}" for count in agents[day * 24 : day * 24 + 24]))
    return lines
