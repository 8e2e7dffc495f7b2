"""Looking into a stored mail once, before anything is decided about it."""

from __future__ import annotations

from typing import Any

from upheld.channels.mail.parsing import parse_head
from upheld.channels.mail.parsing.fields import address_in
from upheld.channels.mail.trust.believing import believed_about, peer_of
from upheld.channels.mail.trust.names import Names
from upheld.channels.mail.trust.verdict import Verdict, authenticity
from upheld.channels.models import ReceivedMail
from upheld.statements import Asked, Given

WAITING = Asked(lambda: ReceivedMail.objects.waiting().filter(pk=Given("pk")))


def look_into(mail_id: int, *, names: Names | None = None) -> dict[str, Any] | None:
    """Whether the mail is from whom it says, for whoever decides about it to note in `authentication`. None when there is
    nothing to find. Outside of any transaction: it may ask the net, for some seconds.

    A mail that was looked into is not looked into again, unless the names system was away then.
    """
    mail = WAITING.first(pk=mail_id)
    if mail is None or (mail.authentication is not None and not mail.authentication["undecided"]):
        return None
    return _found(mail, names or Names()).as_data()


def _found(mail: ReceivedMail, names: Names) -> Verdict:
    raw = bytes(mail.raw)
    shown = parse_head(raw, envelope_from=mail.envelope_from).sender.address or address_in(mail.envelope_from)
    whom, peer = believed_about(mail), peer_of(mail)
    return authenticity(raw, shown=shown, peer=peer, envelope_from=mail.envelope_from, names=names, believed=whom)
