"""`upheld hours add|between`: asks a policy's calendars, without a database.

upheld hours add     --policy DIR --calendar NAME --start ISO --duration 4h [--json]    -> {"end": ISO-UTC}
upheld hours between --policy DIR --calendar NAME --start ISO --end ISO     [--json]    -> {"seconds": N}
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from upheld.kernel.durations import SECOND, format_duration, parse_duration
from upheld.kernel.instants import iso, parse_instant
from upheld.kernel.text import nearest

if TYPE_CHECKING:
    from upheld.hours import Calendar

Answer = dict[str, str | int | float]
Parsed = TypeVar("Parsed")
FILES = ("policy.yaml", "hours.yaml")


class Refused(Exception):
    """What was asked cannot be answered; the message says why."""


def main(arguments: Sequence[str]) -> int:
    given = _parser().parse_args(arguments)
    try:
        answer, words = given.ask(given)
    except Refused as refused:
        print(refused, file=sys.stderr)
        if given.json:
            print(json.dumps({"error": str(refused)}, ensure_ascii=False))
        return 1
    print(json.dumps(answer) if given.json else words)
    return 0


def _parser() -> argparse.ArgumentParser:
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--policy", required=True, metavar="DIR", help="a folder with policy.yaml and hours.yaml")
    shared.add_argument("--calendar", required=True, metavar="NAME", help="a calendar of hours.yaml, or always")
    shared.add_argument("--start", required=True, metavar="ISO", help="2026-03-02T14:00:00Z, or with an offset")
    shared.add_argument("--json", action="store_true", help="answer as one JSON object")
    parser = argparse.ArgumentParser(
        prog="upheld hours", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    questions = parser.add_subparsers(required=True, metavar="add|between")
    add = questions.add_parser("add", parents=[shared], help="when has so much open time passed?")
    add.add_argument("--duration", required=True, metavar="4h", help="open time: 15m, 4h, 1h30m, 2d")
    add.set_defaults(ask=_add)
    between = questions.add_parser("between", parents=[shared], help="how much open time lies between?")
    between.add_argument("--end", required=True, metavar="ISO", help="not before the start")
    between.set_defaults(ask=_between)
    return parser


def _add(given: argparse.Namespace) -> tuple[Answer, str]:
    from upheld.hours import NeverOpen

    start = _parsed("--start", parse_instant, given.start)
    duration = _parsed("--duration", parse_duration, given.duration)
    calendar = _calendar(given.policy, given.calendar)
    try:
        end = iso(calendar.add(start, duration))
    except NeverOpen as never:
        raise Refused(f"The calendar “{given.calendar}” never opens for so long: {never}") from never
    except (ValueError, OverflowError) as outside:
        raise Refused(str(outside)) from outside
    return {"end": end}, end


def _between(given: argparse.Namespace) -> tuple[Answer, str]:
    start = _parsed("--start", parse_instant, given.start)
    end = _parsed("--end", parse_instant, given.end)
    if end < start:
        raise Refused(f"--end {given.end} lies before --start {given.start}.")
    calendar = _calendar(given.policy, given.calendar)
    try:
        open_time = calendar.between(start, end)
    except (ValueError, OverflowError) as outside:
        raise Refused(str(outside)) from outside
    return {"seconds": _seconds(open_time)}, f"{_seconds(open_time)} seconds ({format_duration(open_time)})"


def _parsed(option: str, parse: Callable[[str], Parsed], text: str) -> Parsed:
    try:
        return parse(text)
    except ValueError as wrong:
        raise Refused(f"{option}: {wrong}") from wrong


def _seconds(microseconds: int) -> int | float:
    whole, rest = divmod(microseconds, SECOND)
    return microseconds / SECOND if rest else whole


def _calendar(folder: str, name: str) -> Calendar:
    from upheld.policy import PolicyErrors
    from upheld.policy.loader import load_sources

    if not Path(folder).is_dir():
        raise Refused(f"--policy: there is no folder “{folder}”.")
    # The other files say nothing of hours, and reading them takes longer than the answer.
    sources = {file: (Path(folder) / file).read_bytes() for file in FILES if (Path(folder) / file).is_file()}
    try:
        calendars = load_sources(sources).calendars
    except PolicyErrors as errors:
        raise Refused(f"The policy in {folder} is wrong:\n{errors}") from errors
    if name not in calendars:
        near = nearest(name, calendars)
        hint = f" Did you mean “{near}”?" if near else ""
        raise Refused(f"--calendar: there is no calendar “{name}” in {folder}; it has {', '.join(calendars)}.{hint}")
    return calendars[name]
