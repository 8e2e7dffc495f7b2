"""What became of a mail of ours, in words: waiting, taken, not taken; by recipient, with what each server answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.urls import reverse
from django.utils import timezone

from upheld.channels.mail.outgoing.answers import in_words
from upheld.channels.models import OutgoingMail
from upheld.tickets.queries import Spoken
from upheld.web import times

State = OutgoingMail.State
MOST_SHOWN: Final = 50  # recipients


@dataclass(frozen=True, slots=True)
class Told:
    """One recipient. `words` say how it stands with them, `answer` is what their server said, as it came."""

    address: str
    state: str
    words: str
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of the mail: queued, sent or failed. `base` is where one decides about it, empty where nothing is to decide."""

    state: str
    said: str
    mail: int
    told: tuple[Told, ...] = ()
    base: str = ""
    is_open: bool = False


def fate_of(message: Spoken, now: datetime) -> Fate | None:
    """None for what was never a mail, such as a note."""
    if message.mail_state is None or message.mail is None:
        return None
    told = _told(message)
    lost = _of_state(told, "lost")
    base = reverse("desk:undelivered", args=[message.ticket, message.mail])
    state = "failed" if lost else "sent" if message.mail_state == State.SENT else "queued"
    said = _said(message, told, now)
    may_decide = bool(lost) or (state == "queued" and bool(message.mail_attempts))
    return Fate(state, said, message.mail, told, base if may_decide else "", is_open=bool(message.mail_needs_a_look))


def _said(message: Spoken, told: tuple[Told, ...], now: datetime) -> str:
    lost, waiting = _of_state(told, "lost"), _of_state(told, "waiting")
    names = ", ".join(one.address for one in lost[:3]) + (f" and {len(lost) - 3} more" if len(lost) > 3 else "")
    others = f"; {len(waiting)} more to be tried{_again(message, now)}" if waiting else ""
    if lost and message.mail_bounced_at is not None:
        return f"Came back from {names}{others}"
    if lost:
        return f"{'Sent, but not' if message.mail_delivered else 'Not delivered'} to {names}{others}"
    if message.mail_state == State.SENT:
        at = f" {_time(message.mail_sent_at, now)}" if message.mail_sent_at else ""
        if message.is_by_provider and not set(message.mail_delivered or ()) <= set(message.mail_arrived or ()):
            return f"Sent{at}, taken by our mail provider"
        return f"Sent{at}, taken by their mail server{'s' if len(message.mail_delivered or ()) > 1 else ''}"
    if not message.mail_attempts:
        return "On its way"
    if message.mail_delivered:
        return f"Sent to {len(told) - len(waiting)} of {len(told)}; {len(waiting)} to be tried{_again(message, now)}"
    number = message.mail_attempts
    return f"Not taken yet: tried {'once' if number == 1 else f'{number} times'},{_again(message, now)}"


def _again(message: Spoken, now: datetime) -> str:
    return f" again {_time(message.mail_next_try_at, now)}" if message.mail_next_try_at else " again"


def _of_state(told: tuple[Told, ...], state: str) -> list[Told]:
    return [one for one in told if one.state == state]


def _time(at: datetime, now: datetime) -> str:
    local = timezone.localtime(at)
    return f"at {times.clock(local)}" if local.date() == now.date() else times.said(local, now)


def _told(message: Spoken) -> tuple[Told, ...]:
    """The mail remembers one answer for all that wait: it is said of nobody in particular unless only one does."""
    refused, delivered = message.mail_refused or {}, set(message.mail_delivered or ())
    arrived = set(message.mail_arrived or ()) if message.is_by_provider else delivered
    everybody = (message.mail_recipients or ())[:MOST_SHOWN]
    waiting = [one for one in everybody if one not in refused and one not in delivered]
    told = []
    for one in everybody:
        if one in refused:
            told.append(Told(one, "lost", in_words(refused[one]), refused[one]))
        elif one in delivered:
            words = "Their mail server took it." if one in arrived else "Our mail provider took it, and sends it on."
            told.append(Told(one, "taken", words))
        else:
            told.append(_waits(one, message.mail_error or "", of=len(waiting)))
    return tuple(told)


def _waits(address: str, error: str, *, of: int) -> Told:
    if not error:
        return Told(address, "waiting", "It waits to be sent.")
    if of > 1:
        return Told(address, "waiting", "It is tried again.", f"the last answer to one of {of}: {error}")
    return Told(address, "waiting", in_words(error), error)
