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
    return _publish_the_first_policy(quiet=given.quiet)


def _publish_the_first_policy(*, quiet: bool) -> int:
    """A desk without a policy can promise nothing: the first one is that of UPHELD_POLICY. Later ones are published by hand."""
    from django.conf import settings

    from upheld.cli.publish import publish_folder
    from upheld.commitments.models import PolicyVersion

    return 0 if PolicyVersion.objects.exists() else publish_folder(settings.UPHELD_POLICY, quiet=quiet)


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
