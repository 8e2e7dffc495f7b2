"""Handing mail to a provider's interface instead of a server. Its fields are made of the mail as written, Message-ID too."""

from __future__ import annotations

from collections.abc import Sequence
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import formataddr
from typing import Any, Final, Protocol

import requests
from anymail.exceptions import (
    AnymailAPIError,
    AnymailError,
    AnymailRecipientsRefused,
    AnymailRequestsAPIError,
)
from django.core.mail import EmailMultiAlternatives, get_connection

from upheld.channels.mail.outgoing.smtp import Outcome

OUR_FAULT: Final = frozenset({401, 402, 403, 408, 409, 425, 429})
"""Answers that say nothing about the mail: a wrong key, an account that is blocked, too much at once. Tried again."""
KEPT_FIELDS: Final = (
    "Message-ID", "In-Reply-To", "References", "Auto-Submitted", "X-Auto-Response-Suppress", "List-Unsubscribe",
    "List-Unsubscribe-Post",
)  # fmt: skip


class Provider(Protocol):
    """What this room needs of what the environment says; config, which makes it in providers.py, stands above."""

    @property
    def name(self) -> str: ...
    @property
    def keys(self) -> Any: ...


def deliver(provider: Provider, raw: bytes, recipients: Sequence[str], *, number: int) -> Outcome:
    """As `smtp.deliver`: never raises for what a provider or a network does. `number` comes back with the provider's word."""
    outcome = Outcome()
    try:
        mail = _mapped(provider, raw, recipients, number)
        _connection(provider).send_messages([mail])
        _sort(mail, recipients, outcome)
    except AnymailRecipientsRefused as refusal:
        outcome.refused = dict.fromkeys(recipients, _words(refusal))
        outcome.error = _words(refusal)
    except AnymailRequestsAPIError as trouble:
        _sort_answer(trouble, recipients, outcome)
    except (AnymailAPIError, OSError) as trouble:
        outcome.error = _words(trouble)
    except AnymailError as wrong:  # what this provider cannot carry it will not carry later
        outcome.refused = dict.fromkeys(recipients, _words(wrong))
        outcome.error = _words(wrong)
    return outcome


def _connection(provider: Provider) -> Any:
    keys: dict[str, Any] = dict(provider.keys)
    if provider.name == "amazon_ses":
        given = {"region_name": keys["region"]}
        if "access_key" in keys:
            given |= {"aws_access_key_id": keys["access_key"], "aws_secret_access_key": keys.get("secret_key", "")}
        keys = {"client_params": given}
    return get_connection(f"anymail.backends.{provider.name}.EmailBackend", **_for_sending(keys))


def _for_sending(keys: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in keys.items() if not name.startswith(("webhook_", "tracking_"))}


def _mapped(provider: Provider, raw: bytes, recipients: Sequence[str], number: int) -> EmailMultiAlternatives:
    """Only those are addressed who have not got it yet: To and Cc as they were, everybody else hidden."""
    wire = message_from_bytes(raw, policy=policy.default)
    assert isinstance(wire, EmailMessage)
    wanted = {address.lower() for address in recipients}
    to, cc = _named(wire, "To", wanted), _named(wire, "Cc", wanted)
    known = {address.lower() for _, address in (*to, *cc)}
    bcc = [address for address in recipients if address.lower() not in known]
    if not to:
        to, cc, bcc = (cc, [], bcc) if cc else ([("", one) for one in bcc], [], [])
    mail = EmailMultiAlternatives(
        subject=str(wire["Subject"] or ""),
        body=_body(wire, "plain"),
        from_email=formataddr((wire["From"].addresses[0].display_name, wire["From"].addresses[0].addr_spec)),
        to=[formataddr(one) for one in to],
        cc=[formataddr(one) for one in cc],
        bcc=bcc,
        reply_to=[str(one) for one in wire["Reply-To"].addresses] if wire["Reply-To"] else None,
        headers={name: " ".join(str(wire[name]).split()) for name in KEPT_FIELDS if wire[name]},
    )
    if provider.name == "postmark":
        mail.extra_headers["X-PM-KeepID"] = "true"
    if html := _body(wire, "html"):
        mail.attach_alternative(html, "text/html")
    for part in wire.iter_attachments():
        mail.attach(part.get_filename() or "file", part.get_payload(decode=True) or b"", part.get_content_type())
    mail.metadata = {"mail": str(number)}  # type: ignore[attr-defined]
    return mail


def _named(wire: EmailMessage, field: str, wanted: set[str]) -> list[tuple[str, str]]:
    boxes = wire[field].addresses if wire[field] else ()
    return [(box.display_name, box.addr_spec) for box in boxes if box.addr_spec.lower() in wanted]


def _body(wire: EmailMessage, kind: str) -> str:
    part = wire.get_body((kind,))
    return str(part.get_content()) if part is not None else ""


def _sort(mail: EmailMultiAlternatives, recipients: Sequence[str], outcome: Outcome) -> None:
    """By what the provider says of each; whom it does not name, it took with the rest."""
    status = mail.anymail_status  # type: ignore[attr-defined]
    told = {address.lower(): one.status for address, one in status.recipients.items()}
    for address in recipients:
        said = told.get(address.lower(), "queued")
        if said in ("invalid", "rejected", "failed"):
            outcome.refused[address] = f"the provider says: {said}"
            outcome.error = outcome.refused[address]
        else:
            outcome.taken.append(address)
    ids = status.message_id
    outcome.provider_id = str(ids if isinstance(ids, str) else next(iter(ids or ()), ""))[:200]


def _sort_answer(trouble: AnymailRequestsAPIError, recipients: Sequence[str], outcome: Outcome) -> None:
    code = trouble.response.status_code if trouble.response is not None else 0
    outcome.error = _words(trouble)
    if 400 <= code < 500 and code not in OUR_FAULT:
        outcome.refused = dict.fromkeys(recipients, outcome.error)
    never_left = isinstance(trouble, requests.ConnectTimeout)
    cut = isinstance(trouble, requests.Timeout | requests.ConnectionError) and not never_left
    outcome.is_unsure = 200 <= code < 300 or (cut and not _is_refused_line(trouble))


def _is_refused_line(trouble: BaseException) -> bool:
    """Nobody was there: nothing was handed over."""
    return "NewConnectionError" in repr(trouble.__cause__) or "NameResolutionError" in repr(trouble.__cause__)


def _words(trouble: BaseException) -> str:
    response = getattr(trouble, "response", None)
    if response is not None:
        return " ".join(f"{response.status_code} {response.text}".split())[:300]
    return " ".join(f"{type(trouble).__name__}: {trouble}".split())[:300]
