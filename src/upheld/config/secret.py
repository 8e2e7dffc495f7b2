"""The keys of an installation, where nobody gave them: made once, kept with the data.

One signs sessions and reply addresses, the other the seals of the record.
"""

from __future__ import annotations

import base64
import os
import secrets
from collections.abc import Callable
from pathlib import Path


def kept_secret(data: Path) -> str:
    """The secret of this data folder."""
    return _kept(data, "secret_key", lambda: secrets.token_urlsafe(48))


def kept_seal_key(data: Path) -> str:
    """The key of this data folder by which seals and proofs are signed: 32 bytes in base64."""
    return _kept(data, "seal_key", lambda: base64.b64encode(secrets.token_bytes(32)).decode())


def _kept(data: Path, name: str, make: Callable[[], str]) -> str:
    """The first caller makes it, readable by its owner only; a race has one winner."""
    path = data / name
    if not path.exists():
        data.mkdir(parents=True, exist_ok=True)
        draft = data / f".{name}.{os.getpid()}.{secrets.token_hex(4)}"
        descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(make())
        try:
            os.link(draft, path)  # fails when another process was first: its secret holds
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()
