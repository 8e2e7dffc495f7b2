"""Other servers' reports about mails of ours: noted on the mail, on the ticket and on the contact, answered never."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from django.db import transaction

from upheld.accounts.models import Contact
from upheld.channels.mail.outgoing.hearing import Heard as HeardOf
from upheld.channels.mail.outgoing.hearing import come_back, hear
from upheld.channels.mail.parsing import DeliveryReport, ParsedMail
from upheld.channels.mail.threading import sent_by_us, subject_of
from upheld.channels.models import OutgoingMail, ReceivedMail
from upheld.events.actions import record
from upheld.events.actors import MAIL
from upheld.events.models import Event
from upheld.kernel.keys import number_of
from upheld.tickets.actions.conversation import note
from upheld.tickets.models import Ticket
from upheld.tickets.placing import Place, dropped, message

if TYPE_CHECKING:
    from upheld.channels.mail.doors.hooks import Word

TOLD: Final = frozenset({"lost", "complained"})
"""Words that a ticket hears of; the others stand on the mail only."""


class Heard(StrEnum):
    """What a provider's word was to us."""

    NEWS = "news"
    KNOWN = "known"
    UNKNOWN = "unknown"
    """It speaks of no mail of ours, or of nobody who was to get it."""


def take_in_report(mail: ReceivedMail, parsed: ParsedMail, report: DeliveryReport, addresses: Sequence[str]) -> Place:
    """Only a report that names a mail of ours and one of its recipients changes anything: whoever wants can write one."""
    if report.is_receipt:
        return dropped("A receipt: somebody opened our mail.")
    sent = sent_by_us(report.about) or _by_return_address(report, addresses)
    if sent is None:
        return dropped("A report about a mail that is not ours.")
    failed = {one.address: one for one in report.failed if one.address in _lower(sent.recipients)}
    if not failed:
        return Place(ReceivedMail.State.DROPPED, "A report that says nothing has failed yet.", sent.subject_key)
    is_permanent = any(one.is_permanent for one in failed.values())
    codes = sorted({one.status for one in failed.values() if one.status})
    _note_on_mail(sent, {one.address: one.status for one in failed.values() if one.is_permanent}, mail.received_at)
    lost = [address for address, one in failed.items() if one.is_permanent]
    Contact.objects.filter(person__email__in=lost, bounced_at=None).update(bounced_at=mail.received_at)
    if sent.subject_key:
        data = {"mail": sent.pk, "permanent": is_permanent, "codes": codes}
        record(
            "message.bounced",
            sent.subject_key,
            by=MAIL,
            at=mail.received_at,
            data=data,
            key=f"message.bounced:{mail.pk}",
        )
    ticket = _ticket(sent.subject_key)
    if ticket is None:
        return Place(ReceivedMail.State.DROPPED, "A mail of ours came back; noted there.", sent.subject_key)
    words = "could not be delivered" if is_permanent else "is delayed"
    text = f"Our mail to {', '.join(sorted(lost or failed))} {words} ({', '.join(codes) or 'no code given'})."
    written = note(ticket, text=text, by=MAIL, at=max(mail.received_at, ticket.changed_at))
    written.received = mail
    written.save(update_fields=["received"])
    return message(ticket)


@transaction.atomic
def take_in_word(word: Word, *, at: datetime) -> Heard:
    """What a provider says of one recipient of a mail of ours. The same word again changes nothing, also after a new try.

    Raises `hearing.UnderWay` when a mail that it may be about is under way for long: it is to come again.
    """
    key = f"message.word:{word.mark}" if word.said in TOLD else ""
    if key and Event.objects.filter(key=key).exists():
        return Heard.KNOWN
    heard = hear(word, at=at)
    if heard is None or not heard.is_news:
        return Heard.UNKNOWN if heard is None else Heard.KNOWN
    if word.said == "lost":
        _tell_of_loss(word, heard, at=at, key=key)
    elif word.said == "complained":
        mail = heard.mail
        if record("message.complained", _about(mail), by=MAIL, at=at, data={"mail": mail.pk}, key=key) is None:
            return Heard.KNOWN
        _write(mail, f"{heard.address} reported our mail as unwanted ({word.reason}).", at)
    return Heard.NEWS


def _tell_of_loss(word: Word, heard: HeardOf, *, at: datetime, key: str) -> None:
    mail, address = heard.mail, heard.address
    data = {"mail": mail.pk, "permanent": word.is_permanent, "codes": []}
    record("message.bounced", _about(mail), by=MAIL, at=at, data=data, key=key)
    if word.is_permanent:
        Contact.objects.filter(person__email=address.lower(), bounced_at=None).update(bounced_at=at)
    _write(mail, f"Our mail to {address} could not be delivered ({word.reason}).", at)


def _write(mail: OutgoingMail, text: str, at: datetime) -> None:
    ticket = _ticket(mail.subject_key)
    if ticket is not None:
        note(ticket, text=text, by=MAIL, at=max(at, ticket.changed_at))


def _about(mail: OutgoingMail) -> str:
    return mail.subject_key or f"outgoing:{mail.pk}"


def _by_return_address(report: DeliveryReport, addresses: Sequence[str]) -> OutgoingMail | None:
    """Reports come back to the signed address that the mail left from; of its subject's mails, the last to that recipient."""
    subjects = [subject for subject in map(subject_of, addresses) if subject]
    for one in report.failed:
        mails = OutgoingMail.objects.filter(subject_key__in=subjects, recipients__contains=[one.address])
        found = mails.order_by("-id").defer("raw").first()
        if found is not None:
            return found
    return None


def _note_on_mail(sent: OutgoingMail, refused: dict[str, str], at: datetime) -> None:
    row = OutgoingMail.objects.select_for_update().defer("raw").get(pk=sent.pk)
    come_back(row, refused, at)
    row.save(update_fields=["bounced_at", "refused", "needs_a_look"])


def _ticket(subject_key: str) -> Ticket | None:
    return Ticket.objects.filter(pk=number_of(subject_key, "ticket")).first()


def _lower(addresses: Sequence[str]) -> set[str]:
    return {address.lower() for address in addresses}
