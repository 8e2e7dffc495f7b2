"""Replies that have not left, as the thread and the composer show them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from upheld.commitments.models import Commitment
from upheld.kernel.text import initials
from upheld.policy import Policy
from upheld.tickets.queries import Opened, Spoken
from upheld.web.desk.later import BRIEF


@dataclass(frozen=True, slots=True)
class Pending:
    """A reply that waits, or that was refused when its time came. `missed` are promises that are due before it leaves."""

    pk: int
    who: str
    initials: str
    is_mine: bool
    is_brief: bool
    is_failed: bool
    reason: str
    text: str
    send_at: datetime
    copies: str
    hidden_copies: str
    files: list[dict[str, Any]]
    missed: list[Missed]


@dataclass(frozen=True, slots=True)
class Missed:
    label: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class PutBack:
    """What came back into the composer beside the text: recipients and files."""

    pk: int
    cc: str
    bcc: str
    files: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Suggested:
    """An address that the customer's last mail was also sent to. Ticked by itself only when that mail was proved to be theirs."""

    address: str
    is_ticked: bool


def pending_on(ticket: Opened, awaited: Iterable[Commitment], policy: Policy, *, me: int) -> list[Pending]:
    """In the order in which they leave."""
    rows = list(awaited)
    return [
        _pending(one, rows, policy, me=me) for one in ticket.scheduled or () if one["state"] in ("pending", "failed")
    ]


def _pending(one: dict[str, Any], awaited: Sequence[Commitment], policy: Policy, *, me: int) -> Pending:
    send_at = datetime.fromisoformat(one["send_at"])
    is_failed = one["state"] == "failed"
    return Pending(
        pk=one["pk"],
        who=one["author_name"],
        initials=initials(one["author_name"]),
        is_mine=one["author"] == me,
        is_brief=send_at - datetime.fromisoformat(one["written_at"]) <= BRIEF,
        is_failed=is_failed,
        reason=one["reason"],
        text=one["text"],
        send_at=send_at,
        copies=", ".join(one["cc"]),
        hidden_copies=", ".join(one["bcc"]),
        files=one["files"] or [],
        missed=[] if is_failed else missed_before(send_at, awaited, policy),
    )


def missed_before(send_at: datetime, awaited: Iterable[Commitment], policy: Policy) -> list[Missed]:
    """Promises that a reply keeps, and that are due before it would leave."""
    return [
        Missed(str(clause.label), row.due_at)
        for row in awaited
        if row.due_at is not None and row.due_at < send_at and row.state == Commitment.State.RUNNING
        if (clause := policy.clauses.get(row.clause)) is not None and "ticket.replied" in clause.kept_by
    ]


def put_back_for(ticket: Opened, *, me: int) -> PutBack | None:
    """What I took back last, as long as it is not sent."""
    mine = [one for one in ticket.scheduled or () if one["state"] == "cancelled" and one["author"] == me]
    if not mine:
        return None
    last = mine[-1]
    return PutBack(last["pk"], ", ".join(last["cc"]), ", ".join(last["bcc"]), last["files"] or [])


def suggested_for(ticket: Opened, thread: Sequence[Spoken], known: Iterable[str]) -> list[Suggested]:
    """Who else the customer's last message went to, but for those who get the answer anyway."""
    last = next((one for one in reversed(thread) if one.by == "customer" and one.ticket == ticket.pk), None)
    if last is None:
        return []
    there = {ticket.requester_email.lower(), *(address.lower() for address in known)}
    return [Suggested(one, bool(last.is_proved)) for one in last.cc if one.lower() not in there]
