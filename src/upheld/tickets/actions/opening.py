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
from upheld.statements import Asked, Given, add, next_numbers
from upheld.tickets.actions.conversation import NewFile, attached, preview_of
from upheld.tickets.actions.errors import UnknownName
from upheld.tickets.models import Message, Ticket
from upheld.tickets.recording import tightest

TEAM = Asked(lambda: Team.objects.filter(department=Given("department")).order_by("id")[:1])


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
    brand: str = "",
    language: str = "",
    tags: Iterable[str] = (),
    essentials: Mapping[str, Any] | None = None,
    cc: Sequence[str] = (),
    copies_watch: bool = True,
    files: Sequence[NewFile] = (),
    received: ReceivedMail | None = None,
    automatic: bool = False,
) -> Ticket:
    """Open a ticket with its first message. What is not given is decided by the policy: priority from impact and urgency,
    else from the category; department from the category; plan from the account. Raises UnknownName for a name the policy does
    not declare.

    Of `cc`, colleagues of the requester watch the ticket, unless `copies_watch` says that nobody proved who asks for it.
    The acknowledgement is not sent here: `acknowledging` hears `ticket.opened`.
    """
    policy = in_force()
    ticket = Ticket(
        title=" ".join(title.split())[:240] or preview_of(text)[:80] or "(no subject)", preview=preview_of(text),
        requester=requester, account=requester.account, channel=channel, language=language,
        priority=priority, impact=impact, urgency=urgency,
        category=category, product_area=product_area, department=department, brand=brand,
        tags=list(tags), essentials=dict(essentials or {}),
        opened_at=at, changed_at=at, last_message_at=at, last_message_by=Message.By.CUSTOMER,
    )  # fmt: skip
    decide(policy, ticket)
    check_names(policy, ticket)
    message = Message(
        by=Message.By.CUSTOMER, actor=by.key, author=requester.person, text=text, html=html, channel=channel, at=at,
        cc=list(cc), received=received,
    )  # fmt: skip
    with transaction.atomic(savepoint=False):
        _write(ticket, message, files, by=by, automatic=automatic)
        if cc and copies_watch and requester.account_id is not None:
            copied = Person.objects.filter(email__in=[address.lower() for address in cc])
            ticket.watchers.add(*(person for person in copied if is_colleague(person, requester)))
    return ticket


def _write(ticket: Ticket, message: Message, files: Sequence[NewFile], *, by: Actor, automatic: bool) -> None:
    """The event, then what is promised with the message and its files in one statement, then the ticket itself."""
    ticket.pk, message.pk = next_numbers(Ticket, Message)
    message.ticket = ticket
    facts = _facts(ticket, message=message.pk, automatic=automatic)
    event = record("ticket.opened", ticket.key, by=by, at=ticket.opened_at, data=facts)
    assert event is not None  # only an event with a key can be known already
    said = [message, *attached(message, files)]
    ticket.due_at = tightest(follow_new(ticket.key, [event], at=ticket.opened_at, beside=said))
    add(ticket)


def decide(policy: Policy, ticket: Ticket) -> None:
    """Fill in what was not given: by the policy, and by what is known of the account and the requester."""
    account = ticket.account
    ticket.category = ticket.category or policy.defaults.get("category", "")
    named = policy.categories.get(ticket.category)
    ticket.department = (
        ticket.department or (named.department if named else "") or policy.defaults.get("department", "")
    )
    ticket.priority = ticket.priority or priority_for(
        policy, impact=ticket.impact, urgency=ticket.urgency, category=ticket.category
    )
    ticket.plan = account.plan if account else policy.defaults.get("plan", next(iter(policy.plans), ""))
    ticket.region = account.region if account else ""
    ticket.language = ticket.language or (account.language if account else ticket.requester.person.language)
    ticket.team = TEAM.first(department=ticket.department) if ticket.department else None


def _facts(ticket: Ticket, *, message: int, automatic: bool) -> dict[str, Any]:
    """What the event of the opening says: every attribute that has a value, and the number of the first message."""
    given = {name: value for name, value in ticket.attributes().items() if value not in ("", [])}
    account = ticket.account.key if ticket.account else None
    return {**given, "account": account, "automatic": automatic, "message": message}


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
        "brand": policy.brands,
    }
    for field, names in declared.items():
        value = getattr(ticket, field)
        if value and value not in names:
            raise UnknownName(field.replace("_", " "), value)


def is_colleague(person: Person, requester: Contact) -> bool:
    """Works for the same account; a copy in a mail never makes anybody else see a ticket."""
    contact: Contact | None = getattr(person, "contact", None)
    return contact is not None and requester.account_id is not None and contact.account_id == requester.account_id
