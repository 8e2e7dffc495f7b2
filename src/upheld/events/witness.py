"""What this host remembers of the chain outside of the database: the newest seal that it saw.

A chain whose last seals were taken away is a shorter chain and looks as good as before. Only somebody who remembers sees it.
"""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from upheld.events.models import Seal


@dataclass(frozen=True, slots=True)
class Memory:
    number: int
    hash: str

    def agrees(self, seal: Seal | None) -> bool:
        """Is this seal, which has the number, the one that was seen?"""
        return seal is not None and bytes(seal.hash).hex() == self.hash


def remembered() -> Memory | None:
    """The newest seal that was seen. None on a host that saw none."""
    try:
        said = json.loads(_path().read_text())
    except FileNotFoundError:
        return None
    return Memory(int(said["number"]), str(said["hash"]))


def remember(seal: Seal) -> None:
    """Keep its number and hash, whole or not at all, also when two processes do so at once."""
    known = remembered()
    if known is not None and known.number >= seal.number:
        return
    _path().parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=_path().parent, prefix=".last_seal-")
    with os.fdopen(handle, "w") as file:
        json.dump({"number": seal.number, "hash": bytes(seal.hash).hex()}, file)
        file.flush()
        os.fsync(file.fileno())
    Path(draft).replace(_path())


def forget() -> None:
    """For a database that was knowingly put back to an earlier state."""
    _path().unlink(missing_ok=True)


def _path() -> Path:
    return Path(settings.UPHELD_DATA) / "last_seal"
