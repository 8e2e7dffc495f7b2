"""Asking the customer how it went, where the policy promises that somebody does."""

from __future__ import annotations

from datetime import UTC, datetime

from django.conf import settings

from upheld.channels.mail.outgoing.senders import company_name, sender_of
from upheld.channels.mail.outgoing.sending import queue
from upheld.commitments.models import Commitment
from upheld.events.actors import Actor
from upheld.events.models import Event
from upheld.kernel.keys import number_of
from upheld.tickets.mailing import requester_address
from upheld.tickets.models import Ticket
from upheld.tickets.recording import happened, lock, policy_for
from upheld.tickets.wording import letter

SURVEYED = "ticket.surveyed"


def ask(event: Event) -> None:
    """Hears `ticket.resolved` and `ticket.closed`: when a commitment waits for it, mail one question and record
    that it was asked.

    The question is answered on the request's page. It is asked once for each settling, whichever of the two events comes first.
    """
    ticket = Ticket.objects.select_related("requester__person").get(pk=number_of(event.subject))
    lock(ticket)
    policy = policy_for(ticket)
    waiting = {clause.name for clause in policy.clauses_on("ticket") if SURVEYED in clause.kept_by}
    to = requester_address(ticket)
    if to is None or not Commitment.objects.of(ticket.key).awaited().filter(clause__in=waiting).exists():
        return
    values = {
        "title": ticket.title,
        "reference": ticket.reference,
        "company": company_name(policy, ticket.brand),
        "url": f"{settings.UPHELD_URL}/requests/{ticket.pk}/rating/",
    }
    words = letter("survey", ticket.requester.person.language, values)
    queue(
        key=f"survey:{event.pk}",
        subject_key=ticket.key,
        to=[to],
        title=words.title,
        text=words.text,
        html=words.html,
        sender=sender_of(policy, ticket.department, brand=ticket.brand),
        automatic=True,
    )
    happened(ticket, "surveyed", by=Actor(f"policy:{policy.name}"), at=datetime.now(UTC), key=f"survey:{event.pk}")
