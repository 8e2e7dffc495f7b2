"""bin/chaos [--seconds N] [--seed S] [--mail]: kill processes while promises come due, or while mail streams, and count."""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import socket
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench._house import house, machine


def run(*, seconds: float, seed: int, tickets: int, with_database: bool, mails: int = 0) -> dict[str, Any]:
    """One drill on a desk of its own, durable. The ledger says whether each thing happened once."""
    with house(), tempfile.TemporaryDirectory(prefix="upheld-chaos-") as folder:
        from upheld.config.embedded import attach, cluster_in
        from upheld.config.tests.drill import Drill

        cluster = cluster_in(Path(os.environ["UPHELD_DATA"]))

        def cut_power() -> None:
            """End the server at once, with all its sessions and without a last word to its disk, and start it again."""
            pid = int((cluster.data / "postmaster.pid").read_text().split()[0])
            os.kill(pid, signal.SIGQUIT)
            while _is_alive(pid):
                time.sleep(0.05)
            time.sleep(random.uniform(0, 2))
            attach(cluster).detach()  # the desk holds it, so it goes on

        power = cut_power if with_database else None
        if mails:
            from upheld.config.tests.storm import Storm

            with socket.create_server(("127.0.0.1", 0)) as free:
                port = free.getsockname()[1]
            drill: Drill | Storm = Storm(
                Path(folder), seed=seed, seconds=seconds, port=port, mails=mails, cut_power=power
            )
        else:
            drill = Drill(Path(folder), seed=seed, seconds=seconds, tickets=tickets, cut_power=power)
        return {"machine": machine(), **drill.run()}


def _is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def main() -> int:
    parser = argparse.ArgumentParser(prog="bin/chaos", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60, help="how long to kill (60)")
    parser.add_argument("--seed", type=int, default=1, help="chooses points and moments (1)")
    parser.add_argument("--tickets", type=int, default=60, help="how many critical tickets come due meanwhile (60)")
    parser.add_argument("--mail", action="store_true", help="kill those who take, fetch, place and send mail instead")
    parser.add_argument("--mails", type=int, default=600, help="with --mail: how many mails stream in (600)")
    parser.add_argument("--no-database", action="store_true", help="spare the database")
    given = parser.parse_args()
    ledger = run(
        seconds=given.seconds, seed=given.seed, tickets=given.tickets, with_database=not given.no_database,
        mails=given.mails if given.mail else 0,
    )  # fmt: skip
    print(json.dumps(ledger, indent=2, default=str))
    return 0 if ledger["is_right"] else 1


if __name__ == "__main__":
    sys.exit(main())
