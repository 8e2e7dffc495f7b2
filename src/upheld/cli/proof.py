"""`upheld proof --account NAME|--plan NAME|--all --since DAY --until DAY [--json FILE] [--pdf FILE]`

What was promised to an account, a plan or everybody in a period, and what became of it: as signed JSON and as PDF. A day is
2026-01-31 and begins at midnight UTC; an instant may be given as well. --until is the first moment that does not belong to it.
Exit 0, or 1 with what is wrong. `upheld audit check-proof FILE` checks the JSON, anywhere.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from upheld.kernel.instants import from_us, parse_instant

if TYPE_CHECKING:
    from upheld.accounts.models import Account
    from upheld.channels.models import StoredFile


class NotFound(Exception):
    """Whom the proof is to be about is not known; the message says who is."""


def main(arguments: Sequence[str]) -> int:
    given = _parser().parse_args(arguments)
    from upheld.compliance import making
    from upheld.compliance.actions import PeriodRefused, ask_for_proof
    from upheld.events.actors import Actor

    try:
        account = _account(given.account) if given.account else None
        plan = _plan(given.plan) if given.plan else ""
        proof = ask_for_proof(
            account=account, plan=plan, since=given.since, until=given.until, by=Actor("system:cli", "The command line"),
            at=datetime.now(UTC), in_background=False,
        )  # fmt: skip
    except (NotFound, PeriodRefused) as refusal:
        print(refusal, file=sys.stderr)
        return 1
    making.make(proof.pk)
    proof.refresh_from_db()
    for target, file in ((given.json, proof.json), (given.pdf, proof.pdf)):
        if target and file and not _written(file, target):
            return 1
    whole = {
        name: sum(total[name] for total in proof.figures) for name in ("kept", "breached", "waived", "void", "running")
    }
    print(
        f"Proof {proof.pk}: {proof.total} commitments; {', '.join(f'{count} {name}' for name, count in whole.items())}."
    )
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="upheld proof", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    whom = parser.add_mutually_exclusive_group(required=True)
    whom.add_argument("--account", metavar="NAME", help="one customer, by the account's name")
    whom.add_argument("--plan", metavar="NAME", help="everybody under a plan")
    whom.add_argument("--all", action="store_true", help="everybody, our own people included")
    parser.add_argument("--since", type=_moment, required=True, metavar="DAY")
    parser.add_argument(
        "--until", type=_moment, required=True, metavar="DAY", help="the first that does not belong to it"
    )
    parser.add_argument("--json", metavar="FILE", help="write the signed proof there")
    parser.add_argument("--pdf", metavar="FILE", help="write it to be read there")
    return parser


def _moment(text: str) -> datetime:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        pass
    else:
        return datetime(day.year, day.month, day.day, tzinfo=UTC)
    try:
        return from_us(parse_instant(text))
    except ValueError as wrong:
        raise argparse.ArgumentTypeError(str(wrong)) from wrong


def _account(name: str) -> Account:
    from upheld.accounts.models import Account
    from upheld.kernel.text import nearest

    found = list(Account.objects.filter(name__iexact=name)[:2])
    if len(found) > 1:
        raise NotFound(f"There are several accounts called “{name}”; give one of them another name first.")
    if not found:
        near = nearest(name, Account.objects.values_list("name", flat=True))
        raise NotFound(f"There is no account “{name}”." + (f" Did you mean “{near}”?" if near else ""))
    return found[0]


def _plan(name: str) -> str:
    from upheld.commitments.policies import in_force

    plans = in_force().plans
    if name not in plans:
        raise NotFound(f"There is no plan “{name}”. There are: {', '.join(plans)}.")
    return name


def _written(file: StoredFile, target: str) -> bool:
    from upheld.channels.files import open_stored

    try:
        with open_stored(file) as source, Path(target).open("wb") as out:
            shutil.copyfileobj(source, out)
    except OSError as error:
        print(f"{target} cannot be written: {error.strerror}.", file=sys.stderr)
        return False
    return True
