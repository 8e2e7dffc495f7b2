"""Mailboxes to fetch from, as the environment writes them: `name=imaps://user:password@host/FOLDER?then=move:Done`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, cast
from urllib.parse import parse_qsl, unquote, urlsplit

from upheld.config.values import Grant, names, port

TOKEN_URLS = {
    "google": "https://oauth2.googleapis.com/token",
    "microsoft": "https://login.microsoftonline.com/common/oauth2/v2.0/token",
}


@dataclass(frozen=True, slots=True)
class ImapAccount:
    """One mailbox. `then` is what becomes of a mail there once it is stored; `address` is where its mail was sent to.

    `authserv` is what its own server calls itself in the `Authentication-Results` that it writes: believed in its mail only.
    """

    name: str
    host: str
    port: int
    user: str
    password: str = field(repr=False)
    security: Literal["tls", "starttls", "none"]
    folder: str = "INBOX"
    then: Literal["flag", "move", "delete", "keep"] = "flag"
    move_to: str = ""
    address: str = ""
    authserv: frozenset[str] = frozenset()
    grant: Grant | None = None


def imap_accounts(text: str) -> tuple[ImapAccount, ...]:
    """One account a word, with spaces between them. Raises ValueError."""
    accounts = tuple(_account(word) for word in text.split())
    for name in {account.name for account in accounts}:
        if sum(account.name == name for account in accounts) > 1:
            raise ValueError(f"two mailboxes are called {name}")
    return accounts


def _account(word: str) -> ImapAccount:
    name, equals, url = word.partition("=")
    parts = urlsplit(url)
    ways: dict[str, tuple[Literal["tls", "starttls", "none"], int]] = {
        "imaps": ("tls", 993),
        "imap+starttls": ("starttls", 143),
        "imap": ("none", 143),
    }
    if not equals or not name or parts.scheme not in ways or not parts.hostname:
        raise ValueError("it is not name=imaps://user:password@host/FOLDER (or imap+starttls://, imap://)")
    security, usual = ways[parts.scheme]
    options = dict(parse_qsl(parts.query))
    then, _, move_to = options.pop("then", "flag").partition(":")
    address = options.pop("address", "")
    authserv = names(options.pop("authserv", ""))
    if then not in ("flag", "move", "delete", "keep") or (then == "move") != bool(move_to):
        raise ValueError(f"“then” of {name} is none of flag, move:FOLDER, delete, keep")
    if options:
        raise ValueError(f"{name} has an unknown option “{next(iter(options))}”; there are then, address and authserv")
    user = unquote(parts.username or "")
    return ImapAccount(
        name=name[:40],
        host=parts.hostname,
        port=port(parts.netloc, usual),
        user=user,
        password=unquote(parts.password or ""),
        security=security,
        folder=unquote(parts.path.lstrip("/")) or "INBOX",
        then=cast('Literal["flag", "move", "delete", "keep"]', then),
        move_to=move_to,
        address=address or (user if "@" in user else ""),
        authserv=authserv,
    )


def grants(text: str) -> dict[str, Grant]:
    """`name=google:client-id:client-secret:refresh-token`, with spaces between them; microsoft alike, or an address of one's own
    written with %3A for its colon.
    """
    found = {}
    for word in text.split():
        name, _, rest = word.partition("=")
        parts = [unquote(part) for part in rest.split(":")]
        if not name or len(parts) != 4 or not all(parts):
            raise ValueError("it is not name=provider:client-id:client-secret:refresh-token")
        url = TOKEN_URLS.get(parts[0], parts[0])
        if not url.startswith(("https://", "http://127.0.0.1")):
            raise ValueError(f"“{parts[0]}” is neither google nor microsoft nor an address that begins with https://")
        found[name] = Grant(url, *parts[1:])
    return found


def grant(text: str) -> Grant:
    """One grant without a name, for the server that takes our mail."""
    if "=" in text.partition(":")[0]:
        raise ValueError("it is not provider:client-id:client-secret:refresh-token")
    return grants(f"smtp={text}")["smtp"]


def with_oauth(accounts: Iterable[ImapAccount], granted: Mapping[str, Grant]) -> tuple[ImapAccount, ...]:
    return tuple(replace(account, grant=granted.get(account.name)) for account in accounts)
