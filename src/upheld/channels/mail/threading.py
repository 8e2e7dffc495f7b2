"""Which matter a mail belongs to: by an address that only we can have given out, else by the mails it refers to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from django.conf import settings

from upheld.channels.models import MailReference, OutgoingMail, ReceivedMail
from upheld.kernel.signing import TOKEN_PATTERN, is_genuine, short_token
from upheld.statements import Asked, Given, among

PURPOSE: Final = "reply address"
_SIGNED: Final = re.compile(
    rf"[^@<>\s]*\+(?P<kind>[a-z]{{1,20}})-(?P<number>\d{{1,18}})\.(?P<token>{TOKEN_PATTERN})@[^@<>\s]+", re.IGNORECASE
)


def reply_address(subject_key: str, base: str) -> str:
    """`support+ticket-42.k3n5…@desk.example`: whoever answers there is known to have had a mail of ours about the subject."""
    local, _, domain = base.rpartition("@")
    kind, _, number = subject_key.partition(":")
    token = short_token(subject_key, purpose=PURPOSE, secret=_secrets()[0])
    return f"{local.partition('+')[0]}+{kind}-{number}.{token}@{domain}"


def subject_of(address: str) -> str | None:
    """The subject key of an address that we signed, or None. A forged or spoilt one is as good as none."""
    found = _SIGNED.fullmatch(address.strip())
    if found is None:
        return None
    subject_key = f"{found['kind'].lower()}:{int(found['number'])}"
    genuine = is_genuine(subject_key, found["token"].lower(), purpose=PURPOSE, secrets=_secrets())
    return subject_key if genuine else None


def bare(address: str) -> str:
    """The address without what we, or the customer, put behind a plus."""
    local, at, domain = address.strip().lower().rpartition("@")
    return f"{local.partition('+')[0]}{at}{domain}"


SENT: Final = Asked(
    lambda: (
        OutgoingMail.objects.filter(among("message_id", Given("ids")))
        .exclude(subject_key="")
        .values_list("message_id", "subject_key")
    )
)
RECEIVED: Final = Asked(
    lambda: (
        ReceivedMail.objects.filter(among("message_id", Given("ids")))
        .exclude(outcome="")
        .order_by("-id")
        .values_list("message_id", "outcome")
    )
)
REFERRING: Final = Asked(
    lambda: (
        MailReference.objects.filter(among("message_id", Given("ids")))
        .exclude(mail__outcome="")
        .order_by("mail_id")
        .values_list("mail__outcome")[:1]
    )
)
OURS: Final = Asked(lambda: OutgoingMail.objects.filter(message_id=Given("message_id")).values_list("pk"))


def subject_of_thread(ids: Sequence[str], own_id: str = "") -> str | None:
    """The subject of the nearest known mail among `ids`; else of a mail that refers to one of these, or to `own_id`.

    The latter joins mails whose common beginning we never got, and a mail that was overtaken by its own answer. At most three
    queries.
    """
    if ids:
        known = dict(SENT(ids=list(ids))) | dict(RECEIVED(ids=list(ids)))
        nearest = next((known[one] for one in ids if one in known), None)
        if nearest is not None:
            return nearest
    kindred = [one for one in (*ids, own_id) if one]
    if not kindred:
        return None
    return next((outcome for (outcome,) in REFERRING(ids=kindred)), None)


def is_ours(message_id: str) -> bool:
    """Whether we sent the mail of this Message-ID ourselves."""
    return bool(message_id) and OURS.first(message_id=message_id) is not None


def sent_by_us(ids: Iterable[str]) -> OutgoingMail | None:
    """The first of our mails among these Message-IDs."""
    wanted = list(ids)
    found = {mail.message_id: mail for mail in OutgoingMail.objects.filter(message_id__in=wanted).defer("raw")}
    return next((found[one] for one in wanted if one in found), None)


def _secrets() -> list[bytes]:
    secrets = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return [secret.encode() if isinstance(secret, str) else secret for secret in secrets]
