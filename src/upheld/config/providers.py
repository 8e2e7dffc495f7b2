"""Providers as the environment names them: who takes our mail by its own interface, and what proves that one of them calls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

HOOK_KEYS: Final[Mapping[str, frozenset[str]]] = {
    "postmark": frozenset(),
    "mailgun": frozenset({"webhook_signing_key"}),
    "sendgrid": frozenset({"tracking_webhook_verification_key", "inbound_webhook_verification_key"}),
    "brevo": frozenset({"api_key", "api_url"}),
    "amazon_ses": frozenset({"topics", "buckets", "region", "access_key", "secret_key", "s3_endpoint"}),
}
"""By provider what its calls may need: keys that it signs with, and what lets us fetch what it left for us."""
PROVIDERS: Final[Mapping[str, tuple[frozenset[str], frozenset[str]]]] = {
    "postmark": (frozenset({"server_token"}), frozenset({"api_url", "message_stream"})),
    "mailgun": (frozenset({"api_key"}), frozenset({"api_url", "sender_domain"}) | HOOK_KEYS["mailgun"]),
    "sendgrid": (frozenset({"api_key"}), frozenset({"api_url"}) | HOOK_KEYS["sendgrid"]),
    "brevo": (frozenset({"api_key"}), frozenset({"api_url"})),
    "amazon_ses": (frozenset({"region"}), frozenset({"configuration_set", "ses_endpoint"}) | HOOK_KEYS["amazon_ses"]),
}
"""By provider what has to be said so that mail leaves by it, and what may be."""


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


def webhook_keys(text: str) -> dict[str, dict[str, str]]:
    """`provider.name=value`, with spaces between several. Raises ValueError without repeating a value."""
    found: dict[str, dict[str, str]] = {}
    for word in text.split():
        place, equals, value = word.partition("=")
        name, dot, key = place.partition(".")
        if not (dot and equals and value):
            raise ValueError("it is not provider.name=value with spaces between several")
        if key not in HOOK_KEYS.get(name, frozenset()):
            known = (f"{one}.{key}" for one, keys in HOOK_KEYS.items() for key in sorted(keys))
            raise ValueError(f"“{place}” is none of {', '.join(known)}")
        found.setdefault(name, {})[key] = value
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
