"""Telling a customer that a mail arrived, what its number is, and by when a person will answer."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import structlog
from django.conf import settings
from psycopg.types.json import Jsonb

from upheld.channels.mail.outgoing.senders import company_name, sender_of
from upheld.channels.mail.outgoing.sending import queue
from upheld.channels.mail.parsing import parse_head
from upheld.channels.mail.receiving import hold_ids
from upheld.channels.models import OutgoingMail
from upheld.commitments.models import Commitment
from upheld.events.models import Event
from upheld.policy import Policy
from upheld.statements import Asked, Given, among
from upheld.tickets.arriving import read_as_meant
from upheld.tickets.branding import look_of
from upheld.tickets.models import Message, Ticket
from upheld.tickets.recording import policy_for
from upheld.tickets.routing import own_addresses
from upheld.tickets.wording import language_of, letter, moment_in_words

log = structlog.stdlib.get_logger("upheld.mail")

ENOUGH: Final = ((timedelta(hours=1), 3), (timedelta(days=1), 20))
"""Acknowledgements to one address in an hour and in a day: no more, whatever is sent in its name."""

WRITTEN = Asked(
    lambda: Message.objects.select_related("ticket__requester__person", "ticket__account", "received").filter(
        pk=Given("pk")
    )
)
PROMISED = Asked(
    lambda: (
        Commitment.objects.filter(among("clause", Given("clauses")), subject=Given("subject"), due_at__isnull=False)
        .awaited()
        .tightest_first()[:1]
    )
)
LAST_SENT_TO = Asked(
    lambda: (
        OutgoingMail.objects.filter(
            recipients__contains=Given("addresses"),
            is_automatic=True,
            queued_at__gte=Given("since"),
            key__startswith="acknowledge:",
        )
        .order_by("-queued_at")
        .values_list("queued_at")[: ENOUGH[-1][1]]
    )
)


def acknowledge(event: Event) -> None:
    """Hears `ticket.opened`. Answers a mail that a person wrote; never a machine, never the same address too often."""
    message = WRITTEN.first(pk=event.data.get("message", 0))
    if message is None or message.received is None or event.data.get("automatic"):
        return
    ticket, mail = message.ticket, message.received
    policy = policy_for(ticket)
    address = ticket.requester.person.email
    head = parse_head(bytes(mail.raw), envelope_from=mail.envelope_from)
    if mail.door == mail.Door.MBOX:
        return  # it was written long ago
    own = own_addresses(policy)
    if not policy.rules.get("acknowledge_mail", True):
        return
    if not head.automation.may_be_answered and not read_as_meant(mail, own).automation.may_be_answered:
        return
    if not address or address in own or ticket.requester.bounced_at is not None:
        return
    hold_ids([f"acknowledge {address}"])
    if _had_enough(address, event.recorded_at):
        log.info("not acknowledged, this address had enough", ticket=ticket.pk)
        return
    _queue(ticket, policy, in_reply_to=mail.message_id)


def _queue(ticket: Ticket, policy: Policy, *, in_reply_to: str) -> OutgoingMail:
    language = language_of(_language(ticket))
    words = letter("acknowledgement", language, words_for(ticket, policy, language))
    return queue(
        key=f"acknowledge:{ticket.pk}",
        subject_key=ticket.key,
        to=[("", ticket.requester.person.email)],  # the name is the sender's own text
        title=words.title,
        text=words.text,
        html=words.html,
        sender=sender_of(policy, ticket.department, brand=ticket.brand),
        in_reply_to=in_reply_to,
        references=[in_reply_to] if in_reply_to else [],
        automatic=True,
        colour=look_of(policy, ticket.brand, language).colour,
    )


def _language(ticket: Ticket) -> str:
    """The requester's, unless the address that they wrote to has one of its own."""
    usual = ticket.account.language if ticket.account else ticket.requester.person.language
    return ticket.language if ticket.language not in ("", usual) else ticket.requester.person.language


def words_for(ticket: Ticket, policy: Policy, language: str) -> dict[str, object]:
    """What the letter says, none of it chosen by the sender."""
    promise = first_answer(ticket, policy)
    due_at = promise.due_at if promise is not None else None
    department = policy.departments.get(ticket.department)
    return {
        "company": company_name(policy, ticket.brand),
        "department": department.label.text(language) if department else "",
        "reference": ticket.reference,
        "url": f"{settings.UPHELD_URL}/requests/{ticket.pk}/",
        "by_when": moment_in_words(due_at, zone_of(ticket, policy), language) if due_at is not None else "",
        "counts_office_hours": promise is not None and not policy.calendars[promise.calendar].is_always,
    }


def first_answer(ticket: Ticket, policy: Policy) -> Commitment | None:
    """The tightest commitment that a reply keeps. None where the policy promises none."""
    answers = [clause.name for clause in policy.clauses_on("ticket") if "ticket.replied" in clause.kept_by]
    return PROMISED.first(subject=ticket.key, clauses=answers)


def zone_of(ticket: Ticket, policy: Policy) -> ZoneInfo:
    """The customer's own time zone; where none was ever said, the account's, else the company's."""
    said = [ticket.requester.person.zone, ticket.account.zone if ticket.account else "", policy.company.zone]
    return ZoneInfo(next((zone for zone in said if zone and zone != "UTC"), "UTC"))


def _had_enough(address: str, at: datetime) -> bool:
    sent = [when for (when,) in LAST_SENT_TO(addresses=Jsonb([address]), since=at - ENOUGH[-1][0])]
    return any(sum(when >= at - span for when in sent) >= most for span, most in ENOUGH)
