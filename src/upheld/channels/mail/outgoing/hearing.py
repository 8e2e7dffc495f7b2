"""What a provider says of a mail of ours, in the row of that mail. What follows for tickets is another room's.

A word may come before we have committed that the provider took the mail, since it is quicker than we are: then it waits for that
commit, so that nothing is lost and nothing written over. The same word again changes nothing.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from django.db import OperationalError, connection, transaction
from django.db.models import Q
from psycopg.errors import LockNotAvailable

from upheld.channels.models import OutgoingMail

PATIENCE: Final = 6000
"""Milliseconds that a word waits for a mail that is under way. For several, less than twice that; SNS waits for 15 seconds."""
CAME_BACK: Final = "came back"


class UnderWay(Exception):
    """A mail that the word may be about is under way for longer than a word waits. It is to come again."""


class Word(Protocol):
    """One that a provider said (`doors.hooks.words`)."""

    @property
    def said(self) -> str: ...
    @property
    def number(self) -> int: ...
    @property
    def message_ids(self) -> tuple[str, ...]: ...
    @property
    def recipient(self) -> str: ...
    @property
    def reason(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Heard:
    """The mail and which of its recipients a word is about. `is_news`: it says what the row did not know."""

    mail: OutgoingMail
    address: str
    is_news: bool


@transaction.atomic
def hear(word: Word, *, at: datetime) -> Heard | None:
    """Note it on the mail that it is about, which is locked from then on. None when there is no such mail, or recipient.

    Raises UnderWay.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = {PATIENCE:d}")
    try:
        mail = _locked(word)
    except OperationalError as trouble:
        if isinstance(trouble.__cause__, LockNotAvailable):
            raise UnderWay("A mail that this may be about is under way.") from trouble
        raise
    address = (
        next((one for one in mail.recipients if one.lower() == word.recipient), None) if mail is not None else None
    )
    if mail is None or address is None:
        return None
    return Heard(mail, address, _note(mail, address, word, at))


def _locked(word: Word) -> OutgoingMail | None:
    """By the number that we gave along, else by a Message-ID, ours or the provider's.

    The provider's is known only after our commit; so when it is not, those that are under way are waited for.
    """
    mails = OutgoingMail.objects.defer("raw").select_for_update()
    if word.number:
        return mails.filter(pk=word.number).first()
    if not word.message_ids:
        return None
    wanted = mails.filter(Q(message_id__in=word.message_ids) | Q(provider_id__in=word.message_ids))
    found = wanted.first()
    if found is None:
        _wait_for_those_under_way()
        found = wanted.first()
    return found


def _wait_for_those_under_way() -> None:
    """Until each try that has begun is committed; its row is locked for as long, and given free again at once."""
    ends_at = time.monotonic() + PATIENCE / 1000
    under_way = OutgoingMail.objects.filter(state=OutgoingMail.State.QUEUED, in_flight_at__isnull=False)
    for number in list(under_way.order_by("pk").values_list("pk", flat=True)):
        before = transaction.savepoint()
        OutgoingMail.objects.select_for_update().values_list("pk").filter(pk=number).first()
        transaction.savepoint_rollback(before)
        if time.monotonic() > ends_at:
            raise UnderWay("Several mails that this may be about are under way.")


def _note(mail: OutgoingMail, address: str, word: Word, at: datetime) -> bool:
    if word.said == "lost":
        if mail.refused.get(address, "").startswith(CAME_BACK):
            return False
        come_back(mail, {address: word.reason}, at)
    elif word.said == "delivered":
        if address in mail.arrived or address in mail.refused:
            return False
        if address in mail.untried:  # of a try that was cut off: now we know, and it leaves no second time
            mail.delivered = [*mail.delivered, address]
        mail.arrived = [*mail.arrived, address]
        mail.error = "" if mail.error.startswith(f"{address}: ") else mail.error
    elif word.said == "delayed":
        if address not in mail.delivered or address in mail.arrived or mail.error:
            return False
        mail.error = f"{address}: {word.reason}"[:400]
    else:
        return True
    _settle(mail, at)
    mail.save(
        update_fields=["bounced_at", "refused", "needs_a_look", "delivered", "arrived", "error", "state", "sent_at"]
    )
    return True


def come_back(mail: OutgoingMail, refused: dict[str, str], at: datetime) -> None:
    """Set, and leave to the caller to save, that these did not get it after all, however their addresses are spelt."""
    spelt = {one.lower(): one for one in mail.recipients}
    mail.bounced_at = mail.bounced_at or at
    mail.refused = mail.refused | {
        spelt.get(address.lower(), address): f"{CAME_BACK}: {status}".strip(": ") for address, status in refused.items()
    }
    mail.needs_a_look = mail.needs_a_look or bool(refused)


def _settle(mail: OutgoingMail, at: datetime) -> None:
    """A mail that waited for nobody else is decided."""
    if mail.state == OutgoingMail.State.QUEUED and not mail.untried:
        mail.state = OutgoingMail.State.SENT if mail.delivered else OutgoingMail.State.FAILED
        mail.sent_at = at if mail.delivered else None
