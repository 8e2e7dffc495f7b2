"""What people of ours are told, in the workspace and by mail. A notice names the ticket and never quotes a message."""

from __future__ import annotations

from django.conf import settings

from upheld.channels.mail.outgoing.senders import sender_of
from upheld.channels.mail.outgoing.sending import queue
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


def mail_notice(ticket: Ticket, person: Person, text: str, *, key: str) -> None:
    """Queue the notice as a mail. The key makes it one mail, however often the handler runs."""
    is_staff = hasattr(person, "agent")
    path = f"/desk/tickets/{ticket.pk}/" if is_staff else f"/requests/{ticket.pk}/"
    queue(
        key=key[:160],
        subject_key=ticket.key,
        to=[(person.name, person.email)],
        title=text,
        text=f"{text}\n\n{settings.UPHELD_URL}{path}\n",
        sender=sender_of(in_force(), ticket.department, brand="" if is_staff else ticket.brand),
        automatic=True,
    )
