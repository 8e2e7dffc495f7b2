"""Whose word counts, by the environment and by the door that a mail came through."""

from __future__ import annotations

from django.conf import settings

from upheld.channels.mail.trust.verdict import Believed
from upheld.channels.models import ReceivedMail, Sighting

HANDED_ON = frozenset({ReceivedMail.Door.SMTP, ReceivedMail.Door.LMTP, ReceivedMail.Door.PIPE})
"""Doors where a relay of ours, or a program beside us, may have handed a mail on."""
SPOKEN = frozenset({ReceivedMail.Door.SMTP, ReceivedMail.Door.LMTP})
"""Doors where whoever brought a mail spoke to us, so that their address says something about it."""


def believed() -> Believed:
    """At the listener: relays, and what they call themselves in what they write."""
    mail = settings.UPHELD_MAIL
    return Believed(mail.trusted_relays, mail.trusted_authserv, mail.trusted_sealers)


def believed_about(mail: ReceivedMail) -> Believed:
    """Whose word counts about this mail. A server that is believed in one mailbox is believed nowhere else.

    What a provider or an import brings was written by whoever sent it, whatever names stand in it.
    """
    if mail.door in HANDED_ON:
        return believed()
    said = settings.UPHELD_MAIL
    servers = _of_mailbox(mail) if mail.door == ReceivedMail.Door.IMAP else frozenset()
    return Believed(said.trusted_relays, servers, said.trusted_sealers)


def peer_of(mail: ReceivedMail) -> str:
    """The address of whoever sent it, empty where only somebody is known who handed it on."""
    return mail.peer if mail.door in SPOKEN else ""


def _of_mailbox(mail: ReceivedMail) -> frozenset[str]:
    """What the server of the mailbox calls itself in which the mail was first seen."""
    first = Sighting.objects.filter(mail=mail).order_by("pk").values_list("mailbox__name", flat=True).first()
    accounts = settings.UPHELD_MAIL.imap
    found = next((account.authserv for account in accounts if account.name == first), frozenset[str]())
    return frozenset(found)
