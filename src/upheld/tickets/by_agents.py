"""What one of us does by mail: answers, notes, commands, and handing on what a customer wrote to them.

Only when the mail was proved to be from their address; else it is held, and says why. An answer goes to the customer as if it
had been written in the workspace; what a mail quotes is left out of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from django.db import transaction

from upheld.accounts.recognition import known, recognise
from upheld.channels.files import store
from upheld.channels.mail.parsing import ParsedFile, ParsedMail
from upheld.channels.mail.parsing.forwarding import Forwarded, forwarded_in
from upheld.channels.mail.parsing.quoting import folded, is_forward
from upheld.channels.models import ReceivedMail
from upheld.people.models import Agent
from upheld.tickets.actions.assignment import assign
from upheld.tickets.actions.changing import change
from upheld.tickets.actions.conversation import NewFile, customer_reply, note, reply
from upheld.tickets.actions.errors import Refused, TicketClosed
from upheld.tickets.actions.opening import open_ticket
from upheld.tickets.actions.resolution import reopen, resolve
from upheld.tickets.actions.waiting import wait_on_customer
from upheld.tickets.actions.watching import link
from upheld.tickets.commands import Command, NoSuchCommand, commands_in
from upheld.tickets.models import Message, Ticket
from upheld.tickets.notices import is_among_us
from upheld.tickets.participation import has_part_in
from upheld.tickets.placing import Place, dropped, message, suspended
from upheld.tickets.routing import Route


def take_from_agent(
    agent: Agent,
    mail: ReceivedMail,
    parsed: ParsedMail,
    ticket: Ticket | None,
    route: Callable[[str, str], Route],
    *,
    is_to_us: bool = True,
) -> Place:
    """The place of an agent's mail. `route` says where a mail of this title and text goes; `is_to_us` whether one of our
    addresses stands in its head. Changes nothing when it refuses.
    """
    if parsed.is_automatic:
        return dropped(f"An automatic mail of one of us ({parsed.automatic_reason}).")
    if not agent.person.is_active:
        return suspended("From somebody who does not work here any more.")
    is_vouched_for = mail.released_at is not None
    if mail.is_repeat_id and not is_vouched_for:
        return suspended(
            "A mail of one of us with the Message-ID of another: it may have been sent again by somebody else."
        )
    if not mail.is_authentic and not is_vouched_for:
        said = mail.authentication["words"] if mail.authentication else "not looked into"
        return suspended(
            f"From an agent's address, which it does not prove ({said}). Agents may write in the workspace."
        )
    if not is_to_us and not is_vouched_for:
        return suspended("From one of us, but written to others: somebody may have sent it on to us.")
    forwarded = forwarded_in(parsed) if ticket is None or is_forward(parsed.subject) else None
    if ticket is None and forwarded is None:
        return suspended(
            "From one of us, about no ticket, and no mail of a customer is in it. The workspace opens tickets as well."
        )
    if not mail.is_authentic and ticket is not None:
        _noted(agent, mail, parsed, ticket)
        return message(ticket)
    try:
        with transaction.atomic():
            return message(_acted(agent, mail, parsed, ticket, forwarded, route))
    except (Refused, NoSuchCommand) as reason:
        return suspended(f"Not done: {reason}", ticket)


def _acted(
    agent: Agent,
    mail: ReceivedMail,
    parsed: ParsedMail,
    ticket: Ticket | None,
    forwarded: Forwarded | None,
    route: Callable[[str, str], Route],
) -> Ticket:
    if ticket is None:
        assert forwarded is not None  # else there is nothing to do
        return _opened(agent, mail, forwarded, route(forwarded.title, forwarded.text))
    if forwarded is not None:
        return _handed_on(agent, mail, parsed, ticket, forwarded, route(forwarded.title, forwarded.text))
    _said(agent, mail, parsed, ticket)
    return ticket


def _noted(agent: Agent, mail: ReceivedMail, parsed: ParsedMail, ticket: Ticket) -> None:
    """Who lets such a mail through vouches for its words, and does not send them to a customer or do what they command."""
    at = max(mail.received_at, ticket.changed_at)
    written = note(
        ticket, text=parsed.text or "(no text)", by=agent.actor, author=agent.person, at=at, files=_files(parsed.files)
    )
    written.received = mail
    written.save(update_fields=["received"])


def _opened(agent: Agent, mail: ReceivedMail, forwarded: Forwarded, route: Route) -> Ticket:
    """The original sender's ticket, on whose time line stands who handed it on."""
    at = mail.received_at
    contact = recognise(forwarded.sender.address, forwarded.sender.name, by=agent.actor, at=at)
    ticket = open_ticket(
        requester=contact,
        title=forwarded.title,
        text=forwarded.text or "(no text)",
        channel=route.channel,
        by=agent.actor,
        at=at,
        priority=route.priority,
        category=route.category,
        department=route.department,
        language=route.language,
        brand=route.brand,
        files=_files(forwarded.files),
        received=mail,
    )
    _commented(agent, ticket, forwarded.comment, at)
    return ticket


def _handed_on(
    agent: Agent, mail: ReceivedMail, parsed: ParsedMail, ticket: Ticket, forwarded: Forwarded, route: Route
) -> Ticket:
    """What a customer wrote to one of us about this ticket: theirs, where they have a part in it; else it stays among us."""
    at = max(mail.received_at, ticket.changed_at)
    contact = known(forwarded.sender.address)
    if contact is None or not has_part_in(ticket, contact):
        _noted(agent, mail, parsed, ticket)
        return ticket
    try:
        customer_reply(
            ticket,
            text=forwarded.text or "(no text)",
            by=agent.actor,
            at=at,
            author=contact.person,
            channel=route.channel,
            files=_files(forwarded.files),
            received=mail,
        )
    except TicketClosed:
        opened = _opened(agent, mail, forwarded, route)
        link(opened, other=ticket, by=agent.actor, at=opened.changed_at)
        return opened
    _commented(agent, ticket, forwarded.comment, at)
    return ticket


def _commented(agent: Agent, ticket: Ticket, comment: str, at: datetime) -> None:
    """What one of us wrote above a mail that they handed on: commands, and words that only we see."""
    commands, text = commands_in(folded(comment).newest)
    if text:
        note(ticket, text=text, by=agent.actor, author=agent.person, at=at)
    for command in commands:
        _do(command, ticket, agent, at)


def _said(agent: Agent, mail: ReceivedMail, parsed: ParsedMail, ticket: Ticket) -> None:
    commands, text = commands_in(folded(parsed.text, parsed.subject).newest)
    at = max(mail.received_at, ticket.changed_at)
    files = _files(parsed.files)
    if text or files:
        asked = {command.name for command in commands}
        is_note = "note" in asked or ("reply" not in asked and is_among_us(parsed.in_reply_to))
        written: Message
        if is_note:
            written = note(ticket, text=text, by=agent.actor, author=agent.person, at=at, files=files)
        else:
            has_it = ticket.requester.person.email in {box.address for box in (*parsed.to, *parsed.cc)}
            written = reply(
                ticket, text=text, by=agent.actor, author=agent.person, at=at, files=files, send=not has_it
            )  # whoever answers to all has written to the customer already
        written.received = mail
        written.save(update_fields=["received"])
    for command in commands:
        _do(command, ticket, agent, at)


def _do(command: Command, ticket: Ticket, agent: Agent, at: datetime) -> None:
    by = agent.actor
    if command.name == "assign":
        assign(ticket, to=_colleague(command.value, agent), by=by, at=at)
    elif command.name == "priority":
        change(ticket, by=by, at=at, priority=command.value.upper())
    elif command.name == "category":
        change(ticket, by=by, at=at, category=command.value)
    elif command.name == "wait":
        wait_on_customer(ticket, by=by, at=at)
    elif command.name == "resolve":
        resolve(ticket, by=by, at=at)
    elif command.name == "reopen":
        reopen(ticket, by=by, at=at)


def _colleague(value: str, agent: Agent) -> Agent:
    if value.lower() == "me":
        return agent
    found = Agent.objects.working().filter(person__email=value.lower()).first()
    if found is None:
        raise Refused(f"Nobody here has the address {value}.")
    return found


def _files(files: Sequence[ParsedFile]) -> list[NewFile]:
    return [NewFile(file.name, file.content_type, store(file.data), file.content_id) for file in files]
