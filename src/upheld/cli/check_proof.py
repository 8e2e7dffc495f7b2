"""`upheld audit check-proof FILE [--public-key KEY]`: is this proof as it was signed? Needs no database.

Without a key the file is held against the key that it names itself: that shows damage, and not who signed. Get the key from the
desk (`upheld audit key`). Exit 0 when it is as it was signed, else 1.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from upheld.kernel.ed25519 import PublicKey
from upheld.kernel.signed_json import NotAsSigned, check


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="upheld audit check-proof", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("file", metavar="FILE", help="a proof as JSON")
    parser.add_argument("--public-key", metavar="KEY", help="the key of whoever has to have signed it")
    given = parser.parse_args(arguments)
    try:
        believed = PublicKey.of(given.public_key) if given.public_key else None
        checked = check(Path(given.file).read_bytes(), believed)
    except OSError as error:
        print(f"{given.file} cannot be read: {error.strerror}.", file=sys.stderr)
        return 1
    except (NotAsSigned, ValueError) as wrong:
        print(f"{given.file}: {wrong}", file=sys.stderr)
        return 1
    whose = "by the key that you named" if believed else "by the key that it names itself; compare it with the desk's"
    print(f"{given.file} is as it was signed, {whose}: {checked.id} {checked.text}")
    return 0
