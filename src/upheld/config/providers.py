"""A provider that takes our mail by its own interface instead of a server, as the environment names it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

PROVIDERS: Final[Mapping[str, tuple[frozenset[str], frozenset[str]]]] = {
    "postmark": (frozenset({"server_token"}), frozenset({"api_url", "message_stream"})),
    "mailgun": (frozenset({"api_key"}), frozenset({"api_url", "sender_domain", "webhook_signing_key"})),
    "sendgrid": (frozenset({"api_key"}), frozenset({"api_url", "tracking_webhook_verification_key"})),
    "brevo": (frozenset({"api_key"}), frozenset({"api_url"})),
    "amazon_ses": (frozenset({"region"}), frozenset({"access_key", "secret_key"})),
}
"""By provider what has to be said, and what may be."""


@dataclass(frozen=True, slots=True)
class MailProvider:
    name: str
    keys: Mapping[str, str] = field(repr=False, hash=False)


def provider(text: str) -> str:
    if text not in PROVIDERS:
        raise ValueError(f"“{text}” is none of {', '.join(PROVIDERS)}")
    return text


def provider_keys(text: str) -> dict[str, str]:
    """`name=value`, with spaces between several. Raises ValueError without repeating a value."""
    found = {}
    for word in text.split():
        name, equals, value = word.partition("=")
        if not (equals and name and value):
            raise ValueError("it is not name=value with spaces between several")
        found[name] = value
    return found


def with_keys(name: str | None, keys: Mapping[str, str]) -> MailProvider | None:
    return MailProvider(name, keys) if name else None


def wrong_keys(name: str | None, keys: Mapping[str, str]) -> str:
    """What is missing or too much for this provider; empty when all is well."""
    if name is None:
        return ""
    needed, more = PROVIDERS[name]
    missing, unknown = sorted(needed - keys.keys()), sorted(keys.keys() - needed - more)
    said = [f"{name} needs {', '.join(missing)}"] if missing else []
    return "; ".join(said + ([f"{name} knows no {', '.join(unknown)}"] if unknown else []))


def webhook_secret(text: str) -> str:
    user, colon, password = text.partition(":")
    if not (user and colon) or len(password) < 16:
        raise ValueError("it is not name:password with a password of 16 characters or more")
    return text
