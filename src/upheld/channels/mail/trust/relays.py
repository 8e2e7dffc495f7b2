"""What a relay of ours found out before us: the `Authentication-Results` (RFC 8601) that it wrote on top of the mail."""

from __future__ import annotations

import re
from typing import Final

import authres

LONGEST: Final = 8_000  # letters of a field; whoever writes more proves less
_FIELD: Final = re.compile(
    rb"^authentication-results[ \t]*:.*?(?=^[^ \t]|\Z)", re.IGNORECASE | re.MULTILINE | re.DOTALL
)
_DEEPEST: Final = 5
_QUOTED: Final = re.compile(r'"(?:[^"\\]|\\.)*"?|\([^()]*\)')
_HEAD_ENDS: Final = re.compile(rb"\r?\n\r?\n")


def proved_by_relay(raw: bytes, servers: frozenset[str]) -> dict[str, list[tuple[str, str]]] | None:
    """Method -> (result, domain) pairs of the topmost field of one of these servers; None when none of them wrote one.

    Only the topmost counts: a sender may have written others in our relay's name further down, and a relay writes on top.
    """
    head = _HEAD_ENDS.split(raw, maxsplit=1)[0] + b"\n"
    for field in _FIELD.findall(head):
        text = " ".join(field[:LONGEST].decode("utf-8", "replace").split())
        try:
            read = authres.AuthenticationResultsHeader.parse(text)
        except Exception:  # noqa: BLE001 - whatever a sender brought a relay to write
            if _is_by(text, servers):
                return None  # ours, and it says nothing; what stands below may be anybody's
            continue
        if str(read.authserv_id).lower() in servers:
            return _found(read)
    return None


def passed_dmarc(text: str, domain: str) -> bool:
    """Whether these results say that DMARC passed for the domain: by themselves, and not in a quotation or a comment."""
    plain = _without_comments(text.lower())
    if "(" in plain or ")" in plain:
        return False
    for result in plain.split(";"):
        method, *properties = " ".join(result.replace("=", " = ").split()).replace(" = ", "=").split(" ")
        if method == "dmarc=pass" and f"header.from={domain}" in properties:
            return True
    return False


def _without_comments(text: str) -> str:
    """Without what is quoted, and without comments, which may stand in each other."""
    for _ in range(_DEEPEST):
        text, count = _QUOTED.subn(" ", text)
        if not count:
            break
    return text


def _is_by(text: str, servers: frozenset[str]) -> bool:
    words = _without_comments(text.partition(":")[2]).replace(";", " ").lower().split()
    return bool(words) and words[0] in servers


def _found(read: authres.AuthenticationResultsHeader) -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for one in read.results or ():
        wanted = {"spf": "mailfrom", "dkim": "d", "dmarc": "from"}.get(one.method)
        domains = [str(prop.value) for prop in one.properties if prop.name == wanted and prop.value]
        domain = domains[0].rpartition("@")[2].lower() if domains else ""
        found.setdefault(one.method, []).append((str(one.result).lower(), domain))
    return found
