"""Whose word counts, by the environment."""

from __future__ import annotations

from django.conf import settings

from upheld.channels.mail.trust.verdict import Believed


def believed(*, by_relay: bool = True) -> Believed:
    """`by_relay` is False for mail that came by no relay of ours, as from a provider: what it says of itself is the sender's."""
    mail = settings.UPHELD_MAIL
    servers = mail.trusted_authserv if by_relay else frozenset()
    return Believed(mail.trusted_relays, servers, mail.trusted_sealers)
