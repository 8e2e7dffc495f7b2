"""The conversation of a ticket as HTML: messages, and between them what happened.

A message is a pure function of what it shows, so it is remembered and drawn once, however often its ticket is opened.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.template.loader import get_template
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from upheld.channels.mail.parsing.secured import CLEAR_SIGNED, SIGNATURES
from upheld.channels.models import OutgoingMail
from upheld.kernel.text import initials, shortened
from upheld.tickets.queries import Spoken
from upheld.web import names, times
from upheld.web.desk.lines import Line
from upheld.web.desk.quoting import without_quote
from upheld.web.pictures import pictured
from upheld.web.templatetags.upheld import path_part

FOLDED_FROM = 8  # a thread with more messages shows its first, and the newest
SHOWN_LAST = 5
LINES_IN_FULL = 3
REMEMBERED = 1024
TOO_LONG = 20_000  # characters; longer messages are drawn each time


@dataclass(frozen=True, slots=True)
class File:
    href: str
    name: str
    size: int


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of the mail: queued, sent or failed."""

    state: str
    said: str
    at: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """A message, in the words that are shown."""

    pk: str
    by: str
    is_internal: bool
    who: str
    initials: str
    channel: str
    part_of: str
    copies: str
    hidden_copies: str
    text: str
    quote: str
    html: str
    original: str
    is_signed: bool
    held_back: int
    files: tuple[File, ...]
    fate: Fate | None
    time: str
    time_in_full: str
    glimpse: str
    is_folded: bool = False


@dataclass(frozen=True, slots=True)
class Happened:
    """Events between two messages, a line each; folded into one when there are many."""

    lines: tuple[tuple[Line, str], ...]

    @property
    def is_long(self) -> bool:
        return len(self.lines) > LINES_IN_FULL


def drawn(
    messages: Sequence[Spoken], told: Iterable[Line], *, ticket: int, read_at: datetime | None
) -> Iterator[SafeString]:
    """Messages and event lines in the order of time; of a long thread the middle is folded, but never what is unread."""
    now = timezone.localtime()
    waiting = sorted(told, key=lambda line: line.at)  # a breach is recorded after it was due
    for number, message in enumerate(messages):
        before = [line for line in waiting if line.at < message.at]
        waiting = waiting[len(before) :]
        yield from _group(before, now)
        is_middle = len(messages) > FOLDED_FROM and 0 < number < len(messages) - SHOWN_LAST
        is_new = read_at is not None and message.at > read_at
        yield _draw(replace(_said(message, ticket, now), is_folded=is_middle and not is_new))
    yield from _group(waiting, now)


def _group(lines: Sequence[Line], now: datetime) -> Iterator[SafeString]:
    if lines:
        yield _draw_happened(Happened(tuple((line, times.said(timezone.localtime(line.at), now)) for line in lines)))


def _draw(said: Said) -> SafeString:
    draw = _draw_message if len(said.text) + len(said.html) < TOO_LONG else _draw_message.__wrapped__
    return draw(said)


@lru_cache(maxsize=REMEMBERED)
def _draw_message(said: Said) -> SafeString:
    return SafeString(get_template("desk/parts/message.html").render({"said": said}))


@lru_cache(maxsize=REMEMBERED)
def _draw_happened(happened: Happened) -> SafeString:
    return SafeString(get_template("desk/parts/happened.html").render({"happened": happened}))


def _said(message: Spoken, ticket: int, now: datetime) -> Said:
    text, quote = without_quote(message.text)
    who = message.author_name or message.author_email or "Unknown sender"
    at = timezone.localtime(message.at)
    files = message.files or []
    shown = pictured(message.html, files, message.outside)
    return Said(
        pk=str(message.pk),
        by=message.by,
        is_internal=message.is_internal,
        who=who,
        initials=initials(who),
        channel=names.label("channels", message.channel).lower(),
        part_of=f"#{message.ticket}" if message.ticket != ticket else "",
        copies=", ".join(message.cc),
        hidden_copies=", ".join(message.bcc),
        text=text,
        quote=quote,
        html=shown.html,
        original=reverse("desk:original", args=[message.pk]) if message.received is not None else "",
        is_signed=CLEAR_SIGNED in message.text or any(one["type"] in SIGNATURES for one in files),
        held_back=shown.held_back,
        files=tuple(_file(one) for one in files),
        fate=_fate(message, now),
        time=times.said(at, now),
        time_in_full=times.full(at),
        glimpse=shortened(text, 90),
    )


def _file(one: dict[str, Any]) -> File:
    return File(reverse("attachment", args=[one["pk"], path_part(one["name"])]), one["name"], one["size"])


def _fate(message: Spoken, now: datetime) -> Fate | None:
    if message.mail_state is None:
        return None
    if message.mail_bounced_at is not None:
        came_back = ", ".join(f"{address} ({why.removeprefix('came back: ')})" for address, why in _refused(message))
        return Fate(
            "failed", f"Came back: {came_back or 'the receiving server reports trouble'}. Write to another address."
        )
    if message.mail_state == OutgoingMail.State.FAILED:
        return Fate("failed", f"Could not be sent: {message.mail_error or 'the receiving server refused it'}")
    if message.mail_state == OutgoingMail.State.SENT and message.mail_refused:
        missing = ", ".join(f"{address} ({why})" for address, why in _refused(message))
        return Fate("failed", f"Sent, but not to {missing}")
    if message.mail_state == OutgoingMail.State.SENT:
        return Fate(
            "sent", "Sent", times.said(timezone.localtime(message.mail_sent_at), now) if message.mail_sent_at else ""
        )
    tries = message.mail_attempts or 0
    so_far = f", {tries} tr{'y' if tries == 1 else 'ies'} so far: {message.mail_error}" if tries else ""
    return Fate("queued", f"Waiting to be sent{so_far}")


def _refused(message: Spoken) -> list[tuple[str, str]]:
    return sorted((message.mail_refused or {}).items())
