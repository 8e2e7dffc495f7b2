"""What one of us does by mail: answers, notes, commands, and handing on what a customer wrote to them.

Only when the mail was proved to be from their address; else it is held, and says why. An answer goes to the customer as if it
had been written in the workspace; what a mail quotes is left out of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from upheld.accounts.recognition import recognise
from upheld.channels.files import store
from upheld.channels.mail.parsing import ParsedFile, ParsedMail
from upheld.channels.mail.parsing.forwarding import Forwarded, forwarded_in
from upheld.channels.mail.parsing.quoting import folded
from upheld.channels.models import ReceivedMail
from upheld.people.models import Agent
from upheld.tickets.actions.assignment import assign
from upheld.tickets.actions.changing import change
from upheld.tickets.actions.conversation import NewFile, note, reply
from upheld.tickets.actions.errors import Refused
from upheld.tickets.actions.opening import open_ticket
from upheld.tickets.actions.resolution import reopen, resolve
from upheld.tickets.actions.waiting import wait_on_customer
from upheld.tickets.commands import Command, NoSuchCommand, commands_in
from upheld.tickets.models import Message, Ticket
from upheld.tickets.placing import Place, dropped, message, suspended
from upheld.tickets.routing import Route


def take_from_agent(
    agent: Agent, mail: ReceivedMail, parsed: ParsedMail, ticket: Ticket | None, route: Callable[[str, str], Route]
) -> Place:
    """The place of an agent's mail. `route` says where a mail of this title and text goes. Changes nothing when it refuses."""
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
    if ticket is None:
        forwarded = forwarded_in(parsed)
        if forwarded is None:
            return suspended("From one of us, about no ticket, and no mail of a customer is in it.")
        return message(_opened(agent, mail, forwarded, route(forwarded.title, forwarded.text)))
    if not mail.is_authentic:
        _noted(agent, mail, parsed, ticket)
        return message(ticket)
    try:
        _said(agent, mail, parsed, ticket)
    except (Refused, NoSuchCommand) as reason:
        return suspended(f"Not done: {reason}", ticket)
    return message(ticket)


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
    if forwarded.comment:
        note(ticket, text=forwarded.comment, by=agent.actor, author=agent.person, at=at)
    return ticket


def _said(agent: Agent, mail: ReceivedMail, parsed: ParsedMail, ticket: Ticket) -> None:
    commands, text = commands_in(folded(parsed.text, parsed.subject).newest)
    at = max(mail.received_at, ticket.changed_at)
    files = _files(parsed.files)
    if text or files:
        is_note = any(command.name == "note" for command in commands)
        write = note if is_note else reply
        written: Message = write(ticket, text=text, by=agent.actor, author=agent.person, at=at, files=files)
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
