"""Which matter a mail belongs to: by an address that only we can have given out, else by the mails it refers to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from django.conf import settings

from upheld.channels.mail.renamed import own_names
from upheld.channels.models import MailReference, OutgoingMail, ReceivedMail
from upheld.kernel.signing import TOKEN_PATTERN, is_genuine, short_token
from upheld.statements import Asked, Given, among

PURPOSE: Final = "reply address"
MOST_SUBJECTS: Final = 50  # of one thread
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
        .values_list("mail__outcome")[:MOST_SUBJECTS]
    )
)
OURS: Final = Asked(lambda: OutgoingMail.objects.filter(message_id=Given("message_id")).values_list("pk"))


def subjects_of_thread(ids: Sequence[str], own_id: str = "") -> Iterator[str]:
    """The subjects of the known mails among `ids`, the nearest first; then of mails that refer to one of these, or to `own_id`.

    The latter joins mails whose common beginning we never got, and a mail that was overtaken by its own answer. Several subjects
    may share a mail, as when two customers answer the same letter: whoever asks takes the first that is their own. At most
    three queries, the last only when it is asked for.
    """
    ids = _with_own_names(ids)
    if ids:
        known: dict[str, list[str]] = {}
        for one, subject in (*SENT(ids=list(ids)), *reversed(RECEIVED(ids=list(ids)))):
            known.setdefault(one, []).append(subject)
        yield from dict.fromkeys(subject for one in ids for subject in known.get(one, ()))
    kindred = [one for one in (*ids, own_id) if one]
    if kindred:
        yield from dict.fromkeys(outcome for (outcome,) in REFERRING(ids=kindred))


def subject_of_thread(ids: Sequence[str], own_id: str = "") -> str | None:
    """The first of them, if there is one."""
    return next(subjects_of_thread(ids, own_id), None)


def is_ours(message_id: str) -> bool:
    """Whether we sent the mail of this Message-ID ourselves."""
    return bool(message_id) and any(OURS.first(message_id=one) is not None for one in _with_own_names([message_id]))


def sent_by_us(ids: Iterable[str]) -> OutgoingMail | None:
    """The first of our mails among these Message-IDs."""
    wanted = _with_own_names(ids)
    found = {mail.message_id: mail for mail in OutgoingMail.objects.filter(message_id__in=wanted).defer("raw")}
    return next((found[one] for one in wanted if one in found), None)


def _with_own_names(ids: Iterable[str]) -> list[str]:
    """The same, and before each that a provider gave to a mail of ours our own."""
    given = list(ids)
    own = own_names(given)
    return [name for one in given for name in ([own[one], one] if one in own else [one])]


def _secrets() -> list[bytes]:
    secrets = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return [secret.encode() if isinstance(secret, str) else secret for secret in secrets]
