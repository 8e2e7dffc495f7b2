"""What the environment says about mail, beyond the server that takes ours and the port where we take it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from upheld.config.values import Network, names, networks

MAIL_EXAMPLES = {
    "UPHELD_TRUSTED_RELAYS": "10.0.0.0/8,192.0.2.7",
    "UPHELD_TRUSTED_AUTHSERV": "mx.example.com",
    "UPHELD_TRUSTED_SEALERS": "lists.example.org",
}
Take = Callable[[str, Callable[[str], Any], Any], Any]
"""A setting by name, read by a function, with what holds where it is not set."""


@dataclass(frozen=True, slots=True)
class MailEnvironment:
    """Whose word counts about where a mail comes from."""

    trusted_relays: tuple[Network, ...]
    trusted_authserv: frozenset[str]
    trusted_sealers: frozenset[str]

    @classmethod
    def read(cls, take: Take) -> MailEnvironment:
        return cls(
            trusted_relays=take("UPHELD_TRUSTED_RELAYS", networks, ()),
            trusted_authserv=take("UPHELD_TRUSTED_AUTHSERV", names, frozenset()),
            trusted_sealers=take("UPHELD_TRUSTED_SEALERS", names, frozenset()),
        )
