"""SPF (RFC 7208): may this address send for the domain of the envelope?"""

from __future__ import annotations

from typing import Any

import spf

from upheld.channels.mail.trust.names import Names, NamesAway

NONE, PASS, TEMPORARY = "none", "pass", "temperror"


class _Query(spf.query):  # type: ignore[misc]
    """The library's, asking through our `Names`, so that one limit holds for all questions of a mail."""

    names: Names

    def dns(self, name: Any, qtype: str, _cnames: Any = None, ignore_void: bool = False) -> list[Any]:
        try:
            found = self.names.look_up(str(name), qtype)
        except NamesAway as away:
            raise spf.TempError(str(away)) from away
        if not found and not ignore_void:
            self.void_lookups += 1
            if self.void_lookups > spf.MAX_VOID_LOOKUPS:
                raise spf.PermError("too many questions without an answer")
        if qtype in ("TXT", "SPF"):
            return [(text.encode("latin-1"),) for text in found]
        return [(0, host) for host in found] if qtype == "MX" else list(found)


def spf_of(peer: str, envelope_from: str, names: Names) -> tuple[str, str]:
    """The result and the domain that it is about. `none` for a mail that nobody is to be answered for, or without a peer."""
    domain = envelope_from.strip("<>").rpartition("@")[2].lower()
    if not domain or not peer:
        return NONE, domain
    try:
        query = _Query(i=peer, s=envelope_from.strip("<>"), h=domain, querytime=20)
        query.names = names
        result: str = query.check()[0]
    except Exception:  # noqa: BLE001 - whatever a record of a stranger does to the library, it proves nothing
        return "permerror", domain
    return result, domain
