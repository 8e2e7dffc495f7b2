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
    lost = [one for one in told if one.state == "lost"]
    base = reverse("desk:undelivered", args=[message.ticket, message.mail])
    state = "failed" if lost else "sent" if message.mail_state == State.SENT else "queued"
    said = _said(message, lost, now)
    may_decide = bool(lost) or (state == "queued" and bool(message.mail_attempts))
    return Fate(state, said, message.mail, told, base if may_decide else "", is_open=bool(message.mail_needs_a_look))


def _said(message: Spoken, lost: list[Told], now: datetime) -> str:
    names = ", ".join(one.address for one in lost[:3]) + (f" and {len(lost) - 3} more" if len(lost) > 3 else "")
    if lost and message.mail_bounced_at is not None:
        return f"Came back from {names}"
    if lost and message.mail_delivered:
        return f"Sent, but not to {names}"
    if lost:
        return f"Not delivered to {names}"
    if message.mail_state == State.SENT:
        at = f" {_time(message.mail_sent_at, now)}" if message.mail_sent_at else ""
        return f"Sent{at}, taken by their mail server{'s' if len(message.mail_delivered or ()) > 1 else ''}"
    if not message.mail_attempts:
        return "On its way"
    number = message.mail_attempts
    tries = "once" if number == 1 else f"{number} times"
    again = f", again {_time(message.mail_next_try_at, now)}" if message.mail_next_try_at else ""
    return f"Not taken yet: tried {tries}{again}"


def _time(at: datetime, now: datetime) -> str:
    local = timezone.localtime(at)
    return f"at {times.clock(local)}" if local.date() == now.date() else times.said(local, now)


def _told(message: Spoken) -> tuple[Told, ...]:
    refused, delivered = message.mail_refused or {}, set(message.mail_delivered or ())
    return tuple(
        _of(one, refused.get(one), is_taken=one in delivered, error=message.mail_error or "")
        for one in (message.mail_recipients or ())[:MOST_SHOWN]
    )


def _of(address: str, refusal: str | None, *, is_taken: bool, error: str) -> Told:
    if refusal is not None:
        return Told(address, "lost", in_words(refusal), refusal)
    if is_taken:
        return Told(address, "taken", "Their mail server took it.")
    return Told(address, "waiting", in_words(error) if error else "It waits to be sent.", error)
