"""What people of ours are told, in the workspace and by mail. A notice names the ticket and never quotes a message."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings

from upheld.channels.mail.outgoing.senders import sender_of
from upheld.channels.mail.outgoing.sending import queue
from upheld.channels.models import OutgoingMail
from upheld.commitments.policies import in_force
from upheld.events.models import Event
from upheld.people.models import Person
from upheld.policy.model import Clause
from upheld.tickets.models import Ticket
from upheld.tickets.wording import sentence

SENTENCES = {
    "ticket.opened": "New: {title}",
    "ticket.customer_replied": "The customer wrote: {title}",
    "ticket.replied": "A colleague replied: {title}",
    "ticket.noted": "New note: {title}",
    "ticket.assigned": "Assigned: {title}",
    "ticket.reopened": "Reopened: {title}",
    "ticket.resolved": "Resolved: {title}",
    "ticket.changed": "Changed: {title}",
    "ticket.raised": "Raised to you: {title}",
    "ticket.escalation_requested": "The customer asks for an escalation: {title}",
    "commitment.warned": "{clause}, {mark}: {title}",
    "commitment.breached": "{clause} is late: {title}",
}


def notice_text(event: Event, ticket: Ticket, clause: Clause | None = None, *, language: str = "en") -> str:
    """One line for the list of what waits for somebody. The workspace is in English; customers read their own language."""
    own = "" if language == "en" else sentence(f"notices/{event.kind}", language)
    said = own or SENTENCES.get(event.kind, "{title}")
    label = str(clause.label) if clause is not None else ""
    mark = str(event.data.get("mark", ""))
    told = f"{mark} of the time is used" if mark.endswith("%") else "nearly due"
    return f"{ticket.reference} " + said.format(title=ticket.title, clause=label, mark=told)


NOTICE = (
    "notice:"  # what the keys of these mails begin with; then the event's number, or the key of an effect of a clause
)
ANSWERED_TO_CUSTOMER = frozenset({"ticket.opened", "ticket.customer_replied", "ticket.assigned", "ticket.reopened"})
"""Who of ours answers the notice of one of these answers the customer; any other answer stays among us."""


def mail_notice(ticket: Ticket, person: Person, text: str, *, key: str, kind: str = "ticket.customer_replied") -> None:
    """Queue the notice as a mail. The key makes it one mail, however often the handler runs; `kind` is the event's."""
    is_staff = hasattr(person, "agent")
    is_inside = is_staff and kind not in ANSWERED_TO_CUSTOMER
    whose = "your colleagues read it, the customer does not" if is_inside else "it goes to the customer"
    path = f"/desk/tickets/{ticket.pk}/" if is_staff else f"/requests/{ticket.pk}/"
    queue(
        key=key[:160],
        subject_key=ticket.key,
        to=[(person.name, person.email)],
        title=text,
        text=f"{text}\n\n{settings.UPHELD_URL}{path}\n"
        + (f"\nIf you answer this mail, {whose}.\n" if is_staff else ""),
        sender=sender_of(in_force(), ticket.department, brand="" if is_staff else ticket.brand),
        automatic=True,
    )


def is_among_us(message_ids: Sequence[str]) -> bool:
    """Whether one of these mails is a notice of something that customers do not see: an answer to it is for us as well."""
    keys = OutgoingMail.objects.filter(message_id__in=message_ids, key__startswith=NOTICE).values_list("key", flat=True)
    told = [key.removeprefix(NOTICE).rpartition(":")[0] for key in keys]
    known = Event.objects.filter(pk__in=[int(one) for one in told if one.isdecimal()]).values_list("kind", flat=True)
    return any(not one.isdecimal() for one in told) or any(kind not in ANSWERED_TO_CUSTOMER for kind in known)
