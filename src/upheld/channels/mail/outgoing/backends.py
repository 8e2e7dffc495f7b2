"""Anymail's backends, as we need them: two that hand a mail over as it was written, and one try where they would make many."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.core.mail import EmailMultiAlternatives, get_connection

from upheld.channels.mail.outgoing.fields import fields, read, sender

AS_WRITTEN: Final = frozenset({"amazon_ses", "mailgun"})
"""Providers that take the bytes: our Message-ID and our signature (DKIM) go along. SES writes its own Message-ID and Date."""
WITHOUT_INLINE: Final = frozenset({"brevo"})
UNTRACKED: Final = frozenset({"postmark", "sendgrid"})
PATIENCE: Final = (10, 60)  # seconds to connect, and between two words of theirs
NUMBER: Final = "upheld-mail"  # our number on a mail at SES, as doors.hooks.amazon reads it


def mail_for(name: str, raw: bytes, recipients: Sequence[str], *, number: int, once: str) -> EmailMultiAlternatives:
    """What a backend is given. `once` names this handing over: a provider that heard the name before does not send again."""
    if name in AS_WRITTEN:
        mail = EmailMultiAlternatives(from_email=sender(read(raw)), to=list(recipients))
        mail.raw = raw  # type: ignore[attr-defined]
    else:
        mail = fields(raw, recipients, may_show_inline=name not in WITHOUT_INLINE)
    if name == "postmark":
        mail.extra_headers["X-PM-KeepID"] = "true"
    if name == "brevo":
        mail.extra_headers["idempotencyKey"] = once
    if name in UNTRACKED:
        mail.track_opens = mail.track_clicks = False  # type: ignore[attr-defined]
    mail.metadata = {"mail": str(number)}  # type: ignore[attr-defined]
    return mail


def connection(name: str, keys: dict[str, str]) -> Any:
    """Raises ImportError where the package for it is not installed."""
    given: dict[str, Any] = {key: value for key, value in keys.items() if key in _GIVEN}
    if name == "amazon_ses":
        from upheld.channels.mail.outgoing import by_ses

        return by_ses.connection(keys)
    if name == "mailgun":
        from upheld.channels.mail.outgoing import by_mailgun

        return by_mailgun.Backend(requests_timeout=PATIENCE, **given)
    return get_connection(f"anymail.backends.{name}.EmailBackend", requests_timeout=PATIENCE, **given)


_GIVEN: Final = frozenset({"server_token", "message_stream", "api_key", "api_url", "sender_domain"})
