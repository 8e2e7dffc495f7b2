"""Clients of Amazon's services, all made of one session: making that anew reads for a tenth of a second what does not change."""

from __future__ import annotations

import threading
from functools import cache
from typing import Any, Final

_LOCK: Final = threading.Lock()  # a session makes one client at a time


def client(service: str, **given: Any) -> Any:
    """Raises ImportError where the extra `ses` is not installed. The client is the caller's, and theirs to close."""
    with _LOCK:
        return _session().client(service, **given)


@cache
def _session() -> Any:
    import boto3

    return boto3.session.Session()
