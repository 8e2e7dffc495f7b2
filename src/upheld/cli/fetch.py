"""`upheld fetch`: brings mail from the mailboxes of UPHELD_IMAP, and compares what they hold with what we hold."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from upheld.cli.stopping import told_to_stop


def main(arguments: Sequence[str]) -> int:
    argparse.ArgumentParser(prog="upheld fetch", description=__doc__).parse_args(arguments)
    from django.conf import settings

    from upheld.channels.mail.fetching.running import run

    accounts = settings.UPHELD_MAIL.imap
    if not accounts:
        print("No mailbox is set. Set UPHELD_IMAP; docs/operation.md says how.", file=sys.stderr)
        return 1
    run(accounts, told_to_stop())
    return 0
