"""DKIM (RFC 6376) and ARC (RFC 8617): who signed this mail, and are the signatures good?"""

from __future__ import annotations

import re
from typing import Any, Final

import dkim

from upheld.channels.mail.trust.names import Names, NamesAway

MOST_SIGNATURES: Final = 8
_SIGNED: Final = re.compile(rb"^dkim-signature\s*:", re.IGNORECASE | re.MULTILINE)
_HEAD_ENDS: Final = re.compile(rb"\r?\n\r?\n")


def dkim_of(raw: bytes, names: Names) -> list[tuple[str, str]]:
    """Domain and result (pass, fail, temperror) of each signature, in the order of the mail."""
    head = _HEAD_ENDS.split(raw, maxsplit=1)[0]
    count = min(len(_SIGNED.findall(head)), MOST_SIGNATURES)
    return [_one(raw, position, names) for position in range(count)]


def sealers_of(raw: bytes, names: Names) -> list[str]:
    """The domains that sealed the chain of ARC, the latest first; empty when there is none or it does not hold."""
    if b"arc-seal" not in raw[:200_000].lower():
        return []
    chain = dkim.ARC(raw)
    try:
        held, sets, _ = chain.verify(dnsfunc=_texts(names))
    except Exception:  # noqa: BLE001 - a chain that breaks the library proves nothing
        return []
    if held != dkim.CV_Pass:
        return []
    return [bytes(one.get("as-domain", b"")).decode("ascii", "replace").lower() for one in sets]


def _one(raw: bytes, position: int, names: Names) -> tuple[str, str]:
    signature = dkim.DKIM(raw)
    try:
        result = "pass" if signature.verify(idx=position, dnsfunc=_texts(names)) else "fail"
    except NamesAway:
        result = "temperror"
    except Exception:  # noqa: BLE001 - a signature that breaks the library is none
        result = "fail"
    fields = signature.signature_fields if isinstance(signature.signature_fields, dict) else {}
    domain = fields.get(b"d", b"")
    if b"l" in fields:
        result = "fail"  # it signs a part of the text only, and anybody may write on below
    return domain.decode("ascii", "replace").lower().rstrip("."), result


def _texts(names: Names) -> Any:
    def look_up(name: bytes, timeout: int = 5) -> bytes | None:
        found = names.look_up(name.decode("ascii", "replace"))
        return found[0].encode("latin-1") if found else None

    return look_up
