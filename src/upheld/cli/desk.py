"""What commands stand on that work with the desk's data: a database that runs, and Django ready to use it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from upheld.config.embedded import Attachment, EmbeddedDatabaseFailed, attach, cluster_in
from upheld.config.environment import Environment, EnvironmentRefused
from upheld.config.metrics_files import share_counters
from upheld.config.reviving import keep_up


class NotToday(Exception):
    """The command cannot run; the message says why and what to do."""


@contextmanager
def desk() -> Iterator[Environment]:
    """Hold the database (the embedded one is started if need be) and have Django set up. Raises NotToday.

    A lost database ends the command with a sentence and not with a traceback.
    """
    environment = read_environment()
    held = hold_database(environment)
    share_counters(environment.data)
    try:
        set_up_django()
        from django.db import OperationalError

        try:
            yield environment
        except OperationalError as away:
            raise NotToday(f"The database does not answer: {str(away).strip()}") from away
    finally:
        _close_connections()
        if held:
            held.detach()


def read_environment() -> Environment:
    """The environment, or NotToday with all that is wrong in it."""
    try:
        return Environment.read(os.environ)
    except EnvironmentRefused as refused:
        raise NotToday(str(refused)) from refused


def hold_database(environment: Environment) -> Attachment | None:
    """Keep the embedded database running for as long as this process lives. None where DATABASE_URL names another."""
    if environment.database is not None:
        return None
    try:
        held = attach(cluster_in(environment.data))
    except EmbeddedDatabaseFailed as failed:
        raise NotToday(str(failed)) from failed
    keep_up(held)
    return held


def set_up_django() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "upheld.config.settings")
    import django

    django.setup()


def _close_connections() -> None:
    if "django.db" not in sys.modules:
        return
    from django.db import connections

    for connection in connections.all(initialized_only=True):
        connection.close()
        if hasattr(connection, "close_pool"):
            connection.close_pool()
