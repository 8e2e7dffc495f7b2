"""Break the desk on purpose, hold ledgers outside of it, and say whether all was kept. Prints one JSON ledger; 1 on disagreement.

bin/chaos [--seconds N]            workers, tickers and people are killed while promises come due
bin/chaos --mail [--kills N]       who takes, fetches, places and sends mail is killed, and lines break
bin/chaos --disk                   the disk fills up under the database, under the files, and has room again
bin/chaos --clock                  the clock jumps by hours, ahead and back, under everybody
bin/chaos --fuzz                   hostile mail, spoilt by dice, is read for as long as is asked
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from bench._house import house, machine

ALIKE = 3
"""The server itself is killed as often as one of its processes, a session or a writer, after which it starts anew by itself."""


class Power:
    """Kills in an embedded database, and starts it again where it does not do so itself."""

    def __init__(self, cluster: Any) -> None:
        self.cluster = cluster

    def cut(self, dice: random.Random) -> str:
        """SIGKILL to the server or to one of its processes. Returns which."""
        server = int((self.cluster.data / "postmaster.pid").read_text().split()[0])
        parts = _children_of(server)
        if dice.randrange(ALIKE) and parts:
            with suppress(ProcessLookupError):
                os.kill(dice.choice(parts), signal.SIGKILL)
            return "one of its processes"
        os.kill(server, signal.SIGKILL)
        while _is_alive(server):
            time.sleep(0.05)
        time.sleep(dice.uniform(0, 2))
        self.start()
        return "the server"

    def start(self) -> None:
        from upheld.config.embedded import EmbeddedDatabaseFailed, attach

        for _ in range(20):  # what the dead server left behind has to end first
            with suppress(EmbeddedDatabaseFailed):
                attach(self.cluster).detach()  # the desk holds it, so it goes on
                return
            time.sleep(0.5)
        raise SystemExit("the database does not come back")


def _children_of(server: int) -> list[int]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            if int(stat.read_text().rpartition(")")[2].split()[1]) == server:
                found.append(int(stat.parent.name))
    return sorted(found)


def _is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def killing(given: argparse.Namespace) -> dict[str, Any]:
    """One drill on a desk of its own, durable. The ledger says whether each thing happened once."""
    with house(), tempfile.TemporaryDirectory(prefix="upheld-chaos-") as folder:
        from upheld.config.embedded import SOCKET_FILE, cluster_in
        from upheld.config.tests.drill import Drill
        from upheld.config.tests.storm import Storm

        cluster = cluster_in(Path(os.environ["UPHELD_DATA"]))
        power = Power(cluster).cut if not given.no_database else None
        if not given.mail:
            cut = partial(power, random.Random(given.seed)) if power else None
            desk = Drill(Path(folder), seed=given.seed, seconds=given.seconds, tickets=given.tickets, cut_power=cut)
            return desk.run()
        return Storm(
            Path(folder), seed=given.seed, seconds=given.seconds, port=_free_port(), kills=given.kills, mails=given.mails,
            most_seconds=given.most_seconds, cut_power=power, socket=str(cluster.socket_folder / SOCKET_FILE),
        ).run()  # fmt: skip


def fuzzing(given: argparse.Namespace) -> dict[str, Any]:
    """The fuzzer of hostile mail, in a process of its own; a crash of that is a disagreement too."""
    command = [sys.executable, "-m", "upheld.channels.tests.fuzzing"]
    done = subprocess.run(
        [*command, "--seconds", str(given.seconds), "--seed", str(given.seed)],
        capture_output=True,
        text=True,
        check=False,
    )
    return {
        "seed": given.seed,
        "seconds": given.seconds,
        "said": done.stdout.strip().splitlines()[-5:],
        "wrong": done.stderr.strip().splitlines()[-15:] if done.returncode else [],
        "is_right": done.returncode == 0,
    }


def filling(given: argparse.Namespace) -> dict[str, Any]:
    """Disks that are full. Where none can be mounted nothing was tried, which is no agreement."""
    set_up()
    from upheld.config.tests.disks import FullDisks, NoDisk

    try:
        return FullDisks(given.seed).run()
    except NoDisk as reason:
        return {"not_tried": str(reason), "is_right": False}


def moving_the_clock(given: argparse.Namespace) -> dict[str, Any]:
    """A clock that leaps. Without libfaketime nothing was tried."""
    set_up()
    from upheld.config.tests.clocks import LIBRARY, Clocks

    if LIBRARY is None:
        return {"not_tried": "libfaketime is not installed (Debian: apt-get install faketime)", "is_right": False}
    return Clocks(given.seed).run()


def set_up() -> None:
    """Django, for a drill whose desk is made of processes only."""
    os.environ |= {"DJANGO_SETTINGS_MODULE": "upheld.config.settings", "UPHELD_DATA": tempfile.gettempdir()}
    from upheld.cli.desk import set_up_django

    set_up_django()


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="bin/chaos", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=60, help="how long at least (60)")
    parser.add_argument("--seed", type=int, default=1, help="chooses points, moments and faults (1)")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--mail", action="store_true", help="kill those who take, fetch, place and send mail")
    what.add_argument("--disk", action="store_true", help="fill the disks (needs the right to mount)")
    what.add_argument("--clock", action="store_true", help="move the clock (needs libfaketime)")
    what.add_argument("--fuzz", action="store_true", help="read spoilt mail")
    parser.add_argument("--tickets", type=int, default=60, help="how many critical tickets come due meanwhile (60)")
    parser.add_argument(
        "--kills", type=int, default=0, help="with --mail: go on until so many died at random moments (0)"
    )
    parser.add_argument(
        "--mails", type=int, default=0, help="with --mail: how many mails come by SMTP (0: as long as it lasts)"
    )
    parser.add_argument(
        "--most-seconds", type=float, default=0, help="with --mail: stop killing then, whatever is missing (0)"
    )
    parser.add_argument("--no-database", action="store_true", help="spare the database")
    given = parser.parse_args()
    ledger = _ledger(given)
    print(json.dumps({"machine": machine(), **ledger}, indent=2, default=str))
    return 0 if ledger["is_right"] else 1


def _ledger(given: argparse.Namespace) -> dict[str, Any]:
    for is_asked, drill in ((given.fuzz, fuzzing), (given.disk, filling), (given.clock, moving_the_clock)):
        if is_asked:
            return drill(given)
    return killing(given)


if __name__ == "__main__":
    sys.exit(main())
