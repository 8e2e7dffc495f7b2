"""`upheld migrate`: the database as this version needs it, the tables beside it, and the files that browsers fetch."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

LOCK = 6_520_114_207  # any number: the same one for every process that migrates


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="upheld migrate", description=__doc__)
    parser.add_argument("--quiet", action="store_true", help="say nothing when all is well")
    given = parser.parse_args(arguments)
    migrate(verbosity=0 if given.quiet else 1)
    gather_static_files()
    return 0


def migrate(verbosity: int = 0) -> None:
    """Safe to run from many processes at once: they take turns, and the later ones find nothing to do."""
    from django.core.management import call_command
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", (LOCK,))
        try:
            call_command("migrate", interactive=False, verbosity=verbosity)
            call_command("createcachetable", verbosity=0)
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", (LOCK,))


def gather_static_files() -> None:
    from django.core.management import call_command

    call_command("collectstatic", interactive=False, verbosity=0)
