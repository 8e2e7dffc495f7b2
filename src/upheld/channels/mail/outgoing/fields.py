"""A mail as written, taken apart again for providers that write it anew from its fields."""

from __future__ import annotations

from collections.abc import Sequence
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.mime.base import MIMEBase
from email.utils import quote
from typing import Final

from django.core.mail import EmailMultiAlternatives

KEPT_FIELDS: Final = (
    "Message-ID", "In-Reply-To", "References", "Auto-Submitted", "X-Auto-Response-Suppress", "List-Unsubscribe",
    "List-Unsubscribe-Post",
)  # fmt: skip
Box = tuple[str, str]


def read(raw: bytes) -> EmailMessage:
    wire = message_from_bytes(raw, policy=policy.default)
    assert isinstance(wire, EmailMessage)
    return wire


def sender(wire: EmailMessage) -> str:
    box = wire["From"].addresses[0]
    return written((box.display_name, box.addr_spec))


def written(box: Box) -> str:
    """Name and address in one text. Letters of all scripts stand as they are: each provider has its own way with them."""
    name, address = box
    return f'"{quote(name)}" <{address}>' if name else address


def fields(raw: bytes, recipients: Sequence[str], *, may_show_inline: bool = True) -> EmailMultiAlternatives:
    """Only those are addressed who have not got it yet: To and Cc as they were, everybody else hidden.

    Without `may_show_inline` pictures of the text come along as files: such a provider knows no place for them.
    """
    wire = read(raw)
    wanted = {address.lower() for address in recipients}
    to, cc = _named(wire, "To", wanted), _named(wire, "Cc", wanted)
    known = {address.lower() for _, address in (*to, *cc)}
    bcc = [address for address in recipients if address.lower() not in known]
    if not to:
        to, cc, bcc = (cc, [], bcc) if cc else ([("", one) for one in bcc], [], [])
    mail = EmailMultiAlternatives(
        subject=str(wire["Subject"] or ""),
        body=_body(wire, "plain"),
        from_email=sender(wire),
        to=list(map(written, to)),
        cc=list(map(written, cc)),
        bcc=bcc,
        reply_to=[written((one.display_name, one.addr_spec)) for one in wire["Reply-To"].addresses]
        if wire["Reply-To"]
        else None,
        headers={name: " ".join(str(wire[name]).split()) for name in KEPT_FIELDS if wire[name]},
    )
    html = _body(wire, "html")
    if html:
        mail.attach_alternative(html, "text/html")
    for part in wire.iter_attachments():
        assert isinstance(part, EmailMessage)
        _attach(mail, part, is_inline=may_show_inline and _is_shown(part, html))
    return mail


def _attach(mail: EmailMultiAlternatives, part: EmailMessage, *, is_inline: bool) -> None:
    name, data, kind = part.get_filename() or "file", part.get_payload(decode=True), part.get_content_type()
    assert isinstance(data, bytes)
    if not is_inline:
        mail.attach(name, data, kind)
        return
    shown = MIMEBase(*kind.split("/", 1))
    shown.set_payload(data)
    shown.add_header("Content-Disposition", "inline", filename=name)
    shown["Content-ID"] = str(part["Content-ID"])
    mail.attach(shown)


def _is_shown(part: EmailMessage, html: str) -> bool:
    """A picture to which the text points."""
    cid = str(part["Content-ID"] or "").strip("<> ")
    return bool(cid) and f"cid:{cid}" in html and part.get_content_maintype() == "image"


def _named(wire: EmailMessage, field: str, wanted: set[str]) -> list[Box]:
    boxes = wire[field].addresses if wire[field] else ()
    return [(box.display_name, box.addr_spec) for box in boxes if box.addr_spec.lower() in wanted]


def _body(wire: EmailMessage, kind: str) -> str:
    part = wire.get_body((kind,))
    return str(part.get_content()) if part is not None else ""
