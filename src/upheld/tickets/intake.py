"""A received mail finds its one place: a ticket's message, held for a decision, quarantined, or dropped by a rule.

Either all of it happened (ticket, message, files, the mail's state), or nothing; a crowd of mails shares one transaction
(mailbag.py). A second run finds the mail decided and does nothing. Mails of one thread, and of one sender, are decided one
after another.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import structlog
from django.db import IntegrityError, InterfaceError, OperationalError, transaction

from upheld.accounts.actions import reachable_again
from upheld.accounts.models import Contact
from upheld.accounts.recognition import known, recognise
from upheld.channels.files import store
from upheld.channels.mail.holding import note_step
from upheld.channels.mail.parsing import ParsedMail, parse, parse_head
from upheld.channels.mail.parsing.automatic import Kind
from upheld.channels.mail.parsing.fields import address_in
from upheld.channels.mail.parsing.quoting import folded, folded_html
from upheld.channels.mail.receiving import HEAD, hold_ids, note_head
from upheld.channels.mail.threading import bare, is_ours
from upheld.channels.mail.trust.looking import look_into
from upheld.channels.models import ReceivedMail
from upheld.channels.scanning import Infected, is_scanning, scan
from upheld.commitments.policies import NoPolicy, in_force
from upheld.events.actors import MAIL
from upheld.events.models import Event
from upheld.kernel.keys import number_of
from upheld.people.models import Agent
from upheld.policy import Policy
from upheld.statements import Asked, Given, change
from upheld.tickets.actions.conversation import NewFile, customer_reply, note
from upheld.tickets.actions.errors import TicketClosed
from upheld.tickets.actions.opening import open_ticket
from upheld.tickets.actions.watching import link
from upheld.tickets.arriving import read_as_meant
from upheld.tickets.bounces import take_in_report
from upheld.tickets.by_agents import take_from_agent
from upheld.tickets.models import Message, Ticket
from upheld.tickets.participation import OUR_NUMBER, Meant, continued_in, has_part_in, ticket_meant
from upheld.tickets.placing import Place, dropped, message, suspended
from upheld.tickets.routing import Route, own_addresses, route

log = structlog.stdlib.get_logger("upheld.mail")
State = ReceivedMail.State

LOOP_AFTER: Final = 3  # automatic mails of one sender to one ticket in a day, or with one title in an hour
_TRANSIENT: Final = (OperationalError, InterfaceError, OSError, NoPolicy)
_OF_THE_MAIL: Final = frozenset({"54000", "54001", "54011", "54023"})
"""Limits of the database that this mail exceeds, now and later: no trouble that passes."""
_ANSWER_MARKS: Final = re.compile(
    r"^(?:\s*(?:re|aw|antw|sv|vs|odp|res|rép|r)\s*(?:\[\d+\])?\s*[:：])+\s*", re.IGNORECASE
)

Found = dict[str, Any] | None  # what was found out about who wrote it
HELD: Final = Asked(lambda: ReceivedMail.objects.select_for_update().waiting().filter(pk=Given("pk")))
AGENT: Final = Asked(lambda: Agent.objects.select_related("person").filter(person__email=Given("email")))


def take_in(event: Event) -> None:
    """Hears `message.received`."""
    take_in_mail(number_of(event.subject))


def take_in_mail(mail_id: int) -> None:
    """Give the mail its place. Raises only for trouble that passes (database, disk, no policy yet): then it is tried again."""
    found = look_into(mail_id)
    if is_scanning() and _is_infected(mail_id, found):
        return
    wrong = _tried(mail_id, found)
    if isinstance(wrong, IntegrityError):
        wrong = _tried(mail_id, found)  # somebody made the same contact at this very moment
    if wrong is not None:
        log.error("mail quarantined", mail=mail_id, exc_info=wrong)
        _tried_to_note(mail_id, found)
        quarantine(mail_id, f"Could not be taken in: {type(wrong).__name__}")


def quarantine(mail_id: int, reason: str) -> bool:
    """Put a mail that waits where people see it and decide, without looking into it. Whether it waited."""
    waiting = ReceivedMail.objects.waiting().filter(pk=mail_id)
    return bool(waiting.update(state=State.QUARANTINED, reason=reason[:240], decided_at=datetime.now(UTC)))


def _is_infected(mail_id: int, authentication: Found) -> bool:
    """Whether the scanner finds something in the mail or in a file of it; then it is in quarantine. Raises ScannerAway."""
    mail = ReceivedMail.objects.waiting().filter(pk=mail_id).first()
    if mail is None:
        return False
    try:
        scan(bytes(mail.raw))
        for file in parse(bytes(mail.raw)).files:
            scan(file.data)
    except Infected as found:
        _tried_to_note(mail_id, authentication)
        return quarantine(mail_id, f"The virus scanner found {found}.")
    return False


def _tried_to_note(mail_id: int, found: Found) -> None:
    """What the mail says of itself, as far as that can be had, for those who look at it in quarantine."""
    with suppress(Exception), transaction.atomic():
        mail = ReceivedMail.objects.select_for_update().waiting().get(pk=mail_id)
        mail.authentication = found or mail.authentication
        note_head(mail, parse_head(bytes(mail.raw), envelope_from=mail.envelope_from))
        mail.save(update_fields=[*HEAD, "authentication"])


def _tried(mail_id: int, found: Found) -> Exception | None:
    try:
        with transaction.atomic():
            mail = HELD.first(pk=mail_id)
            if mail is not None:
                mail.authentication = found or mail.authentication
                case = read(mail, in_force())
                hold_ids(case.kindred)
                settle(mail, place_of(case))
    except _TRANSIENT as trouble:
        if getattr(trouble.__cause__, "sqlstate", None) not in _OF_THE_MAIL:
            raise
        return trouble
    except Exception as wrong:  # noqa: BLE001 - whatever a mail does to us, it is kept and shown
        return wrong
    return None


def settle(mail: ReceivedMail, place: Place) -> None:
    mail.state, mail.reason, mail.outcome = place.state, place.reason[:240], place.outcome
    mail.decided_at = datetime.now(UTC)
    told = mail.reason or place.why
    note_step(mail, f"{mail.get_state_display()}{': ' + told if told else ''}", mail.decided_at)
    change(mail, [*HEAD, "authentication", "state", "reason", "outcome", "decided_at", "steps"])


# -- the decision ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Case:
    """What the decision looks at."""

    mail: ReceivedMail
    parsed: ParsedMail
    policy: Policy
    sender: str
    addresses: Sequence[str]  # where it was sent to, the envelope first

    @property
    def kindred(self) -> list[str]:
        """What it shares with mails that have to be decided before or after it, and not at the same time."""
        return [self.parsed.message_id, *self.parsed.thread_ids, f"sender {self.sender}"]

    @property
    def is_automatic(self) -> bool:
        return self.parsed.is_automatic

    @property
    def named(self) -> list[str]:
        """The addresses that stand in its head, where whoever sends it again would have to change it."""
        return [box.address for box in (*self.parsed.to, *self.parsed.cc)]

    @property
    def is_released(self) -> bool:
        """Somebody of ours vouched for it."""
        return self.mail.released_at is not None


def read(mail: ReceivedMail, policy: Policy) -> _Case:
    parsed = read_as_meant(mail, own_addresses(policy))
    sender = parsed.sender.address or address_in(mail.envelope_from)
    heads = [box.address for box in (*parsed.to, *parsed.cc)]
    envelope = [address_in(one) for one in mail.envelope_to]
    if (
        mail.door == ReceivedMail.Door.IMAP
    ):  # no envelope came with it: a mailbox may have many addresses, and is one itself
        addresses = [*heads, *parsed.delivered_to, *envelope]
    else:
        addresses = [*envelope, *parsed.delivered_to, *heads]
    return _Case(mail, parsed, policy, sender, [one for one in dict.fromkeys(addresses) if one])


def place_of(case: _Case) -> Place:
    """Where a mail belongs, and whatever that changes, done. Its kindred are held."""
    earlier = Message.objects.filter(received=case.mail).select_related("ticket").first() if case.mail.steps else None
    if earlier is not None:
        return message(earlier.ticket)
    note_head(case.mail, case.parsed)
    return _without_ticket(case) or _with_contact(case)


def _without_ticket(case: _Case) -> Place | None:
    """The places for which nobody needs to be known; None where the mail is somebody's message."""
    parsed, own = case.parsed, own_addresses(case.policy)
    if not bytes(case.mail.raw).strip():
        return Place(State.QUARANTINED, "The mail is empty.")
    if is_ours(parsed.message_id):
        return dropped("Our own mail came back to us.")
    if parsed.report is not None:
        return take_in_report(case.mail, parsed, parsed.report, case.addresses)
    if not case.sender:
        return Place(State.QUARANTINED, "Nobody is named as its sender.")
    if bare(case.sender) in own and not case.is_released:
        return suspended("It claims to come from one of our own addresses.")
    if case.mail.authentication is not None and case.mail.is_disowned and not case.is_released:
        return suspended(f"The domain in From says that it is not its own ({case.mail.authentication['words']}).")
    return _second_copy(case) or _from_agent(case)


def _from_agent(case: _Case) -> Place | None:
    agent = AGENT.first(email=case.sender)
    if agent is None:
        return None
    own = own_addresses(case.policy)
    is_to_us = any(bare(address) in own for address in case.named)
    meant = _meant(case, lambda _: True, case.named)
    return take_from_agent(
        agent,
        case.mail,
        case.parsed,
        meant.ticket if meant is not None else None,
        lambda title, text: route(case.policy, _doors(case), title, text),
        is_to_us=is_to_us,
    )


def _second_copy(case: _Case) -> Place | None:
    """The same mail by another way: the same Message-ID and content, only the stamps of the servers differ."""
    if not case.mail.is_repeat_id:
        return None
    others = ReceivedMail.objects.filter(message_id=case.parsed.message_id).exclude(pk=case.mail.pk).exclude(outcome="")
    for other in others.order_by("id")[:5]:
        earlier = parse(bytes(other.raw), envelope_from=other.envelope_from)
        if _content(earlier) == _content(case.parsed):
            return Place(State.DROPPED, f"A second copy of {other.key}, by another way.", other.outcome)
    return None


def _content(mail: ParsedMail) -> tuple[object, ...]:
    return mail.sender.address, mail.subject, mail.text, [(file.name, file.data) for file in mail.files]


def _with_contact(case: _Case) -> Place:
    if case.is_automatic:
        return _by_machine(case)
    contact = recognise(case.sender, case.parsed.sender.name, by=MAIL, at=case.mail.received_at)
    reachable_again(contact, at=case.mail.received_at)
    meant = _meant(case, lambda ticket: has_part_in(ticket, contact))
    if meant is not None and meant.is_own:
        ticket = meant.ticket
        is_held = ticket.is_spam and not case.is_released
        if is_held:
            return suspended(f"{ticket.reference} was marked as spam.", ticket)
        return message(_added(case, ticket, contact), f"It speaks of {ticket.reference}, {meant.how}.")
    if meant is None:
        return message(_open(case, contact), "It speaks of nothing that we know: a new ticket.")
    why = f"It speaks of {meant.ticket.reference}, {meant.how}, in which its sender has no part: a ticket of their own."
    return message(_beside(case, meant.ticket, contact) if meant.is_signed else _open(case, contact), why)


def _meant(case: _Case, has_part: Callable[[Ticket], bool], addresses: Sequence[str] | None = None) -> Meant | None:
    where = case.addresses if addresses is None else addresses
    return ticket_meant(case.parsed, where, has_part, is_repeat_id=case.mail.is_repeat_id)


def _by_machine(case: _Case) -> Place:
    """An answer to a ticket is noted there. An alert or a letter to many may be a matter for us; other answers are none."""
    contact = known(case.sender)
    meant = _meant(case, lambda ticket: contact is not None and has_part_in(ticket, contact))
    if meant is not None and meant.is_own and contact is not None:
        is_letter = case.parsed.automation.kind == Kind.BULK and not meant.ticket.is_spam
        return message(_added(case, meant.ticket, contact)) if is_letter else _noted(case, meant)
    is_reply = case.parsed.automation.kind == Kind.REPLY
    if meant is not None and meant.is_signed and is_reply and not meant.ticket.is_spam:
        return _noted(case, meant)  # from another address than we wrote to, as of whoever guards that mailbox
    if not case.is_released and (is_reply or meant is not None):
        return suspended(f"An automatic answer ({case.parsed.automatic_reason}) without a part in a ticket.")
    since = case.mail.received_at - timedelta(hours=1)
    same = ReceivedMail.objects.filter(
        sender=case.sender, received_at__gte=since, is_automatic=True, title=case.mail.title
    )
    if not case.is_released and same.filter(state=State.MESSAGE).exclude(pk=case.mail.pk).count() >= LOOP_AFTER:
        return suspended(f"A loop: automatic mail number {LOOP_AFTER + 1} of an hour with the same subject.")
    contact = contact or recognise(case.sender, case.parsed.sender.name, by=MAIL, at=case.mail.received_at)
    return message(_open(case, contact))


# -- what becomes of it ----------------------------------------------------------------------------------------------------


def _added(case: _Case, ticket: Ticket, contact: Contact) -> Ticket:
    """The ticket, with the mail as its message; a follow-up when the ticket is over for good."""
    parsed = case.parsed
    try:
        customer_reply(
            ticket,
            text=parsed.text or "(no text)",
            html=folded_html(parsed.html, parsed.text, parsed.subject),
            by=contact.actor,
            at=_not_before(ticket, case.mail.received_at),
            author=contact.person,
            channel=_route(case).channel,
            cc=_others(case),
            files=_files(parsed),
            received=case.mail,
        )
    except TicketClosed:
        return _beside(case, ticket, contact)
    return ticket


def _beside(case: _Case, ticket: Ticket, contact: Contact) -> Ticket:
    """A ticket that goes on with this one and is linked to it: the one that an earlier mail opened, as long as it takes mail."""
    hold_ids([f"after {ticket.key}"])  # of two who write on at once, the second finds what the first opened
    following = continued_in(ticket, contact)
    if following is not None:
        return _added(case, following, contact)  # itself, or one that goes on with it
    opened = _open(case, contact)
    link(opened, other=ticket, by=MAIL, at=opened.changed_at)
    return opened


def _noted(case: _Case, meant: Meant) -> Place:
    """A note for us and nothing more: an out-of-office mail is no answer and reopens nothing. After three a day it is a loop."""
    ticket, since = meant.ticket, case.mail.received_at - timedelta(days=1)
    before = ReceivedMail.objects.filter(received_at__gte=since, is_automatic=True, outcome=ticket.key)
    if meant.is_own:
        before = before.filter(sender=case.sender)  # of strangers, all together
    if before.exclude(pk=case.mail.pk).count() >= LOOP_AFTER:
        return Place(State.DROPPED, f"A loop: automatic mail number {LOOP_AFTER + 1} of a day.", ticket.key)
    text = f"An automatic mail came ({case.parsed.automatic_reason}):\n\n{case.parsed.text}"
    at = _not_before(ticket, case.mail.received_at)
    written: Message = note(ticket, text=text, by=MAIL, at=at, files=_files(case.parsed))
    written.received = case.mail
    written.save(update_fields=["received"])
    return message(ticket)


def _open(case: _Case, contact: Contact) -> Ticket:
    parsed, way = case.parsed, _route(case)
    return open_ticket(
        requester=contact,
        title=OUR_NUMBER.sub("", _ANSWER_MARKS.sub("", parsed.subject)),
        text=parsed.text,
        html=folded_html(parsed.html, parsed.text, parsed.subject),
        channel=way.channel,
        by=contact.actor,
        at=case.mail.received_at,
        priority=way.priority,
        category=way.category,
        department=way.department,
        language=way.language,
        brand=way.brand,
        cc=_others(case),
        copies_watch=case.mail.is_authentic,
        files=_files(parsed),
        received=case.mail,
        automatic=case.is_automatic,
    )


def _route(case: _Case) -> Route:
    newest = folded(case.parsed.text, case.parsed.subject).newest
    return route(case.policy, _doors(case), case.parsed.subject, newest)


def _doors(case: _Case) -> list[str]:
    """The addresses as the policy may name them: with what stands behind a plus, where it does, and without."""
    return list(dict.fromkeys(form for address in case.addresses for form in (address.lower(), bare(address))))


def _others(case: _Case) -> list[str]:
    """Who else the mail was sent to, as it says; whoever writes the answer sees it, and nobody is copied because of it."""
    own = own_addresses(case.policy)
    named = (box.address for box in (*case.parsed.to, *case.parsed.cc))
    return [address for address in dict.fromkeys(named) if bare(address) not in own and address != case.sender][:50]


def _files(parsed: ParsedMail) -> list[NewFile]:
    return [NewFile(file.name, file.content_type, store(file.data), file.content_id) for file in parsed.files]


def _not_before(ticket: Ticket, at: datetime) -> datetime:
    """When the mail came, but never before what the ticket has seen since: its events stay in their order."""
    return max(at, ticket.changed_at)
