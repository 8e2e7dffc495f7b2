"""`upheld simulate --policy DIR --since 90d`: hold the recorded history against another policy, before it is published.

With --events FILE.jsonl it needs no database: the events come from a file, in the form of `upheld replay`, and --in-force DIR
names the policy that was in force when they were recorded. What people did is taken as it was. Then → now: what happened,
and what the policy in DIR would have made of the same events. Exit 1 when a policy or a line cannot be read.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from upheld.kernel.durations import parse_duration
from upheld.kernel.instants import iso, parse_instant
from upheld.policy import PolicyErrors, load
from upheld.policy.replay import LATEST, ReplayError, read_events, within_reach
from upheld.policy.simulation import History, Scope, Simulation, Window, histories_of
from upheld.policy.simulation.results import as_data


def main(arguments: Sequence[str]) -> int:
    given = _parser().parse_args(arguments)
    try:
        if given.events:
            data = _from_file(given)
        else:
            data = _from_desk(given)
    except (PolicyErrors, ReplayError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{given.events} cannot be read: {error.strerror}.", file=sys.stderr)
        return 1
    print(msgspec.json.encode(data).decode() if given.json else told(data))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="upheld simulate", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--policy", required=True, metavar="DIR", help="the policy that is tried")
    parser.add_argument("--since", metavar="SPAN", help="how far back: 90d, 3mo, or an instant; else all there is")
    parser.add_argument("--until", metavar="ISO", help="look no further than this instant; else until now")
    parser.add_argument("--account", metavar="KEY", help="only this account's: account:7")
    parser.add_argument("--plan", metavar="NAME", help="only what is under this plan")
    parser.add_argument(
        "--events", metavar="FILE", help="events from a file of lines instead of the desk's; - is standard input"
    )
    parser.add_argument("--in-force", metavar="DIR", help="with --events: the policy under which they were recorded")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    return parser


def _from_desk(given: argparse.Namespace) -> dict[str, Any]:
    from upheld.commitments.policies import vocabulary
    from upheld.reports.histories import all_histories, moving

    policy = load(given.policy, vocabulary=vocabulary())
    until = parse_instant(given.until) if given.until else time.time_ns() // 1000
    window = Window(_since(given.since, until), within_reach(until))
    simulation = Simulation(policy, window, scope=_scope(given))
    simulation.add_all(_shown(all_histories(window), moving(window).count()))
    return as_data(simulation.tally, policy, window)


def _from_file(given: argparse.Namespace) -> dict[str, Any]:
    policy = load(given.policy)
    in_force = load(given.in_force) if given.in_force else None
    until = within_reach(parse_instant(given.until)) if given.until else None
    if given.events == "-":
        events = list(read_events(sys.stdin.buffer))
    else:
        with Path(given.events).open("rb") as lines:
            events = list(read_events(lines))
    moment = until if until is not None else max((event.at for event in events), default=LATEST - 1)
    window = Window(_since(given.since, moment), moment)
    simulation = Simulation(policy, window, scope=_scope(given))
    simulation.add_all(histories_of(events, in_force, until=moment))
    return as_data(simulation.tally, policy, window)


def _since(text: str | None, until: int) -> int:
    if not text:
        return 0
    return parse_instant(text) if "-" in text else until - parse_duration(text)


def _scope(given: argparse.Namespace) -> Scope:
    account = given.account
    return Scope(f"account:{account}" if account and ":" not in account else account, given.plan)


def _shown(chunks: Iterable[list[History]], total: int) -> Iterator[History]:
    """The histories one by one, and on a terminal how many of them there have been."""
    done = 0
    for chunk in chunks:
        yield from chunk
        done += len(chunk)
        if sys.stderr.isatty():
            print(f"\r{done:,} of {total:,} subjects", end="", file=sys.stderr, flush=True)
    if sys.stderr.isatty():
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def told(data: dict[str, Any]) -> str:
    """The result as a person reads it."""
    since = "the beginning" if data["since"] == iso(0) else data["since"][:16]
    lines = [
        (
            f"{data['policy']}, version {data['version']}, over {data['subjects']:,} subjects and {data['events']:,} events "
            f"from {since} to {data['until'][:16]}"
        ),
        "",
        *_table(data),
        "",
        *_effects(data),
        *_changes(data),
    ]
    if data["caveats"]:
        lines += ["", *(f"Mind: {one}" for one in data["caveats"])]
    lines += [
        f"  missing: {one['subject']} {one['clause']} #{one['cycle']} {one['what']}" for one in data["missing"][:10]
    ]
    return "\n".join(lines)


def _table(data: dict[str, Any]) -> list[str]:
    heads = ("clause", "kept", "breached", "void", "waived", "running", "kept, share", "change side")
    rows = [heads, *(_row(one) for one in data["clauses"])]
    widths = [max(len(row[place]) for row in rows) for place in range(len(heads))]
    return [
        "  ".join(
            cell.ljust(width) if place == 0 else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def _row(one: dict[str, Any]) -> tuple[str, ...]:
    then, now = one["then"], one["now"]
    numbers = (f"{then[name]} → {now[name]}" for name in ("kept", "breached", "void", "waived", "running"))
    moved = [f"{one[side]} {side}" for side in ("better", "worse") if one[side]]
    return (
        one["clause"],
        *numbers,
        f"{_share(then['share_kept'])} → {_share(now['share_kept'])}",
        ", ".join(moved) or "none",
    )


def _share(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.1f} %"


def _effects(data: dict[str, Any]) -> list[str]:
    then, now = data["effects"]["then"], data["effects"]["now"]
    lines = [
        f"{words}: {then[name]} → {now[name]}"
        for name, words in (
            ("escalations", "steps up a ladder"),
            ("notifications", "people told"),
            ("pages", "pages"),
            ("at_night", "pages and breaches told at night"),
        )
    ]
    if now["night_is"]:
        lines.append("  night is " + "; ".join(f"{why} ({number})" for why, number in now["night_is"].items()))
    return lines


def _changes(data: dict[str, Any]) -> list[str]:
    changes = data["changes"]
    if not changes["worse"] and not changes["better"]:
        return ["", "Nothing changes side." if data["knows_then"] else ""]
    lines = ["", f"Change side: {changes['better']} better, {changes['worse']} worse"]
    for one in changes["listed"][:40]:
        dues = f"due {_due(one['then_due_at'])} → {_due(one['now_due_at'])}"
        lines.append(f"  {one['subject']} {one['clause']} #{one['cycle']}: {one['then']} → {one['now']}, {dues}")
    return lines


def _due(text: str | None) -> str:
    return text[:16] if text else "–"
