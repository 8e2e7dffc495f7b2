"""Mailgun. It signs a time and a token, and not what it says: so the age is looked at, and a token proves one content only."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from typing import Any, Final

from django.core.cache import cache
from django.http import HttpRequest

from upheld.channels.mail.doors.hooks import parsed
from upheld.channels.mail.doors.hooks.calls import SKEW, Keys, fields_of, incoming, is_json, text_of, told
from upheld.channels.mail.doors.hooks.words import Word
from upheld.channels.mail.receiving import Incoming

MOST_AGE: Final = 10 * 3600.0
"""Seconds for which a signature is good. Mailgun comes again for eight hours, and does not say that it signs anew each time."""
_SIGNING: Final = ("timestamp", "token", "signature")


def is_signed(request: HttpRequest, keys: Keys) -> bool:
    key = keys.get("webhook_signing_key")
    if key is None:
        return True
    stamp, token, signature, content = _signed(request)
    expected = hmac.new(key.encode(), f"{stamp}{token}".encode(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected.encode(), signature.encode()):
        return False
    return -SKEW <= time.time() - float(stamp) <= MOST_AGE and _is_its_own(token, content)


def _is_its_own(token: str, content: str) -> bool:
    """Whether the token came with this content before, or never: who overheard one call cannot say another thing by it."""
    name = f"mailgun:{hashlib.sha256(token.encode()).hexdigest()}"
    return cache.add(name, content, MOST_AGE + SKEW) or cache.get(name) in (content, None)


def _signed(request: HttpRequest) -> tuple[str, str, str, str]:
    """Time, token, signature, and a digest of all the rest."""
    if is_json(request):
        said = told(request)
        given: dict[str, Any] = said.pop("signature")
        stamp, token, signature = (str(given[name]) for name in _SIGNING)
        rest = json.dumps(said, sort_keys=True).encode()
    else:
        fields = fields_of(request)
        stamp, token, signature = (text_of(fields, name) for name in _SIGNING)
        kept = sorted((name, value) for name, value in fields.items() if name not in _SIGNING)
        rest = b"".join(b"%d %b %d %b" % (len(name), name.encode(), len(value), value) for name, value in kept)
    return stamp, token, signature, hashlib.sha256(rest).hexdigest()


def mails(request: HttpRequest, keys: Keys) -> list[Incoming]:
    """The bytes where the route leads to an address that ends in `mime/`, else what its fields give."""
    fields = fields_of(request)
    raw = incoming(fields.get("body-mime", b""), text_of(fields, "sender"), [text_of(fields, "recipient")])
    return raw or parsed.mails_of(parsed.view("mailgun", "Inbound").parse_events(request))


def words(request: HttpRequest, keys: Keys) -> list[Word]:
    return parsed.words_of("mailgun", request, _is_permanent)


def _is_permanent(event: Any) -> bool:
    """Suppressed ones bounced for good before; older calls, of a form, say no more than that it bounced."""
    data = event.get("event-data", {})
    return data.get("severity", "permanent") == "permanent" and data.get("reason", "bounce") in (
        "bounce",
        "suppress-bounce",
    )
