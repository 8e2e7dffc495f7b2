"""`upheld serve`: the pages, by granian, in as many processes as UPHELD_WEB_WORKERS says."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from upheld.cli.desk import NotToday, hold_database, read_environment
from upheld.cli.stopping import end_with_supervisor
from upheld.config.environment import Environment
from upheld.config.metrics_files import share_counters

SECONDS_FOR_OPEN_STREAMS = 2


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="upheld serve", description=__doc__)
    parser.add_argument("--host", help="where to listen (UPHELD_HOST, else 127.0.0.1)")
    parser.add_argument("--port", help="where to listen (UPHELD_PORT, else 8000)")
    given = parser.parse_args(arguments)
    for name, value in (("UPHELD_HOST", given.host), ("UPHELD_PORT", given.port)):
        if value is not None:
            os.environ[name] = value
    try:
        environment = read_environment()
        held = hold_database(environment)
    except NotToday as reason:
        print(reason, file=sys.stderr)
        return 1
    end_with_supervisor()
    try:
        share_counters(environment.data)
        _gather_static_files(environment)
        _serve(environment)
    finally:
        if held:
            held.detach()
    return 0


def _serve(environment: Environment) -> None:
    from granian import Granian
    from granian.constants import Interfaces, Loops

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "upheld.config.settings")
    Granian(
        "upheld.config.asgi:application",
        address=environment.listen.host,
        port=environment.listen.port,
        interface=Interfaces.ASGINL,
        loop=Loops.asyncio,
        workers=environment.web_workers,
        backlog=2048,
        websockets=False,
        log_enabled=False,
        respawn_failed_workers=True,
        respawn_interval=1.0,
        workers_kill_timeout=SECONDS_FOR_OPEN_STREAMS,
    ).serve()


def _gather_static_files(environment: Environment) -> None:
    """Only for whoever serves without `upheld migrate` before it."""
    if environment.debug or (environment.data / "static" / "staticfiles.json").exists():
        return
    from upheld.cli.desk import set_up_django
    from upheld.cli.migrate import gather_static_files

    set_up_django()
    gather_static_files()
