"""What people decide about mail that was held: let it through, have it looked at again, or drop it.

What became of a mail before stays in `steps`. Whoever takes mail in hears `message.released` and `message.run_again` as it
hears `message.received`.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from upheld.channels.models import ReceivedMail
from upheld.events.actions import record
from upheld.events.actors import Actor

State = ReceivedMail.State
HELD = (State.SUSPENDED, State.QUARANTINED)


class NotHeld(ValueError):
    """The mail has found its place, or somebody decided about it a moment ago."""


@transaction.atomic
def release(mail: ReceivedMail, *, by: Actor, at: datetime) -> None:
    """Vouch for a mail: it is taken in as if its sender had been proved. Raises NotHeld."""
    mail = _held(mail, HELD)
    mail.released_at, mail.released_by = at, by.key
    _back_to_the_door(mail, f"Let through by {by.name}", at)
    record("message.released", mail.key, by=by, at=at)


@transaction.atomic
def run_again(mail: ReceivedMail, *, by: Actor, at: datetime) -> None:
    """Have any mail looked at again, as after the policy changed or a mistake was mended. What is a message stays the one that it
    is, unless that message is gone.
    """
    mail = _held(mail, tuple(State))
    _back_to_the_door(mail, f"Looked at again for {by.name}", at)
    record("message.run_again", mail.key, by=by, at=at)


@transaction.atomic
def drop(mail: ReceivedMail, *, by: Actor, at: datetime, reason: str = "") -> None:
    """Decide that it is nobody's message. Its bytes stay. Raises NotHeld."""
    mail = _held(mail, HELD)
    mail.state, mail.decided_at = State.DROPPED, at
    mail.reason = f"Dropped by {by.name}{': ' + reason.strip() if reason.strip() else ''}"[:240]
    note_step(mail, mail.reason, at)
    mail.save(update_fields=["state", "reason", "decided_at", "steps"])
    record("message.dropped", mail.key, by=by, at=at)


def note_step(mail: ReceivedMail, step: str, at: datetime) -> None:
    """Add to the mail's way what was decided; the caller saves `steps`."""
    mail.steps = [*mail.steps, [at.isoformat(), step[:400]]]


def _held(mail: ReceivedMail, states: tuple[str, ...]) -> ReceivedMail:
    held = ReceivedMail.objects.select_for_update().defer("raw").get(pk=mail.pk)
    if held.state not in states:
        raise NotHeld("This mail has found its place already.")
    return held


def _back_to_the_door(mail: ReceivedMail, step: str, at: datetime) -> None:
    note_step(mail, step, at)
    outcome = mail.outcome if mail.state == State.MESSAGE else ""  # by it, other mails find their ticket meanwhile
    mail.state, mail.reason, mail.outcome, mail.decided_at = State.RECEIVED, "", outcome, None
    mail.save(update_fields=["state", "reason", "outcome", "decided_at", "released_at", "released_by", "steps"])
