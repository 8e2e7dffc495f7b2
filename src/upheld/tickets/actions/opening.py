"""A ticket comes into being, on any channel."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from upheld.accounts.models import Contact
from upheld.channels.models import ReceivedMail
from upheld.commitments.following import follow_new
from upheld.commitments.policies import in_force
from upheld.events.actions import record
from upheld.events.actors import Actor
from upheld.people.models import Person, Team
from upheld.policy import Policy
from upheld.tickets.actions.conversation import NewFile, add_message, preview_of
from upheld.tickets.actions.errors import UnknownName
from upheld.tickets.models import Message, Ticket
from upheld.tickets.recording import tightest


@transaction.atomic
def open_ticket(
    *,
    requester: Contact,
    title: str,
    text: str,
    channel: str,
    by: Actor,
    at: datetime,
    html: str = "",
    priority: str = "",
    category: str = "",
    department: str = "",
    impact: str = "",
    urgency: str = "",
    product_area: str = "",
    language: str = "",
    tags: Iterable[str] = (),
    essentials: Mapping[str, Any] | None = None,
    cc: Sequence[str] = (),
    copies_watch: bool = True,
    files: Sequence[NewFile] = (),
    received: ReceivedMail | None = None,
    automatic: bool = False,
) -> Ticket:
    """Open a ticket with its first message. What is not given is decided by the policy: priority from impact and
    urgency, else from
    the category; department from the category; plan from the account. Raises UnknownName for a name the policy does not declare.

    Of `cc`, colleagues of the requester watch the ticket, unless `copies_watch` says that nobody proved who asks for it.
    The acknowledgement is not sent here: `acknowledging` hears `ticket.opened`.
    """
    policy = in_force()
    account = requester.account
    category = category or policy.defaults.get("category", "")
    named = policy.categories.get(category)
    department = department or (named.department if named else "") or policy.defaults.get("department", "")
    ticket = Ticket(
        title=" ".join(title.split())[:240] or preview_of(text)[:80] or "(no subject)",
        account=account,
        requester=requester,
        plan=account.plan if account else policy.defaults.get("plan", next(iter(policy.plans), "")),
        priority=priority or priority_for(policy, impact=impact, urgency=urgency, category=category),
        impact=impact,
        urgency=urgency,
        category=category,
        product_area=product_area,
        department=department,
        channel=channel,
        language=language or (account.language if account else requester.person.language),
        region=account.region if account else "",
        tags=list(tags),
        essentials=dict(essentials or {}),
        team=Team.objects.filter(department=department).order_by("id").first() if department else None,
        opened_at=at,
        changed_at=at,
        last_message_at=at,
        last_message_by=Message.By.CUSTOMER,
        preview=preview_of(text),
    )
    check_names(policy, ticket)
    ticket.save(force_insert=True)
    message = add_message(
        ticket, by=Message.By.CUSTOMER, actor=by, author=requester.person, text=text, html=html, channel=channel, at=at,
        cc=cc, files=files, received=received,
    )  # fmt: skip
    watchers = (
        Person.objects.filter(email__in=[address.lower() for address in cc]) if cc and account and copies_watch else ()
    )
    ticket.watchers.add(*(person for person in watchers if is_colleague(person, requester)))
    given = {name: value for name, value in ticket.attributes().items() if value not in ("", [])}
    data = {**given, "account": account.key if account else None, "automatic": automatic, "message": message.pk}
    event = record("ticket.opened", ticket.key, by=by, at=at, data=data)
    assert event is not None  # only an event with a key can be known already
    ticket.due_at = tightest(follow_new(ticket.key, [event], at=at))
    ticket.save(update_fields=["due_at"])
    return ticket


def priority_for(policy: Policy, *, impact: str, urgency: str, category: str) -> str:
    """By the matrix of impact and urgency, else the category's, else the policy's default, else the least urgent."""
    if impact and urgency and policy.impact_urgency is not None:
        found = policy.impact_urgency.pick({"impact": impact, "urgency": urgency})
        if found:
            return found
    named = policy.categories.get(category)
    if named and named.priority:
        return named.priority
    return policy.defaults.get("priority") or next(reversed(list(policy.priorities)))


def check_names(policy: Policy, ticket: Ticket) -> None:
    """Refuse values that the policy does not declare. An empty value is allowed where the field may be unknown."""
    declared: dict[str, Mapping[str, object]] = {
        "plan": policy.plans,
        "priority": policy.priorities,
        "category": policy.categories,
        "department": policy.departments,
        "product_area": policy.product_areas,
    }
    for field, names in declared.items():
        value = getattr(ticket, field)
        if value and value not in names:
            raise UnknownName(field.replace("_", " "), value)


def is_colleague(person: Person, requester: Contact) -> bool:
    """Works for the same account; a copy in a mail never makes anybody else see a ticket."""
    contact: Contact | None = getattr(person, "contact", None)
    return contact is not None and requester.account_id is not None and contact.account_id == requester.account_id
