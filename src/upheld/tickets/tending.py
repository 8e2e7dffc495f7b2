"""What the policy does with tickets that nobody touches: closes what is resolved, reminds who is waited for, lets go in the end.

Called again and again by the schedule; each call does at most BATCH of each and repeats nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import F, Q

from upheld.channels.mail.outgoing.senders import company_name, sender_of
from upheld.channels.mail.outgoing.sending import queue
from upheld.commitments.policies import in_force
from upheld.events.actors import Actor
from upheld.policy import Policy
from upheld.tickets.actions.errors import Refused
from upheld.tickets.actions.resolution import close
from upheld.tickets.mailing import reply_title, requester_address, thread_ids
from upheld.tickets.models import Ticket
from upheld.tickets.recording import happened, lock
from upheld.tickets.wording import letter

BATCH = 200
Tend = Callable[[Ticket, Policy, datetime], bool]
log = structlog.stdlib.get_logger("upheld.tending")


def tend(now: datetime) -> dict[str, int]:
    """Everything that is due by the rules of the policy in force. Returns how many tickets each rule touched."""
    policy = in_force()
    closes = bool(policy.rules.get("autoclose", True))
    return {
        "closed": _each(
            _resolved_since(policy, "close_resolved_after", now) if closes else iter(()), policy, now, _close
        ),
        "let_go": _each(
            _waiting_since(policy, "close_waiting_after", now) if closes else iter(()), policy, now, _close
        ),
        "reminded": _each(_waiting_since(policy, "remind_waiting_after", now), policy, now, _remind),
    }


def _resolved_since(policy: Policy, rule: str, now: datetime) -> Iterator[Ticket]:
    if (after := policy.rules.get(rule)) is None:
        return iter(())
    settled = Ticket.objects.filter(status=Ticket.Status.RESOLVED, resolutions__reopened_at=None)
    return iter(settled.filter(resolutions__resolved_at__lte=now - timedelta(microseconds=after))[:BATCH])


def _waiting_since(policy: Policy, rule: str, now: datetime) -> Iterator[Ticket]:
    if (after := policy.rules.get(rule)) is None:
        return iter(())
    waiting = Ticket.objects.unsettled().filter(status=Ticket.Status.WAITING)
    silent = waiting.filter(last_message_at__lte=now - timedelta(microseconds=after))
    if rule == "remind_waiting_after":
        silent = silent.filter(Q(reminded_at=None) | Q(reminded_at__lt=F("last_message_at")))
    return iter(silent[:BATCH])


def _each(tickets: Iterator[Ticket], policy: Policy, now: datetime, do: Tend) -> int:
    done = 0
    for ticket in tickets:
        try:
            done += bool(do(ticket, policy, now))
        except Refused as refusal:
            log.info("left alone", subject=ticket.key, reason=type(refusal).__name__)
    return done


@transaction.atomic
def _close(ticket: Ticket, policy: Policy, now: datetime) -> bool:
    """Unless somebody touched it since it was chosen."""
    chosen_as = ticket.status, ticket.last_message_at
    lock(ticket)
    if (ticket.status, ticket.last_message_at) != chosen_as:
        return False
    close(ticket, by=_actor(policy), at=now)
    return True


@transaction.atomic
def _remind(ticket: Ticket, policy: Policy, now: datetime) -> bool:
    """One friendly mail for each wait."""
    lock(ticket)
    to = requester_address(ticket)
    if to is None or ticket.status != Ticket.Status.WAITING or ticket.last_message_at is None:
        return False
    key = f"reminder:{ticket.pk}:{int(ticket.last_message_at.timestamp())}"
    ticket.reminded_at = now
    if happened(ticket, "reminded", by=_actor(policy), at=now, saving=["reminded_at"], key=key) is None:
        return False
    values = {"title": ticket.title, "company": company_name(policy, ticket.brand)}
    words = letter("reminder", ticket.requester.person.language, values)
    references = thread_ids(ticket)
    queue(
        key=key,
        subject_key=ticket.key,
        to=[to],
        title=reply_title(ticket),
        text=words.text,
        html=words.html,
        sender=sender_of(policy, ticket.department, brand=ticket.brand),
        in_reply_to=references[-1] if references else "",
        references=references,
        automatic=True,
    )
    return True


def _actor(policy: Policy) -> Actor:
    return Actor(f"policy:{policy.name}", "The policy")
