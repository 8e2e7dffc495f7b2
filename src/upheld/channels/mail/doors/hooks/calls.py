"""A provider's call before we know what it says: our secret, its size, the fields of its form."""

from __future__ import annotations

import base64
import hmac
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final, Protocol
from urllib.parse import parse_qsl

from anymail.exceptions import AnymailError
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest

from upheld.channels.mail.receiving import Incoming

MOST_BYTES: Final = 100 * 1024 * 1024
SKEW: Final = 300.0  # seconds by which another's clock may be ahead of ours
WRONG: Final = (
    ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError, AnymailError, ImproperlyConfigured,
)  # fmt: skip
"""What reading a payload raises that is none of this provider's."""
_FIELD: Final = re.compile(rb'[;\s]name="?([^";\r\n]+)')
_HALF: Final = re.compile(r"\\u[dD][89a-fA-F]")
Keys = Mapping[str, str]


class NotUnderstood(ValueError):
    """The payload is none that this provider sends."""


class NotYet(Exception):
    """It cannot be taken now, for a reason that may pass: the provider keeps it and comes again."""


class Secrets(Protocol):
    """What the environment says (config/providers.py)."""

    @property
    def webhook_secret(self) -> str: ...
    @property
    def webhook_keys(self) -> Mapping[str, Keys]: ...
    @property
    def provider(self) -> Any: ...


def keys_of(provider: str, secrets: Secrets) -> Keys:
    """What is set for this provider's calls, and for sending by it if that is the one."""
    sends = secrets.provider is not None and secrets.provider.name == provider
    return {**(secrets.provider.keys if sends else {}), **secrets.webhook_keys.get(provider, {})}


def shows_secret(request: HttpRequest, secrets: Secrets) -> bool:
    wanted = b"Basic " + base64.b64encode(secrets.webhook_secret.encode())
    shown = request.headers.get("Authorization", "").encode()
    return bool(secrets.webhook_secret) and hmac.compare_digest(wanted, shown)


def read_body(request: HttpRequest) -> None:
    """The whole body, beyond what a form may have. Raises NotUnderstood when it is larger than any mail."""
    body = request.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        raise NotUnderstood("It is larger than any mail.")
    request._body = body


def is_json(request: HttpRequest) -> bool:
    return request.headers.get("Content-Type", "").startswith("application/json")


def told(request: HttpRequest) -> dict[str, Any]:
    """The object that was sent, with every text such as can be stored. Raises NotUnderstood for anything else."""
    return read(request.body)


def read(body: bytes | str) -> dict[str, Any]:
    text = body if isinstance(body, str) else body.decode("utf-8", "replace")
    try:
        found = json.loads(text)
        found = _mended(found) if _HALF.search(text) else found
    except RecursionError as deep:
        raise NotUnderstood("It is too deep.") from deep
    if not isinstance(found, dict):
        raise NotUnderstood("It is no object.")
    return found


def _mended(value: Any) -> Any:
    """Without halves of letters, as JSON can say them and no text can."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, dict):
        return {_mended(name): _mended(one) for name, one in value.items()}
    return [_mended(one) for one in value] if isinstance(value, list) else value


def incoming(raw: bytes | str, sender: str, recipients: Iterable[str]) -> list[Incoming]:
    """The mail as it was; nothing where nothing was handed over."""
    found = raw.encode("utf-8", "surrogateescape") if isinstance(raw, str) else raw
    return [Incoming(found, sender, [one for one in recipients if one], door="webhook")] if found.strip() else []


# -- forms, whatever their size --------------------------------------------------------------------------------------------


def fields_of(request: HttpRequest) -> dict[str, bytes]:
    """The fields of a form, byte for byte."""
    kind = request.headers.get("Content-Type", "")
    if kind.startswith("application/x-www-form-urlencoded"):
        pairs = parse_qsl(
            request.body.decode("latin-1"), keep_blank_values=True, encoding="latin-1", max_num_fields=1000
        )
        return {name: value.encode("latin-1") for name, value in pairs}
    boundary = re.search(r'boundary="?([^";]+)', kind)
    if not kind.startswith("multipart/form-data") or boundary is None:
        raise NotUnderstood("It is no form.")
    found = {}
    for part in (b"\r\n" + request.body).split(b"\r\n--" + boundary[1].encode())[1:-1]:
        head, _, value = part.partition(b"\r\n\r\n")
        if name := _FIELD.search(head):
            found[name[1].decode("utf-8", "replace")] = value
    return found


def text_of(fields: Mapping[str, bytes], name: str) -> str:
    return fields.get(name, b"").decode("utf-8", "replace")
