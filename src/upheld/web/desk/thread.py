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

from upheld.channels.mail.parsing.bodies import LONGEST
from upheld.channels.mail.parsing.secured import CLEAR_SIGNED, SIGNATURES
from upheld.kernel.text import initials, shortened
from upheld.tickets.queries import Spoken
from upheld.web import names, times
from upheld.web.attachments import LARGEST_PICTURE, PICTURES
from upheld.web.desk.fates import Fate, fate_of
from upheld.web.desk.lines import Line
from upheld.web.desk.quoting import without_quote
from upheld.web.pictures import pictured
from upheld.web.templatetags.upheld import path_part

FOLDED_FROM = 8  # a thread with more messages shows its first, and the newest
SHOWN_LAST = 5
LINES_IN_FULL = 3
REMEMBERED = 1024
TOO_LONG = 20_000  # characters; longer messages are drawn each time


LONGEST_SHOWN = 8_000  # characters of a text that are read without a click …
MOST_LINES = 120  # … and lines
LONG_PAGE = 40_000  # characters of markup from which a message scrolls by itself


@dataclass(frozen=True, slots=True)
class File:
    """`preview` is the address of a picture of it, empty for what is none or stands in the text already."""

    href: str
    name: str
    size: int
    preview: str = ""


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
    rest: str
    quote: str
    html: str
    is_long: bool
    scrolls: bool
    whole: str
    original: str
    is_signed: bool
    held_back: int
    files: tuple[File, ...]
    all_files: str
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
    who = message.author_name or message.author_email or ("Unknown sender" if message.by == "customer" else "Upheld")
    at = timezone.localtime(message.at)
    files = message.files or []
    shown = pictured(message.html, files, message.outside)
    text, rest = ("", "") if shown.html else parted(text)
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
        rest=rest,
        quote=quote,
        html=shown.html,
        is_long=len(shown.html) > LONG_PAGE,
        scrolls=len(shown.html) > LONG_PAGE or "<table" in shown.html or "<pre" in shown.html,
        whole=_whole(message, files),
        original=reverse("desk:original", args=[message.pk]) if message.received is not None else "",
        is_signed=CLEAR_SIGNED in message.text or any(one["type"] in SIGNATURES for one in files),
        held_back=shown.held_back,
        files=tuple(_file(one, is_shown=one["content_id"] in shown.shown) for one in files),
        all_files=reverse("attachments", args=[message.pk]) if len(files) > 1 else "",
        fate=fate_of(message, now),
        time=times.said(at, now),
        time_in_full=times.full(at),
        glimpse=shortened(message.text, 90),
    )


def parted(text: str) -> tuple[str, str]:
    """A text as far as it is read at once, and the rest, cut between two lines where that can be."""
    lines = text.split("\n", MOST_LINES)
    short = "\n".join(lines[:MOST_LINES])[:LONGEST_SHOWN]
    if len(text) - len(short) < LONGEST_SHOWN // 8:
        return text, ""
    at = text.rfind("\n", LONGEST_SHOWN // 2, len(short)) if len(short) == LONGEST_SHOWN else len(short)
    at = at if at > 0 else len(short)
    return text[:at].rstrip(), text[at:].strip("\n")


def _whole(message: Spoken, files: Iterable[dict[str, Any]]) -> str:
    """The file in which a mail stands whole that is too long for a page."""
    if len(message.text) < LONGEST * 0.9 and len(message.html) < LONGEST * 0.9:
        return ""
    return next((one["name"] for one in files if one["name"] in ("message.txt", "message.html")), "")


def _file(one: dict[str, Any], *, is_shown: bool) -> File:
    number, name = one["pk"], path_part(one["name"])
    is_picture = one["type"] in PICTURES and one["size"] <= LARGEST_PICTURE and not is_shown
    preview = reverse("attachment-inline", args=[number, name]) if is_picture else ""
    return File(reverse("attachment", args=[number, name]), one["name"], one["size"], preview)
