"""Signing what leaves (DKIM, RFC 6376), so that receivers know that it is from us and was not changed on its way."""

from __future__ import annotations

from typing import Final, Protocol

import dkim
from django.conf import settings

SIGNED: Final = (
    b"from", b"to", b"cc", b"reply-to", b"subject", b"date", b"message-id", b"in-reply-to", b"references", b"mime-version",
    b"content-type", b"content-transfer-encoding", b"auto-submitted", b"list-unsubscribe", b"list-unsubscribe-post",
)  # fmt: skip
"""Fields that are signed where they stand. From is named once more than it stands there: nobody can add a second one."""
WRITTEN_ANEW: Final = {"amazon_ses": frozenset({b"date", b"message-id"})}
"""Fields that a provider writes itself, whatever stands there: signed, they would break the signature."""


class Key(Protocol):
    """A private key in PEM form. config, which reads it in dkim.py, stands above this room."""

    @property
    def domain(self) -> str: ...
    @property
    def selector(self) -> str: ...
    @property
    def pem(self) -> bytes: ...


def signed(raw: bytes, sender: str) -> bytes:
    """The mail with a signature of the sender's domain before it; as it is where that domain has no key."""
    key = _key_of(sender.rpartition("@")[2].lower())
    if key is None:
        return raw
    provider = settings.UPHELD_MAIL.provider
    anew = WRITTEN_ANEW.get(provider.name, frozenset()) if provider is not None else frozenset()
    present = {line.partition(b":")[0].lower() for line in raw.partition(b"\r\n\r\n")[0].split(b"\r\n")}
    signature: bytes = dkim.sign(
        raw,
        key.selector.encode(),
        key.domain.encode(),
        key.pem,
        canonicalize=(b"relaxed", b"relaxed"),
        include_headers=[b"from", *(name for name in SIGNED if name in present - anew)],
    )
    return signature + raw


def _key_of(domain: str) -> Key | None:
    keys: tuple[Key, ...] = settings.UPHELD_MAIL.dkim
    return next((key for key in keys if key.domain == domain), None)
