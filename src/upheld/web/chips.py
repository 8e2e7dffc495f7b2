"""Commitments as chips: a word for what is awaited, the time left, and the share of the time that is used.

The server draws them whole; static/upheld/countdown.js only lets the minutes run.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from upheld.commitments.models import Commitment
from upheld.commitments.policies import policy_of
from upheld.hours import BeyondCalendar, Calendar, NeverOpen
from upheld.kernel.instants import to_us
from upheld.policy.model import Clause
from upheld.tickets.queues import Awaited
from upheld.web.times import span

SOON = 0.9  # from this share on a chip is amber
State = Commitment.State

# What somebody has to do to keep it, in a word: an agent reads the act and not the promise's name.
ACTS = {
    "ticket.replied": "reply",
    "ticket.resolved": "resolve",
    "ticket.plan_proposed": "plan",
    "ticket.scheduled": "schedule",
    "ticket.raised": "raise",
    "ticket.reviewed_by_manager": "review",
    "ticket.followed_up": "follow up",
    "ticket.root_cause_recorded": "root cause",
    "ticket.reviewed": "review",
    "ticket.surveyed": "survey",
    "ticket.assigned": "assign",
}
LOOKS = {State.KEPT: "kept", State.PAUSED: "paused", State.WAIVED: "waived", State.VOID: "void", State.BREACHED: "late"}
STILL = {"paused": "paused", "kept": "kept", "late": "was late", "waived": "waived", "void": "void"}
ICONS = {
    "late": "circle-alert",
    "soon": "clock-alert",
    "paused": "circle-pause",
    "kept": "check",
    "waived": "circle-slash",
    "void": "circle-slash",
}


@dataclass(frozen=True, slots=True)
class Chip:
    """All that the template needs. `due_ms` and `soon_ms` are set while a clock runs; instants in milliseconds."""

    word: str
    time: str
    look: str
    title: str
    share: float = 0.0
    due_ms: int | None = None
    soon_ms: int | None = None
    has_bar: bool = False
    href: str = ""

    @property
    def percent(self) -> float:
        return round(min(1.0, self.share) * 100, 1)

    @property
    def icon(self) -> str:
        return ICONS.get(self.look, "")


def act_of(clause: Clause) -> str:
    """`reply`, `update`, `resolve` …; for acts without a word of ours, the clause's own name."""
    for kind, word in ACTS.items():
        if kind in clause.kept_by:
            return "update" if clause.renews and word == "reply" else word
    return str(clause.label).lower()


def chip(row: Commitment | Awaited, now: datetime, *, in_full: bool = False, href: str = "") -> Chip:
    """The chip of a commitment row. `in_full` says the clause's name instead of the act. Costs no query."""
    policy = policy_of(row.version_id)
    clause = policy.clauses[row.clause]
    word = str(clause.label) if in_full else act_of(clause)
    calendar = policy.calendars[row.calendar]
    if row.ended_at is not None or row.due_at is None or row.state in (State.PAUSED, State.WAIVED, State.VOID):
        return _still(row, word, str(clause.label), href)
    used = row.used + calendar.between(to_us(row.since_at), max(to_us(row.since_at), to_us(now)))
    share = min(1.0, used / row.target) if row.target else 1.0
    left = (row.due_at - now).total_seconds()
    look = "late" if left <= 0 else "soon" if share >= SOON else ""
    return Chip(
        word=word,
        time=span(left) if left > 0 else f"{span(-left)} late",
        look=look,
        title=f"{clause.label}: {'due' if left > 0 else 'was due'} {row.due_at:%Y-%m-%d %H:%M} UTC",
        share=round(share, 2),
        due_ms=to_us(row.due_at) // 1000,
        soon_ms=_soon(row, calendar) // 1000,
        has_bar=True,
        href=href,
    )


def _still(row: Commitment | Awaited, word: str, label: str, href: str) -> Chip:
    look = LOOKS.get(State(row.state), "")
    time = STILL.get(look, "no hours")
    share = row.used / row.target if row.target else 0.0
    return Chip(
        word=word,
        time=time,
        look=look,
        title=f"{label}: {time}",
        share=round(min(1.0, share), 4),
        has_bar=look == "paused",
        href=href,
    )


def _soon(row: Commitment | Awaited, calendar: Calendar) -> int:
    """The instant from which the chip is amber."""
    try:
        return calendar.add(to_us(row.since_at), max(0, round(row.target * SOON) - row.used))
    except (NeverOpen, BeyondCalendar):
        return to_us(row.since_at)
