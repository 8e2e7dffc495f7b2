"""`upheld health`: whether this process could work: database, migrations, jobs. Exit 0, or 1 with what is missing."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence


def main(arguments: Sequence[str]) -> int:
    argparse.ArgumentParser(prog="upheld health", description=__doc__).parse_args(arguments)
    from upheld.config.health import OK, readiness

    state = readiness()
    print(json.dumps(state))
    return 0 if all(value == OK for value in state.values()) else 1
