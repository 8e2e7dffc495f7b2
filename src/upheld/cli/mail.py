"""`upheld mail in < MESSAGE` hands over one mail, as a mail server's pipe does; `upheld mail import FILE` a whole mbox.

`in` ends with 0 once the mail is stored for good, and with 75 when it is not: then the mail server keeps it and tries again. An
import may be repeated: a mail that is there already is not taken twice. Nobody gets an acknowledgement for an imported mail.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

STORED, REFUSED, TRY_AGAIN = 0, 65, 75  # as sysexits.h has them, which mail servers go by


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="upheld mail", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    ways = parser.add_subparsers(dest="way", required=True, metavar="in|import")
    one = ways.add_parser("in", help="take one mail from the standard input")
    one.add_argument("--from", dest="sender", default="", metavar="ADDRESS", help="who sent it, by the envelope")
    one.add_argument("--to", action="append", default=[], metavar="ADDRESS", help="whom it was for; may be repeated")
    many = ways.add_parser("import", help="take all mails of a file in mbox form")
    many.add_argument("file", type=Path, metavar="FILE")
    options = parser.parse_args(arguments)
    return _take_one(options.sender, options.to) if options.way == "in" else _import(options.file)


def _take_one(sender: str, to: Sequence[str]) -> int:
    """Whatever goes wrong on our side is worth another try; only a mail that is too large never is."""
    from upheld.cli.desk import desk

    try:
        with desk() as environment:
            raw = sys.stdin.buffer.read(environment.mail_max_bytes + 1)
            if len(raw) > environment.mail_max_bytes:
                print(f"The mail exceeds {environment.mail_max_bytes} bytes.", file=sys.stderr)
                return REFUSED
            from upheld.channels.mail.receiving import accept

            mail = accept(raw, envelope_from=sender, envelope_to=to, door="pipe")
    except Exception as trouble:  # noqa: BLE001 - the mail server keeps the mail, whatever it was
        print(f"Not stored, please try again: {trouble}", file=sys.stderr)
        return TRY_AGAIN
    print(f"Stored as {mail.key}")
    return STORED


def _import(path: Path) -> int:
    from upheld.channels.mail.doors.mbox import NotAnMbox, mails_in
    from upheld.cli.desk import NotToday, desk

    try:
        with path.open("rb") as file, desk() as environment:
            from upheld.channels.mail.receiving import accept
            from upheld.channels.models import ReceivedMail

            before, count, too_large = ReceivedMail.objects.count(), 0, 0
            for raw in mails_in(file):
                if len(raw) > environment.mail_max_bytes:
                    too_large += 1
                    continue
                accept(raw, door="mbox")
                count += 1
            new = ReceivedMail.objects.count() - before
    except NotToday as reason:
        print(reason, file=sys.stderr)
        return 1
    except (OSError, NotAnMbox) as wrong:
        print(f"{path}: {wrong}", file=sys.stderr)
        return 1
    print(
        f"{count} mails taken, {new} of them new"
        + (f"; {too_large} are too large and were left out" if too_large else "")
    )
    return 1 if too_large else 0
