"""How a proof writes instants, durations and events on paper."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from upheld.compliance.evidence import Fact
from upheld.kernel.durations import format_duration

register = template.Library()
SECOND = 1_000_000
BECAUSE = {
    "ticket.merged": "merged",
    "ticket.marked_spam": "marked as spam",
    "ticket.changed": "no longer under this promise",
    "ticket.closed": "closed",
    "ticket.resolved": "resolved",
    "account.changed": "no longer under this promise",
    "commitment.moved": "moved to a policy without it",
}


@register.filter
def moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}"


@register.filter
def duration(us: int) -> str:
    """In seconds; what is shorter than one is told as that, and not as nothing."""
    return format_duration(us // SECOND * SECOND) if us >= SECOND else "under 1 s"


@register.filter
def evidence(fact: Fact | None) -> SafeString | str:
    """The event's number and that of its seal."""
    if fact is None:
        return ""
    seal = "not sealed yet" if fact.seal is None else f"seal {fact.seal}"
    return format_html('<br><span class="muted">event {}, {}</span>', fact.event, seal)


@register.filter
def at(names: Mapping[str, str], key: str) -> str:
    return names.get(key, key)


@register.filter
def because(reason: str) -> str:
    """What somebody wrote, or the event's name as a word: `ticket.marked_spam` is "marked spam"."""
    return BECAUSE.get(reason, reason)
