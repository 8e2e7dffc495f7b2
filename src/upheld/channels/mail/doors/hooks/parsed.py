"""Payloads of parsed fields, read by django-anymail."""

from __future__ import annotations

import hashlib
import re
import warnings
from collections.abc import Callable, Iterable
from email import policy
from email.encoders import encode_base64
from email.message import Message
from functools import cache
from importlib import import_module
from typing import Any, Final

from django.http import HttpRequest

from upheld.channels.mail.doors.hooks.words import SAID, Word, word
from upheld.channels.mail.receiving import Incoming

_NAMES: Final = {"postmark": "Postmark", "mailgun": "Mailgun", "sendgrid": "SendGrid", "brevo": "Brevo"}
_NAME: Final = re.compile(r"[!-9;-~]{1,100}")
_ONCE: Final = frozenset({
    "from", "to", "cc", "bcc", "sender", "reply-to", "subject", "date", "orig-date", "message-id", "in-reply-to", "references",
    "mime-version", "content-type", "content-disposition", "content-transfer-encoding", "return-path",
})  # fmt: skip


@cache
def view(provider: str, kind: str) -> Any:
    """What reads this provider's payloads (`Inbound`, `Tracking`). It asks for no secret: we have asked before."""
    kinds = getattr(import_module(f"anymail.webhooks.{provider}"), f"{_NAMES[provider]}{kind}WebhookView")
    return made_of(kinds, **({"webhook_signing_key": "asked before"} if provider == "mailgun" else {}))


def made_of(kinds: Any, **keys: str) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it would have us ask for the secret there
        return kinds(webhook_secret="", **keys)


def mails_of(events: Iterable[Any]) -> list[Incoming]:
    return [_made(event) for event in events]


def _made(event: Any) -> Incoming:
    """A mail from the fields of one: its boundaries are made of what it says, so that the same fields give the same bytes.

    Files are written in base64: as anymail leaves them, their line ends would be changed with those of the mail.
    """
    message: Message = event.message
    mark = hashlib.sha256(
        f"{message['Message-ID']}{message['From']}{message['Subject']}{message['Date']}".encode()
    ).hexdigest()[:24]
    for number, part in enumerate(message.walk()):
        if part.get_content_maintype() == "multipart":
            part.set_boundary(f"=_{mark}_{number}")
        elif not part.is_multipart() and "Content-Transfer-Encoding" not in part:
            encode_base64(part)
    raw = message.as_bytes(policy=policy.SMTP)
    to = [event.message.envelope_recipient] if event.message.envelope_recipient else []
    return Incoming(raw, event.message.envelope_sender or "", to, door="webhook")


def plain(heads: Iterable[tuple[str, str]], *, taken: Iterable[str] = ()) -> list[tuple[str, str]]:
    """Fields that can stand in a head: each on one line, and those that stand once a first time only, then as X-Also-….

    `taken` stand there already. How the mail was written before it was taken apart says nothing of how it is written now.
    """
    seen = {*taken, "mime-version", "content-type", "content-disposition", "content-transfer-encoding"}
    found = []
    for name, value in heads:
        is_again = name.lower() in seen and name.lower() in _ONCE
        seen.add(name.lower())
        if _NAME.fullmatch(name):
            found.append((f"X-Also-{name}" if is_again else name, " ".join(str(value).split())))
    return found


def kind_of(content_type: Any) -> str:
    """The type of a file. A mail within a mail is kept as a file: read as a mail it could be one that cannot be written."""
    kind = " ".join(str(content_type or "").split())
    return "application/octet-stream" if not kind or kind.lower().startswith(("message/", "multipart/")) else kind


def words_of(provider: str, request: HttpRequest, is_permanent: Callable[[Any], bool]) -> list[Word]:
    """`is_permanent` says of what the provider wrote whether the address is bad for good, and not this mail only."""
    events = view(provider, "Tracking").parse_events(request)
    return [
        word(
            SAID[str(event.event_type)],
            number=(event.metadata or {}).get("mail", ""),
            ids=(event.message_id,),
            recipient=event.recipient,
            reason=event.mta_response or event.description or event.reject_reason or event.event_type,
            when=event.timestamp,
            is_permanent=is_permanent(event.esp_event),
        )
        for event in events
        if str(event.event_type) in SAID
    ]
