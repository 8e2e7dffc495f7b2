"""`upheld worker`: does the jobs, and takes up those of workers that died."""

from __future__ import annotations

import argparse
import asyncio
import signal
from collections.abc import Sequence

from upheld.cli.stopping import end_with_supervisor


def main(arguments: Sequence[str]) -> int:
    argparse.ArgumentParser(prog="upheld worker", description=__doc__).parse_args(arguments)
    asyncio.run(_work_until_told())
    return 0


async def _work_until_told() -> None:
    from upheld.config import jobs

    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sign, stop.set)
    end_with_supervisor()
    await jobs.work(stop)
