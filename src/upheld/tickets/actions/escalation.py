"""Up the ladder: by the policy, by a colleague, or because the customer asks."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from upheld.accounts.models import Contact
from upheld.events.actors import Actor
from upheld.events.models import Event
from upheld.kernel.keys import number_of
from upheld.policy import Policy
from upheld.policy.model import Ladder, Rung
from upheld.tickets.actions.conversation import add_message
from upheld.tickets.actions.errors import AlreadyRequested, NotEntitled, Refused
from upheld.tickets.models import Escalation, Message, Ticket
from upheld.tickets.recording import happened, lock, policy_for

ASK_AGAIN_AFTER = timedelta(days=1)


@transaction.atomic
def raise_ticket(
    ticket: Ticket,
    *,
    ladder: str,
    by: Actor,
    at: datetime,
    to: int | None = None,
    reason: str = "",
    clause: str = "",
    key: str | None = None,
) -> Escalation | None:
    """Bring the ticket to rung `to` of a ladder, or one rung up. Who stands there is told by `handlers`, which
    hears `ticket.raised`.

    None when there is nothing to do: that `key` has raised it before, or it stands as high already. Raises Refused for a ladder
    that the policy does not know.
    """
    lock(ticket)
    known = ladder_of(policy_for(ticket), ladder)
    now_on = current_rung(ticket, ladder)
    rung = rung_of(known, to if to is not None else now_on + 1)
    if rung.number <= now_on or (key is not None and Escalation.objects.filter(key=key).exists()):
        return None
    row = Escalation.objects.create(
        ticket=ticket, ladder=ladder, rung=rung.number, reason=reason, clause=clause, raised_at=at, raised_by=by.key,
        key=key or f"{ticket.key}/{ladder}/{rung.number}/{at.isoformat()}",
    )  # fmt: skip
    if rung.level is not None and rung.level > ticket.level:
        ticket.level = rung.level
    told: dict[str, Any] = {
        "ladder": ladder,
        "rung": rung.number,
        "reason": reason,
        "clause": clause,
        "level": ticket.level,
    }
    happened(ticket, "raised", by=by, at=at, saving=["level"], **told)
    return row


@transaction.atomic
def request_escalation(ticket: Ticket, *, by: Actor, at: datetime, reason: str) -> Escalation | None:
    """The customer asks for it, and the reason stands in the thread. NotEntitled unless a ladder lets this ticket's plan ask.

    AlreadyRequested until we answered, a promised time passed, or a day went by: one request is one rung, however often sent.
    """
    lock(ticket)
    if ticket.is_settled:
        raise Refused("This request is settled. Reopen it first.")
    policy = policy_for(ticket)
    open_to = [one for one in policy.ladders.values() if may_request(one, ticket)]
    if not open_to:
        raise NotEntitled(
            "Your plan does not include asking for an escalation. Write to us here, and we will look at it."
        )
    if is_requested(ticket, at=at):
        raise AlreadyRequested(
            "You have asked for an escalation, and whoever is responsible was told. They will write to you here. You can ask"
            " again after our next answer, or tomorrow."
        )
    contact = Contact.objects.select_related("person").filter(pk=number_of(by.key)).first()
    message = add_message(
        ticket,
        by=Message.By.CUSTOMER,
        actor=by,
        author=contact.person if contact else None,
        text=reason,
        channel="portal",
        at=at,
    )
    happened(ticket, "escalation_requested", by=by, at=at, ladder=open_to[0].name, message=message.pk)
    return raise_ticket(ticket, ladder=open_to[0].name, by=by, at=at, reason="The customer asked for it.")


def is_requested(ticket: Ticket, *, at: datetime) -> bool:
    """Whether the customer asked and waits for the first sign of it. At most two queries."""
    events = Event.objects.about(ticket.key)
    asked = events.of_kind("ticket.escalation_requested").last()
    if asked is None or at - asked.at >= ASK_AGAIN_AFTER:
        return False
    return not events.of_kind("ticket.replied", "commitment.breached").filter(pk__gt=asked.pk).exists()


def may_request(ladder: Ladder, ticket: Ticket) -> bool:
    """Whether customers may ask for this ladder, for a ticket such as this."""
    return ladder.on_request is not None and ladder.on_request.holds(ticket.attributes())


def ladder_of(policy: Policy, name: str) -> Ladder:
    """The ladder of that name. Raises Refused where the policy has none."""
    if name not in policy.ladders:
        raise Refused(f"The policy knows no ladder “{name}”.")
    return policy.ladders[name]


def current_rung(ticket: Ticket, ladder: str) -> int:
    """The highest rung that the ticket reached on the ladder; everybody begins on the first."""
    return max(ticket.escalations.filter(ladder=ladder).values_list("rung", flat=True), default=1)


def rung_of(ladder: Ladder, number: int) -> Rung:
    """That rung, or the highest when the ladder ends below it."""
    return next((rung for rung in ladder.rungs if rung.number == number), ladder.rungs[-1])
