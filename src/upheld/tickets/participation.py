"""Which ticket a mail speaks of, and whether its sender has a part in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Q

from upheld.accounts.models import Contact
from upheld.channels.mail.parsing import ParsedMail
from upheld.channels.mail.threading import subject_of, subjects_of_thread
from upheld.events.actors import MAIL
from upheld.kernel.keys import number_of
from upheld.tickets.models import Link, Message, Ticket

OUR_NUMBER: Final = re.compile(r"\[#(\d{1,18})\]")
LONGEST_CHAIN: Final = 50  # merges of merges; a longer chain is a circle
BY_ADDRESS: Final = "by an address that we signed"
MOST_LOOKED_AT: Final = 20  # tickets of one thread


@dataclass(frozen=True, slots=True)
class Meant:
    """A ticket that a mail speaks of, merges followed. `is_own`: its sender has a part in it. `is_signed`: an address that we
    signed for it says so; whatever else says so can be guessed. `how` it is known, in words.
    """

    ticket: Ticket
    is_own: bool
    how: str
    is_signed: bool = False


def ticket_meant(
    mail: ParsedMail, addresses: Sequence[str], has_part: Callable[[Ticket], bool], *, is_repeat_id: bool
) -> Meant | None:
    """The first ticket that the mail may speak of and in which its sender has a part: by an address that we signed, else by the
    mails it refers to, else by our number in its subject. Where none is the sender's own, the first of all.

    `is_repeat_id` says that another mail has the same Message-ID: then the two belong together.
    """
    first: Meant | None = None
    looked_at = set[int]()
    for named, how in _named(mail, addresses, is_repeat_id=is_repeat_id):
        ticket, is_signed = _ticket(named), how == BY_ADDRESS
        if ticket is None or ticket.pk in looked_at:
            continue
        looked_at.add(ticket.pk)
        standing = standing_for(ticket)
        if has_part(standing) or (standing.pk != ticket.pk and has_part(ticket)):
            said = how if standing.pk == ticket.pk else f"{how}, merged from {ticket.reference}"
            return Meant(standing, is_own=True, how=said, is_signed=is_signed)
        first = first or Meant(standing, is_own=False, how=how, is_signed=is_signed)
        if len(looked_at) >= MOST_LOOKED_AT:
            break
    return first


def _named(mail: ParsedMail, addresses: Sequence[str], *, is_repeat_id: bool) -> Iterator[tuple[str, str]]:
    """Subject keys, the surest first, and how they are known. What comes later is looked up only when it is asked for."""
    for address in addresses:
        signed = subject_of(address)
        if signed:
            yield signed, BY_ADDRESS
    ids = [*mail.thread_ids, mail.message_id] if is_repeat_id else mail.thread_ids
    for subject in subjects_of_thread(ids, mail.message_id):
        yield subject, "by the mails that it refers to"
    number = OUR_NUMBER.search(mail.subject)
    if number:
        yield f"ticket:{number[1]}", "by the number in its subject"


def standing_for(ticket: Ticket) -> Ticket:
    """The ticket in which this one is read after merges; itself when it is not merged."""
    for _ in range(LONGEST_CHAIN):
        merge = ticket.merges.filter(undone_at=None).select_related("into").first()
        if merge is None:
            return ticket
        ticket = merge.into
    return ticket


def continued_in(ticket: Ticket, contact: Contact) -> Ticket | None:
    """The newest ticket that a mail opened to go on with this one, and in which the contact has a part: then one is enough."""
    links = Link.objects.filter(other=ticket, ticket_id__gt=ticket.pk, linked_by=MAIL.key)
    for row in links.select_related("ticket__requester__person", "ticket__account").order_by("-ticket_id")[
        :MOST_LOOKED_AT
    ]:
        if has_part_in(row.ticket, contact):
            return standing_for(row.ticket)
    return None


def has_part_in(ticket: Ticket, contact: Contact) -> bool:
    """Requester, colleague of the account, watcher, or copied in: by one of us, or by a customer's mail that was proved to be
    theirs. Nobody else's mail is added to the ticket; and who is copied in may write and reads no more than they are sent.
    """
    if ticket.requester_id == contact.pk:
        return True
    if contact.account_id is not None and contact.account_id == ticket.account_id:
        return True
    if ticket.watchers.filter(pk=contact.person_id).exists():
        return True
    addresses = {contact.person.email, *contact.identities.filter(kind="mail").values_list("value", flat=True)}
    proved = Q(by=Message.By.CUSTOMER, received__authentication__authentic=True)
    copied = ticket.messages.public().filter(Q(by=Message.By.STAFF) | proved).values_list("cc", "bcc")
    return any(address.lower() in addresses for some in copied for one in some for address in one)


def _ticket(subject_key: str) -> Ticket | None:
    number = number_of(subject_key, "ticket")
    return Ticket.objects.select_related("requester__person", "account").filter(pk=number).first() if number else None
