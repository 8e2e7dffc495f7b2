"""`upheld policy publish DIR`: bring a policy into force. A wrong one is refused whole, and the running one stays."""

from __future__ import annotations

import argparse
import getpass
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="upheld policy publish", description=__doc__)
    parser.add_argument("folder", metavar="DIR", type=Path, help="the policy's folder")
    return publish_folder(parser.parse_args(arguments).folder)


def publish_folder(folder: Path, *, quiet: bool = False) -> int:
    """Publish, and say so unless quiet; or say every problem. Returns the exit code."""
    from upheld.commitments.actions import publish
    from upheld.events.actors import Actor
    from upheld.policy import PolicyErrors

    if not folder.is_dir():
        print(f"There is no folder “{folder}”.", file=sys.stderr)
        return 1
    try:
        version = publish(folder, by=Actor("system:shell", getpass.getuser()), at=datetime.now(UTC))
    except PolicyErrors as errors:
        print(f"{errors}\nNothing was published; the policy in force stays as it is.", file=sys.stderr)
        return 1
    if not quiet:
        print(f"In force: {version.name}, version {version.number}.")
    return 0
