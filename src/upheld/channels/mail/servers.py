"""Somebody else's mail server, and how one signs in there without a password.

What the environment says is read in config, which stands above: here stands what this room needs of it, and nothing is imported.
"""

from __future__ import annotations

import json
from typing import Final, Protocol
from urllib.parse import urlencode

import httpcore

PATIENCE: Final = 20.0


class NoToken(Exception):
    """The provider gave no token; the text is its own word."""


class Grant(Protocol):
    """A right that was given once, from which a token is made whenever it is needed. config/values.py makes it."""

    @property
    def token_url(self) -> str: ...
    @property
    def client_id(self) -> str: ...
    @property
    def client_secret(self) -> str: ...
    @property
    def refresh_token(self) -> str: ...


class Server(Protocol):
    """Where it stands and who we are there, for mail in and out. config/values.py and config/imap.py make it."""

    @property
    def host(self) -> str: ...
    @property
    def port(self) -> int: ...
    @property
    def user(self) -> str: ...
    @property
    def password(self) -> str: ...
    @property
    def security(self) -> str: ...
    @property
    def grant(self) -> Grant | None: ...


def token(grant: Grant) -> str:
    """A fresh access token (RFC 6749, section 6). Raises NoToken; costs one request to the provider."""
    form = {
        "grant_type": "refresh_token",
        "client_id": grant.client_id,
        "client_secret": grant.client_secret,
        "refresh_token": grant.refresh_token,
    }
    fields = [("Content-Type", "application/x-www-form-urlencoded"), ("Accept", "application/json")]
    wait = dict.fromkeys(("connect", "read", "write", "pool"), PATIENCE)
    try:
        answer = httpcore.request(
            "POST", grant.token_url, headers=fields, content=urlencode(form).encode(), extensions={"timeout": wait}
        )
        told = json.loads(answer.content)
    except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, ValueError) as trouble:
        raise NoToken(f"the provider of tokens did not answer ({type(trouble).__name__})") from trouble
    if not isinstance(told, dict) or "access_token" not in told:
        reason = told.get("error", answer.status) if isinstance(told, dict) else answer.status
        raise NoToken(f"the provider gives no token: {reason}")
    return str(told["access_token"])
