"""Replies as mails: to whom, from which address of ours, and where in the thread."""

from __future__ import annotations

from collections.abc import Sequence

from upheld.channels.mail.outgoing.senders import sender_of
from upheld.channels.mail.outgoing.sending import queue
from upheld.channels.models import OutgoingMail
from upheld.kernel.html import text_to_html
from upheld.people.models import Person
from upheld.statements import Asked, Given
from upheld.tickets.branding import look_of
from upheld.tickets.models import Attachment, Message, Ticket
from upheld.tickets.quotation import Quotation, quotation_below
from upheld.tickets.recording import policy_for

MOST_REFERENCES = 20

ATTACHED = Asked(lambda: Attachment.objects.select_related("file").filter(message=Given("message")).order_by("id"))
WATCHING = Asked(lambda: Person.objects.filter(watched_tickets=Given("ticket"), is_active=True, agent=None))
SAID = Asked(
    lambda: (
        Message.objects.public()
        .filter(ticket=Given("ticket"))
        .order_by("at", "id")
        .values_list("received__message_id", "outgoing__message_id")
    )
)
SENT = Asked(lambda: OutgoingMail.objects.filter(key=Given("key")).values_list("message_id"))


def mail_reply(
    ticket: Ticket, message: Message, *, quotes: bool = False, without: Sequence[str] = ()
) -> OutgoingMail | None:
    """Queue the mail of a public reply; `quotes` puts the customer's last message below it. None when the requester has no
    mail address; then it is read in the portal.
    """
    to = requester_address(ticket)
    if to is None:
        return None
    references, policy = thread_ids(ticket), policy_for(ticket)
    look = look_of(policy, ticket.brand, ticket.requester.person.language)
    quoted = quotation_below(ticket, message) if quotes else None
    return queue(
        key=f"message:{message.pk}",
        subject_key=ticket.key,
        to=[to],
        cc=copies(ticket, message, without=without),
        title=reply_title(ticket),
        bcc=message.bcc,
        text=_joined(f"{message.text.rstrip()}{look.text}" if look.text else message.text, quoted),
        html=_joined_html(message, f"{look.html}{quoted.html if quoted else ''}"),
        colour=look.colour,
        sender=sender_of(policy, ticket.department, author=message.author, brand=ticket.brand),
        in_reply_to=references[-1] if references else "",
        references=references,
        files=[(one.name, one.content_type, one.file) for one in ATTACHED(message=message.pk)],
    )


def _joined(text: str, quoted: Quotation | None) -> str:
    return f"{text.rstrip()}\n\n{quoted.text}" if quoted else text


def _joined_html(message: Message, below: str) -> str:
    """Without anything below it, a plain text stays one: the mail makes its HTML itself."""
    return f"{message.html or text_to_html(message.text)}{below}" if below else message.html


def requester_address(ticket: Ticket) -> tuple[str, str] | None:
    """Name and address of the requester."""
    person = ticket.requester.person
    return (person.name, person.email) if person.email else None


def copies(ticket: Ticket, message: Message, *, without: Sequence[str] = ()) -> list[tuple[str, str]]:
    """Who is copied: the addresses that the author chose, and the customer's colleagues who watch, but for those `without`."""
    chosen = [("", address) for address in message.cc]
    watching = WATCHING(ticket=ticket.pk)
    known = {address.lower() for address in (*message.cc, *without, ticket.requester.person.email)}
    return chosen + [(person.name, person.email) for person in watching if person.email.lower() not in known]


def thread_ids(ticket: Ticket) -> list[str]:
    """The Message-IDs of the thread so far, oldest first, so that mail programs show it as one conversation. Two queries."""
    ids = [received or sent for received, sent in SAID(ticket=ticket.pk) if received or sent]
    for (first,) in SENT(key=f"acknowledge:{ticket.pk}"):
        if first not in ids:
            ids.insert(1 if ids else 0, first)
    return ids[:1] + ids[1:][-(MOST_REFERENCES - 1) :]


def reply_title(ticket: Ticket) -> str:
    return f"Re: {ticket.title} [{ticket.reference}]"
