"""Lines of the queue as HTML.

A line is a pure function of what it shows, so it is remembered: twelve people who look at one queue, and every live refresh, draw
only the lines that differ.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django.template.loader import get_template
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from upheld.kernel.text import initials
from upheld.people.models import Agent
from upheld.tickets import queues
from upheld.tickets.models.ticket import TicketQuerySet
from upheld.tickets.queues import Line
from upheld.web import names
from upheld.web.chips import Chip, chip
from upheld.web.times import said

REMEMBERED = 4096
CHANNEL_ICONS = {
    "email": "mail",
    "phone": "phone",
    "chat": "message-circle",
    "portal": "globe",
    "social": "at-sign",
    "forum": "messages-square",
}


@dataclass(frozen=True, slots=True)
class Row:
    """What a line shows, in the words that it shows."""

    pk: str
    href: str
    title: str
    preview: str
    who: str
    account: str
    plan: str
    priority: str
    priority_label: str
    rank: int
    status: str
    channel: str
    channel_icon: str
    is_ours: bool
    is_unread: bool
    assignee: str
    assignee_initials: str
    is_mine: bool
    chip: Chip | None
    more: int
    changed: str


def drawn(lines: Sequence[Line], agent: Agent, now: datetime) -> list[SafeString]:
    """The lines as HTML. One query, for their commitments."""
    awaited = queues.awaited([line.key for line in lines])
    address = reverse("desk:ticket", args=[0])
    return [draw(row_of(line, awaited.get(line.key), agent, now, address)) for line in lines]


def drawn_from(tickets: TicketQuerySet, agent: Agent, now: datetime, *, size: int) -> list[SafeString]:
    """The tightest few on another page. Two queries."""
    return drawn(queues.lines(tickets, agent.person, size), agent, now)


@lru_cache(maxsize=REMEMBERED)
def draw(row: Row) -> SafeString:
    return SafeString(get_template("desk/parts/row.html").render({"row": row}))


def row_of(line: Line, awaited: queues.Awaited | None, agent: Agent, now: datetime, address: str) -> Row:
    """`address` is that of ticket 0: building it anew for each line costs more than the rest of the line."""
    assignee = line.assignee_name or line.assignee_email or ""
    return Row(
        pk=str(line.pk),
        href=address.replace("/0/", f"/{line.pk}/"),
        title=line.title,
        preview=line.preview,
        who=line.requester_name or line.requester_email,
        account=line.account or "no account",
        plan=names.label("plans", line.plan),
        priority=line.priority,
        priority_label=names.label("priorities", line.priority),
        rank=names.rank(line.priority),
        status=line.status,
        channel=names.label("channels", line.channel),
        channel_icon=CHANNEL_ICONS.get(line.channel, "message-square"),
        is_ours=line.last_message_by == "staff",
        is_unread=line.is_unread,
        assignee=assignee,
        assignee_initials=initials(assignee) if assignee else "",
        is_mine=line.assignee == agent.pk,
        chip=chip(awaited, now) if awaited else None,
        more=awaited.more if awaited else 0,
        changed="" if awaited else said(timezone.localtime(line.changed_at), timezone.localtime(now)),
    )
