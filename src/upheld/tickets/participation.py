"""Which ticket a mail speaks of, and whether its sender has a part in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from upheld.accounts.models import Contact
from upheld.channels.mail.parsing import ParsedMail
from upheld.channels.mail.threading import subject_of, subject_of_thread
from upheld.tickets.models import Message, Ticket

OUR_NUMBER: Final = re.compile(r"\[#(\d{1,18})\]")
LONGEST_CHAIN: Final = 50  # merges of merges; a longer chain is a circle


def ticket_meant(mail: ParsedMail, addresses: Sequence[str], *, is_repeat_id: bool) -> tuple[Ticket | None, bool]:
    """The ticket, merges followed, and whether an address that we signed for it says so.

    Else the mails it refers to say so, or our number in its subject: either may be guessed, so its sender needs a part in it.

    `is_repeat_id` says that another mail has the same Message-ID: then the two belong together.
    """
    for address in addresses:
        signed = subject_of(address)
        ticket = _ticket(signed) if signed else None
        if ticket is not None:
            return standing_for(ticket), True
    ids = [*mail.thread_ids, mail.message_id] if is_repeat_id else mail.thread_ids
    ticket = _ticket(subject_of_thread(ids, mail.message_id)) or _ticket(_number_in(mail.subject))
    return (standing_for(ticket) if ticket is not None else None), False


def standing_for(ticket: Ticket) -> Ticket:
    """The ticket in which this one is read after merges; itself when it is not merged."""
    for _ in range(LONGEST_CHAIN):
        merge = ticket.merges.filter(undone_at=None).select_related("into").first()
        if merge is None:
            return ticket
        ticket = merge.into
    return ticket


def has_part_in(ticket: Ticket, contact: Contact) -> bool:
    """Requester, colleague of the account, watcher, or copied in by one of us. Nobody else's mail is added to the ticket."""
    if ticket.requester_id == contact.pk:
        return True
    if contact.account_id is not None and contact.account_id == ticket.account_id:
        return True
    if ticket.watchers.filter(pk=contact.person_id).exists():
        return True
    addresses = {contact.person.email, *contact.identities.filter(kind="mail").values_list("value", flat=True)}
    copied = ticket.messages.public().filter(by=Message.By.STAFF).values_list("cc", flat=True)
    return any(address.lower() in addresses for cc in copied for address in cc)


def _number_in(title: str) -> str:
    found = OUR_NUMBER.search(title)
    return f"ticket:{found[1]}" if found else ""


def _ticket(subject_key: str | None) -> Ticket | None:
    kind, _, number = (subject_key or "").partition(":")
    if kind != "ticket" or not number.isdecimal():
        return None
    return Ticket.objects.select_related("requester__person", "account").filter(pk=int(number)).first()
