"""What the environment says about mail, beyond the server that takes ours and the port where we take it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from upheld.config.dkim import DkimKey, dkim_keys
from upheld.config.imap import ImapAccount, grants, imap_accounts, with_oauth
from upheld.config.providers import MailProvider, provider, provider_keys, webhook_keys, webhook_secret, with_keys
from upheld.config.shelves import Bucket, Scanner, bucket, scanner
from upheld.config.values import Address, Network, address, file, names, networks, whole, yes_or_no

MAIL_EXAMPLES = {
    "UPHELD_CLAMD": "127.0.0.1:3310",
    "UPHELD_DKIM": "2026a@example.com=/etc/upheld/dkim.pem",
    "UPHELD_FILES": "s3://desk-files/attachments?endpoint=https://s3.example.com&region=eu-central-1",
    "UPHELD_IMAP": "support=imaps://user:password@imap.example.com/INBOX?then=move:Done",
    "UPHELD_IMAP_OAUTH": "support=google:client-id:client-secret:refresh-token",
    "UPHELD_LMTP_LISTEN": "127.0.0.1:2424",
    "UPHELD_MAIL_PROVIDER": "postmark",
    "UPHELD_MAIL_PROVIDER_KEYS": "server_token=0123abcd",
    "UPHELD_WEBHOOK_KEYS": "amazon_ses.topics=arn:aws:sns:eu-central-1:123456789012:mail brevo.api_key=xkeysib-0123",
    "UPHELD_WEBHOOK_SECRET": "hooks:a-long-random-text",
    "UPHELD_SMTP_CERTIFICATE": "/etc/letsencrypt/live/mx.example.com/fullchain.pem",
    "UPHELD_SMTP_CERTIFICATE_KEY": "/etc/letsencrypt/live/mx.example.com/privkey.pem",
    "UPHELD_SMTP_PROXY": "yes",
    "UPHELD_SMTP_RATE": "120",
    "UPHELD_TRUSTED_RELAYS": "10.0.0.0/8,192.0.2.7",
    "UPHELD_TRUSTED_AUTHSERV": "mx.example.com",
    "UPHELD_TRUSTED_SEALERS": "lists.example.org",
}
Take = Callable[[str, Callable[[str], Any], Any], Any]
"""A setting by name, read by a function, with what holds where it is not set."""


@dataclass(frozen=True, slots=True)
class MailEnvironment:
    """How mail comes in, and whose word counts about where it comes from.

    `rate` is mails a minute of one source, 0 for no limit.
    """

    imap: tuple[ImapAccount, ...]
    lmtp_listen: Address | None
    certificate: Path | None
    certificate_key: Path | None
    is_behind_proxy: bool
    rate: int
    trusted_relays: tuple[Network, ...]
    trusted_authserv: frozenset[str]
    trusted_sealers: frozenset[str]
    dkim: tuple[DkimKey, ...]
    provider: MailProvider | None
    webhook_secret: str = field(repr=False)
    webhook_keys: Mapping[str, Mapping[str, str]] = field(repr=False, hash=False)
    files: Bucket | None
    scanner: Scanner | None

    @classmethod
    def read(cls, take: Take) -> MailEnvironment:
        return cls(
            files=take("UPHELD_FILES", bucket, None),
            scanner=take("UPHELD_CLAMD", scanner, None),
            imap=with_oauth(take("UPHELD_IMAP", imap_accounts, ()), take("UPHELD_IMAP_OAUTH", grants, {})),
            lmtp_listen=take("UPHELD_LMTP_LISTEN", address, None),
            certificate=take("UPHELD_SMTP_CERTIFICATE", file, None),
            certificate_key=take("UPHELD_SMTP_CERTIFICATE_KEY", file, None),
            is_behind_proxy=take("UPHELD_SMTP_PROXY", yes_or_no, False),
            rate=take("UPHELD_SMTP_RATE", whole(0, 1_000_000), 0),
            trusted_relays=take("UPHELD_TRUSTED_RELAYS", networks, ()),
            trusted_authserv=take("UPHELD_TRUSTED_AUTHSERV", names, frozenset()),
            trusted_sealers=take("UPHELD_TRUSTED_SEALERS", names, frozenset()),
            dkim=take("UPHELD_DKIM", dkim_keys, ()),
            provider=with_keys(
                take("UPHELD_MAIL_PROVIDER", provider, None), take("UPHELD_MAIL_PROVIDER_KEYS", provider_keys, {})
            ),
            webhook_secret=take("UPHELD_WEBHOOK_SECRET", webhook_secret, ""),
            webhook_keys=take("UPHELD_WEBHOOK_KEYS", webhook_keys, {}),
        )
