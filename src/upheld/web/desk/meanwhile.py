"""What others said on a ticket while somebody wrote an answer to it: nobody sends past it without having seen it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from upheld.kernel.text import shortened
from upheld.people.models import Person
from upheld.tickets.models import Message, ScheduledReply, Ticket
from upheld.tickets.queries import Opened, Spoken

SHOWN: Final = 4
GLIMPSE: Final = 280


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """Something new: who, what they did, and how it begins. `href` points at it on the page."""

    who: str
    did: str
    glimpse: str
    at: datetime
    href: str


def mark_of(ticket: Opened, thread: Sequence[Spoken]) -> str:
    """Up to where this page shows the ticket: its newest message and its newest waiting reply."""
    waiting = [one["pk"] for one in ticket.scheduled or ()]
    return f"{max((one.pk for one in thread), default=0)}-{max(waiting, default=0)}"


def since(ticket: Ticket, mark: str, *, me: Person) -> list[Meanwhile]:
    """What customers and colleagues said to one another after `mark`, oldest first. Nothing for a mark that is none."""
    seen, _, waiting = mark.partition("-")
    if not (seen.isdecimal() and waiting.isdecimal()) or max(len(seen), len(waiting)) > 18:
        return []
    said = Message.objects.public().filter(ticket=ticket, pk__gt=int(seen)).exclude(by=Message.By.SYSTEM)
    about_to = ScheduledReply.objects.pending().filter(ticket=ticket, pk__gt=int(waiting))
    messages = said.exclude(author=me).select_related("author").order_by("pk")[:SHOWN]
    replies = about_to.exclude(author=me).select_related("author").order_by("pk")[:SHOWN]
    return [*map(_of_message, messages), *map(_of_reply, replies)]


def _of_message(one: Message) -> Meanwhile:
    who = str(one.author) if one.author is not None else "Somebody"
    did = "wrote" if one.by == Message.By.CUSTOMER else "replied"
    return Meanwhile(who, did, shortened(one.text, GLIMPSE), one.at, f"#m{one.pk}")


def _of_reply(one: ScheduledReply) -> Meanwhile:
    return Meanwhile(str(one.author), "is about to reply", shortened(one.text, GLIMPSE), one.written_at, f"#s{one.pk}")


def newest_of_customer(thread: Iterable[Spoken]) -> datetime | None:
    return max((one.at for one in thread if one.by == Message.By.CUSTOMER), default=None)
