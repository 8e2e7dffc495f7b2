"""What a policy may promise besides answers: a manager's look, a plan, an appointment, a root cause, a review, a follow-up."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from upheld.events.actors import Actor
from upheld.people.models import Person
from upheld.policy import Policy
from upheld.tickets.actions.conversation import add_message
from upheld.tickets.actions.errors import Refused
from upheld.tickets.models import Message, Ticket
from upheld.tickets.recording import happened, lock

MILESTONES = {
    "reviewed_by_manager": "Reviewed by a manager",
    "plan_proposed": "Plan proposed to the customer",
    "scheduled": "Appointment agreed",
    "root_cause_recorded": "Root cause written down",
    "reviewed": "Post-incident review held",
    "followed_up": "Followed up with the customer",
    "surveyed": "Customer asked how it went",
}


@transaction.atomic
def reach(
    ticket: Ticket, milestone: str, *, by: Actor, at: datetime, note: str, author: Person | None = None
) -> Message:
    """Write down, as an internal note, that the milestone was reached; the commitments that wait for it are kept.

    Works on settled tickets too, since most milestones come after the resolution. Refused without a note.
    """
    lock(ticket)
    if milestone not in MILESTONES:
        raise Refused(f"There is no milestone “{milestone}”.")
    if not note.strip():
        raise Refused("Say in a few words what was done.")
    text = f"{MILESTONES[milestone]}: {note.strip()}"
    message = add_message(
        ticket, by=Message.By.STAFF, actor=by, author=author, text=text, channel="workspace", at=at, is_internal=True
    )
    happened(ticket, milestone, by=by, at=at, message=message.pk)
    return message


def milestones_of(policy: Policy) -> dict[str, str]:
    """Those that some clause of the policy waits for, by name, with what to call them."""
    awaited = {kind.removeprefix("ticket.") for clause in policy.clauses_on("ticket") for kind in clause.kept_by}
    return {name: label for name, label in MILESTONES.items() if name in awaited}
