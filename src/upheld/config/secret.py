"""The key that signs sessions and reply addresses, where nobody gave one: made once, kept with the data."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def kept_secret(data: Path) -> str:
    """The secret of this data folder. The first caller makes it, readable by its owner only; a race has one winner."""
    path = data / "secret_key"
    if not path.exists():
        data.mkdir(parents=True, exist_ok=True)
        draft = data / f".secret_key.{os.getpid()}.{secrets.token_hex(4)}"
        descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
        try:
            os.link(draft, path)  # fails when another process was first: its secret holds
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()
