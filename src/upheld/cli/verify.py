"""`upheld verify`: recompute every commitment from its events. Exit 0, or 1 with each difference on a line of its own."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence


def main(arguments: Sequence[str]) -> int:
    from upheld.commitments.models import Clock, Commitment
    from upheld.commitments.verifying import verify

    argparse.ArgumentParser(prog="upheld verify", description=__doc__).parse_args(arguments)
    found = 0
    for difference in verify():
        found += 1
        print(difference)
    subjects, commitments = Clock.objects.count(), Commitment.objects.count()
    print(f"{subjects} subjects, {commitments} commitments, {found} differences.", file=sys.stderr)
    return 1 if found else 0
