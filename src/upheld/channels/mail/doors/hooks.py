"""What providers tell us over HTTP: mail that came in for us, and what became of mail of ours.

Their payloads are read by django-anymail where they are parsed fields; where a provider sends the mail as it was, its
bytes are kept as they are. Nothing here is believed before `is_genuine` has said yes.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from email import policy
from email.message import Message
from functools import cache
from importlib import import_module
from typing import Any, Final, Protocol
from urllib.parse import parse_qsl

from anymail.exceptions import AnymailError
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest

from upheld.channels.mail.receiving import Incoming

NAMES: Final = {"postmark": "Postmark", "mailgun": "Mailgun", "sendgrid": "SendGrid", "brevo": "Brevo"}
"""Providers whose words are understood, and what their classes are called."""
MOST_BYTES: Final = 100 * 1024 * 1024
LOST: Final = frozenset({"bounced", "rejected", "failed"})
WRONG: Final = (ValueError, KeyError, IndexError, TypeError, AttributeError, AnymailError, ImproperlyConfigured)
"""What reading a payload raises that is none of this provider's."""
_FIELD: Final = re.compile(rb'name="?([^";\r\n]+)')


class NotUnderstood(ValueError):
    """The payload is none that this provider sends."""


class Secrets(Protocol):
    """What the environment says (config/providers.py)."""

    @property
    def webhook_secret(self) -> str: ...
    @property
    def provider(self) -> Any: ...


@dataclass(frozen=True, slots=True)
class Word:
    """What a provider says of one recipient. `is_lost`: they will not get it; else it arrived, or is nothing to us."""

    number: int
    message_id: str
    recipient: str
    is_lost: bool
    is_delivered: bool
    reason: str


def read_body(request: HttpRequest) -> None:
    """The whole body, beyond what a form may have. Raises NotUnderstood when it is larger than any mail."""
    body = request.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        raise NotUnderstood("It is larger than any mail.")
    request._body = body


def is_genuine(provider: str, request: HttpRequest, secrets: Secrets) -> bool:
    """Whether it shows our secret, and the provider's own signature where a key for that is set.

    The body is read only after the secret was shown: a stranger shall not fill our memory. Raises NotUnderstood as `read_body`.
    """
    wanted = b"Basic " + base64.b64encode(secrets.webhook_secret.encode())
    shown = request.headers.get("Authorization", "").encode()
    if not secrets.webhook_secret or not hmac.compare_digest(wanted, shown):
        return False
    read_body(request)
    keys = secrets.provider.keys if secrets.provider is not None and secrets.provider.name == provider else {}
    if provider == "mailgun" and "webhook_signing_key" in keys:
        return _is_signed_by_mailgun(request, keys["webhook_signing_key"])
    key = "tracking_webhook_verification_key"
    if provider == "sendgrid" and key in keys and "/tracking/" in request.path:
        return _is_signed(_view(provider, "Tracking", ((key, keys[key]),)), request)
    return True


def mails_in(provider: str, request: HttpRequest) -> list[Incoming]:
    """The mails of a payload, byte for byte the same when it is sent again. Raises NotUnderstood."""
    try:
        return _raw(provider, request) or [
            _made(event) for event in _view(provider, "Inbound", _KEYS).parse_events(request)
        ]
    except WRONG as wrong:
        raise NotUnderstood(f"{type(wrong).__name__}: {wrong}"[:200]) from wrong


def words_in(provider: str, request: HttpRequest) -> list[Word]:
    """What a payload says of mails of ours; openings and clicks are left out. Raises NotUnderstood."""
    try:
        events = _view(provider, "Tracking", _KEYS).parse_events(request)
    except WRONG as wrong:
        raise NotUnderstood(f"{type(wrong).__name__}: {wrong}"[:200]) from wrong
    return [word for word in map(_word, events) if word.is_lost or word.is_delivered]


_KEYS: Final = (("webhook_signing_key", "unused: asked above"), ("api_key", "none"))


@cache
def _view(provider: str, kind: str, keys: tuple[tuple[str, str], ...]) -> Any:
    """What reads this provider's payloads. It asks for no secret: we have asked before."""
    kinds = getattr(import_module(f"anymail.webhooks.{provider}"), f"{NAMES[provider]}{kind}WebhookView")
    wanted = {"mailgun": "webhook_signing_key", "brevo": "api_key" if kind == "Inbound" else ""}
    name = wanted.get(provider, "tracking_webhook_verification_key")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return kinds(webhook_secret="", **{key: value for key, value in keys if key == name})


# -- mails -----------------------------------------------------------------------------------------------------------------


def _raw(provider: str, request: HttpRequest) -> list[Incoming]:
    """The mail as it was, where the provider hands that over."""
    if provider == "postmark":
        told = json.loads(request.body)
        head = {one["Name"].lower(): one["Value"] for one in told.get("Headers", [])[:1]}
        sender = head.get("return-path", "").strip("<>") or told.get("From", "")
        return _incoming(told.get("RawEmail", ""), sender, [told.get("OriginalRecipient", "")])
    if provider == "mailgun":
        fields = fields_of(request)
        return _incoming(fields.get("body-mime", b""), _text(fields, "sender"), [_text(fields, "recipient")])
    if provider == "sendgrid":
        fields = fields_of(request)
        envelope = json.loads(fields.get("envelope", b"{}"))
        return _incoming(fields.get("email", b""), envelope.get("from", ""), envelope.get("to", []))
    return []


def _incoming(raw: bytes | str, sender: str, recipients: Iterable[str]) -> list[Incoming]:
    found = raw.encode("utf-8", "surrogateescape") if isinstance(raw, str) else raw
    return [Incoming(found, sender, [one for one in recipients if one], door="webhook")] if found.strip() else []


def _made(event: Any) -> Incoming:
    """A mail from the fields of one: its boundaries are made of what it says, so that the same fields give the same bytes."""
    message: Message = event.message
    mark = hashlib.sha256(
        f"{message['Message-ID']}{message['From']}{message['Subject']}{message['Date']}".encode()
    ).hexdigest()[:24]
    for number, part in enumerate(message.walk()):
        if part.is_multipart():
            part.set_boundary(f"=_{mark}_{number}")
    raw = message.as_bytes(policy=policy.SMTP)
    return Incoming(
        raw, event.message.envelope_sender or "", [event.message.envelope_recipient or ""][:1], door="webhook"
    )


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


def _text(fields: dict[str, bytes], name: str) -> str:
    return fields.get(name, b"").decode("utf-8", "replace")


# -- what became of ours ---------------------------------------------------------------------------------------------------


def _word(event: Any) -> Word:
    number = str((event.metadata or {}).get("mail", ""))
    kind = str(event.event_type)
    reason = event.mta_response or event.description or event.reject_reason or kind
    return Word(
        number=int(number) if number.isdecimal() else 0,
        message_id=str(event.message_id or "")[:320],
        recipient=str(event.recipient or "").strip().lower(),
        is_lost=kind in LOST,
        is_delivered=kind == "delivered",
        reason=" ".join(str(reason).split())[:200],
    )


# -- signatures ------------------------------------------------------------------------------------------------------------


def _is_signed_by_mailgun(request: HttpRequest, key: str) -> bool:
    try:
        if request.headers.get("Content-Type", "").startswith("application/json"):
            told = json.loads(request.body)["signature"]
            stamp, token, signature = str(told["timestamp"]), str(told["token"]), str(told["signature"])
        else:
            fields = fields_of(request)
            stamp, token, signature = (_text(fields, name) for name in ("timestamp", "token", "signature"))
    except (ValueError, KeyError, TypeError):
        return False
    expected = hmac.new(key.encode(), f"{stamp}{token}".encode(), hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected.encode(), signature.encode())


def _is_signed(view: Any, request: HttpRequest) -> bool:
    try:
        view.run_validators(request)
    except (AnymailError, ValueError):
        return False
    return True
