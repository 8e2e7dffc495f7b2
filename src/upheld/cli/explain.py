"""`upheld explain SUBJECT [--json]`: why the commitments of a ticket (`ticket:1`), an account (`account:7`) or somebody who
works here (`agent:3`) stand as they do. Exit 1 when it is under none.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime


def main(arguments: Sequence[str]) -> int:
    from upheld.commitments.explaining import explain
    from upheld.kernel.durations import SECOND
    from upheld.kernel.instants import iso

    given = _parser().parse_args(arguments)
    explanations = explain(given.subject, at=datetime.now(UTC))
    if not explanations:
        print(f"{given.subject} is under no commitment. Name it as in ticket:42.", file=sys.stderr)
        return 1
    if given.json:
        print(json.dumps([one.as_data() for one in explanations], indent=2))
        return 0
    for one in explanations:
        print("\n".join(one.sentences()))
        for row in one.rows:
            start, end = (iso(at - at % SECOND) for at in (row.start_at, row.end_at))
            print(f"    {start} – {end}  {row.kind:8} {round(row.counted / SECOND):>8} s  {row.note}")
        print()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="upheld explain", description=__doc__)
    parser.add_argument("subject", metavar="SUBJECT", help="a subject key such as ticket:1")
    parser.add_argument("--json", action="store_true")
    return parser
