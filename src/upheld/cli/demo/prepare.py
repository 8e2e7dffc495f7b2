"""The demo's data, made by a process of its own so that the one that supervises stays small: database, company, card."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

CARD = "demo.json"


def main(arguments: Sequence[str]) -> int:
    """Bring the database up to date, fill it if it is empty, and write down who can sign in."""
    parser = argparse.ArgumentParser(prog="python -m upheld.cli.demo.prepare", description=__doc__)
    parser.add_argument("part", choices=["files", "data"])
    part = parser.parse_args(arguments).part

    from upheld.cli.desk import set_up_django

    set_up_django()
    if part == "files":
        from upheld.cli.migrate import gather_static_files

        gather_static_files()
        return 0
    return _data()


def _data() -> int:
    from django.conf import settings

    from upheld.cli.demo.card import card_of_the_desk
    from upheld.cli.demo.company import fill
    from upheld.cli.migrate import migrate
    from upheld.policy import PolicyErrors
    from upheld.tickets.models import Ticket

    migrate()
    if not Ticket.objects.exists():
        try:
            fill(Path(settings.UPHELD_POLICY), datetime.now(UTC))
        except PolicyErrors as errors:
            print(f"The policy in {settings.UPHELD_POLICY} is refused:\n{errors}", file=sys.stderr)
            return 1
    card_of_the_desk().write(Path(settings.UPHELD_DATA) / CARD)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
