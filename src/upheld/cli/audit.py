"""`upheld audit verify|seal|key`: hold the record against its seals.

upheld audit verify [--json] [--since ISO] [--public-key KEY]   exit 0, or 1 with the first event that is not as it was sealed
upheld audit seal [--forget]                                    seal now all that is decided
upheld audit key                                                the public key, and its short id
upheld audit check-proof FILE [--public-key KEY]                is this proof as it was signed? Needs no database
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from upheld.kernel.ed25519 import PublicKey
from upheld.kernel.instants import from_us, parse_instant

if TYPE_CHECKING:
    from upheld.events.verifying import Report


def main(arguments: Sequence[str]) -> int:
    given = _parser().parse_args(arguments)
    code: int = given.run(given)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="upheld audit", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(required=True, metavar="verify|seal|key|check-proof")
    verify = commands.add_parser("verify", help="is everything as it was sealed?")
    verify.add_argument("--json", action="store_true", help="answer as one JSON object")
    verify.add_argument("--since", type=_instant, metavar="ISO", help="only what was sealed from this instant on")
    verify.add_argument(
        "--public-key", type=_key, action="append", default=[], metavar="KEY", help="believe this key as well"
    )
    verify.set_defaults(run=_verify)
    seal = commands.add_parser("seal", help="seal now")
    seal.add_argument("--forget", action="store_true", help="the database was put back to an earlier state knowingly")
    seal.set_defaults(run=_seal)
    commands.add_parser("key", help="print the public key").set_defaults(run=_print_key)
    return parser


def _instant(text: str) -> datetime:
    try:
        return from_us(parse_instant(text))
    except ValueError as wrong:
        raise argparse.ArgumentTypeError(str(wrong)) from wrong


def _key(text: str) -> PublicKey:
    try:
        return PublicKey.of(text)
    except ValueError as wrong:
        raise argparse.ArgumentTypeError(str(wrong)) from wrong


def _verify(given: argparse.Namespace) -> int:
    from upheld.events.sealing import public_key
    from upheld.events.verifying import verify

    report = verify([public_key(), *given.public_key], since=given.since, progress=_progress())
    if given.json:
        print(json.dumps(_as_data(report), indent=2))
    else:
        print(_told(report))
    return 0 if report.is_as_it_was else 1


def _progress() -> Callable[[int, int], None]:
    """Tells a person at a terminal, once a second, how far it is; writes nothing into a log before ten seconds have passed."""
    began = told = time.monotonic()
    pause = 1.0 if sys.stderr.isatty() else 10.0

    def tell(done: int, total: int) -> None:
        nonlocal told
        now = time.monotonic()
        if now - told >= pause:
            told = now
            print(f"{done:,} of {total:,} events, {done / (now - began):,.0f} a second", file=sys.stderr)

    return tell


def _told(report: Report) -> str:
    from upheld.events.sealing import Tail

    tail: Tail = report.tail
    waits = f"{tail.count} not sealed yet"
    if tail.since is not None:
        waits += f", the oldest since {tail.since.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
    erased = f", {report.erased} of them erased lawfully" if report.erased else ""
    sealed = f"{report.events} events sealed in {report.seals} seals{erased}"
    if report.first is None:
        return f"{sealed}, all as they were; {waits}."
    counted = ", ".join(f"{count} {what}" for what, count in report.counts.most_common())
    return f"Not as it was sealed. First: {report.first}.\nAll: {counted}.\n{sealed}; {waits}."


def _as_data(report: Report) -> dict[str, object]:
    found = [
        {"what": one.what, "seal": one.seal, "event": one.event, "about": one.about, "column": one.column,
         "was_event": one.place}
        for one in report.findings
    ]  # fmt: skip
    return {
        "as_it_was": report.is_as_it_was,
        "events": report.events,
        "seals": report.seals,
        "erased": report.erased,
        "not_sealed": report.tail.count,
        "not_sealed_since": report.tail.since.isoformat() if report.tail.since else None,
        "counts": dict(report.counts),
        "findings": found,
    }


def _seal(given: argparse.Namespace) -> int:
    from upheld.events import witness
    from upheld.events.sealing import ChainIsShorter, seal_what_is_decided, tail

    if given.forget:
        witness.forget()
    try:
        seals = seal_what_is_decided(at=datetime.now(UTC))
    except ChainIsShorter as refusal:
        print(refusal, file=sys.stderr)
        return 1
    waits = tail().count
    print(f"{sum(seal.count for seal in seals)} events sealed in {len(seals)} seals; {waits} not sealed yet.")
    return 0


def _print_key(_given: argparse.Namespace) -> int:
    from upheld.events.sealing import public_key

    print(public_key().text, public_key().id)
    return 0
