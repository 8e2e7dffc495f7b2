"""`upheld replay --policy DIR EVENTS.jsonl [--until ISO] [--json]`: hold recorded events against a policy. Needs no database.

One event a line: {"at": ISO, "kind": …, "subject": …, "actor": …, "data": {…}}. Out comes a line for each cycle of
each commitment, as it
stands at --until (default: at the last event). How far it is shows on standard error when that is a terminal, or with
--progress. Exit 1 when the policy or a line cannot be read.
"""

from __future__ import annotations

import argparse
import gc
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from upheld.kernel.instants import parse_instant
from upheld.policy import PolicyErrors, load
from upheld.policy.replay import ReplayError, read_events, replay

if TYPE_CHECKING:
    from upheld.policy.states import CommitmentState, Event

EVERY = 50_000  # events between two words about how far it is


def main(arguments: Sequence[str]) -> int:
    given = _parser().parse_args(arguments)
    try:
        until = parse_instant(given.until) if given.until else None
        policy = load(given.policy)
        collect_seldom()
        if given.events == "-":
            events = _counted(read_events(sys.stdin.buffer), progress=given.progress)
            return _print(replay(policy, events, until=until), as_json=given.json)
        with Path(given.events).open("rb") as lines:
            events = _counted(read_events(lines), progress=given.progress)
            return _print(replay(policy, events, until=until), as_json=given.json)
    except (PolicyErrors, ReplayError, ValueError) as error:
        print(error, file=sys.stderr)
    except BrokenPipeError:  # whoever read the output has seen enough; `upheld` itself ends quietly
        raise
    except OSError as error:
        print(f"{given.events} cannot be read: {error.strerror}.", file=sys.stderr)
    return 1


def collect_seldom() -> None:
    """Look for circles among objects a hundred times less often: a fold makes none, and looking costs a tenth of the time."""
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="upheld replay", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("events", metavar="EVENTS.jsonl", help="a file of events; - reads standard input")
    parser.add_argument("--policy", required=True, metavar="DIR")
    parser.add_argument("--until", metavar="ISO", help="an instant such as 2026-03-02T14:00:00Z")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument("--progress", action="store_true", help="say how far it is, also where nobody watches")
    return parser


def _counted(events: Iterator[Event], *, progress: bool) -> Iterator[Event]:
    """The events themselves, with their number on standard error now and then."""
    is_watched = sys.stderr.isatty()
    if not (progress or is_watched):
        return events
    return _telling(events, end="\r" if is_watched else "\n")


def _telling(events: Iterator[Event], *, end: str) -> Iterator[Event]:
    number = 0
    for number, event in enumerate(events, start=1):
        if number % EVERY == 0:
            print(f"{number:,} events", end=end, file=sys.stderr, flush=True)
        yield event
    print(f"{number:,} events read", file=sys.stderr)


def _print(states: Iterator[tuple[str, CommitmentState]], *, as_json: bool) -> int:
    for subject, state in states:
        line = state.as_line(subject)
        print(msgspec.json.encode(line).decode() if as_json else _sentence(line))
    return 0


def _sentence(line: dict[str, Any]) -> str:
    told = [f"{line['subject']} {line['clause']} #{line['cycle']}: {line['state']}"]
    told += [f"{word} {line[key]}" for word, key in (("due", "due_at"), ("ended", "ended_at")) if line[key]]
    told.append(f"{line['used_seconds']} s used")
    if line["late_seconds"]:
        told.append(f"{line['late_seconds']} s late")
    return ", ".join(told)
