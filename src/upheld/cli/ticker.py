"""`upheld ticker`: watches what is due and acts on it. Any number may run; each commitment is acted on once."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from upheld.cli.stopping import told_to_stop


def main(arguments: Sequence[str]) -> int:
    argparse.ArgumentParser(prog="upheld ticker", description=__doc__).parse_args(arguments)
    from upheld.commitments import ticker

    ticker.run(told_to_stop())
    return 0
