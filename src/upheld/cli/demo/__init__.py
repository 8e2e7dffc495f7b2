"""`upheld demo`: a whole desk with a believable company in it, on this machine only.

`start` puts the processes together, `company` makes the people and their tickets, `check` plays a customer and an agent
and reports what it saw.
"""

from __future__ import annotations

from collections.abc import Sequence


def main(arguments: Sequence[str]) -> int:
    from upheld.cli.demo.start import main as start

    return start(arguments)
