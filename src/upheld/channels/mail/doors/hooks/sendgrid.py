"""SendGrid. Both of its calls can be signed (ECDSA over the time and the whole body), with a key for each."""

from __future__ import annotations

import base64
import json
import time
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.http import HttpRequest

from upheld.channels.mail.doors.hooks import parsed
from upheld.channels.mail.doors.hooks.calls import SKEW, Keys, fields_of, incoming
from upheld.channels.mail.doors.hooks.words import Word
from upheld.channels.mail.receiving import Incoming

MOST_AGE: Final = 4 * 86_400.0
"""Seconds for which a signature is good: mail is brought again for three days, words for one."""
_HEADER: Final = "X-Twilio-Email-Event-Webhook-"


def is_signed(request: HttpRequest, keys: Keys) -> bool:
    kind = "tracking" if "/tracking/" in request.path else "inbound"
    key = keys.get(f"{kind}_webhook_verification_key")
    if key is None:
        return True
    stamp, signature = (request.headers.get(_HEADER + name, "") for name in ("Timestamp", "Signature"))
    public = serialization.load_der_public_key(base64.b64decode(key))
    if not isinstance(public, ec.EllipticCurvePublicKey):
        return False
    try:
        public.verify(base64.b64decode(signature), stamp.encode() + request.body, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return -SKEW <= time.time() - float(stamp) <= MOST_AGE


def mails(request: HttpRequest, keys: Keys) -> list[Incoming]:
    """The bytes where “POST the raw, full MIME message” is set, else what its fields give."""
    fields = fields_of(request)
    envelope = json.loads(fields.get("envelope", b"{}"))
    raw = incoming(fields.get("email", b""), envelope.get("from", ""), envelope.get("to", []))
    return raw or parsed.mails_of(parsed.view("sendgrid", "Inbound").parse_events(request))


def words(request: HttpRequest, keys: Keys) -> list[Word]:
    return parsed.words_of("sendgrid", request, _is_permanent)


def _is_permanent(event: dict[str, Any]) -> bool:
    """A `blocked` one may be taken tomorrow; what was dropped says why."""
    if event.get("event") == "dropped":
        return event.get("reason", "") in ("Bounced Address", "Invalid")
    return event.get("event") == "bounce" and event.get("type", "bounce") == "bounce"
