"""What a relay of ours found out before us: the `Authentication-Results` (RFC 8601) that it wrote on top of the mail."""

from __future__ import annotations

import re
from typing import Final

import authres

_FIELD: Final = re.compile(
    rb"^authentication-results[ \t]*:.*?(?=^[^ \t]|\Z)", re.IGNORECASE | re.MULTILINE | re.DOTALL
)
_HEAD_ENDS: Final = re.compile(rb"\r?\n\r?\n")


def proved_by_relay(raw: bytes, servers: frozenset[str]) -> dict[str, list[tuple[str, str]]] | None:
    """Method -> (result, domain) pairs of the topmost field of one of these servers; None when none of them wrote one.

    Only the topmost counts: a sender may have written others in our relay's name further down, and a relay writes on top.
    """
    head = _HEAD_ENDS.split(raw, maxsplit=1)[0] + b"\n"
    for field in _FIELD.findall(head):
        text = " ".join(field.decode("utf-8", "replace").split())
        try:
            read = authres.AuthenticationResultsHeader.parse(text)
        except Exception:  # noqa: BLE001, S112 - a field that cannot be read is none
            continue
        if str(read.authserv_id).lower() in servers:
            return _found(read)
    return None


def _found(read: authres.AuthenticationResultsHeader) -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for one in read.results or ():
        wanted = {"spf": "mailfrom", "dkim": "d", "dmarc": "from"}.get(one.method)
        domains = [str(prop.value) for prop in one.properties if prop.name == wanted and prop.value]
        domain = domains[0].rpartition("@")[2].lower() if domains else ""
        found.setdefault(one.method, []).append((str(one.result).lower(), domain))
    return found
