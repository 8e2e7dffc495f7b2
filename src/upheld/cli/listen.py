"""`upheld listen`: takes mail by SMTP (UPHELD_SMTP_LISTEN) and stores it before it says 250."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from upheld.cli.stopping import told_to_stop


def main(arguments: Sequence[str]) -> int:
    argparse.ArgumentParser(prog="upheld listen", description=__doc__).parse_args(arguments)
    from upheld.channels.mail.doors import listener

    listener.run(told_to_stop())
    return 0
