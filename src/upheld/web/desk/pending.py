"""Replies that have not left, as the thread and the composer show them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from upheld.commitments.models import Commitment
from upheld.kernel.text import initials
from upheld.policy import Policy
from upheld.tickets.actions.scheduling import BRIEF
from upheld.tickets.queries import Opened, Spoken


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
    is_overtaken: bool


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
    without: list[str]


@dataclass(frozen=True, slots=True)
class Suggested:
    """Somebody who took part in the conversation by mail. Ticked by itself only when the mail that names them was proved to
    be the customer's, or when our last reply went to them and nobody has answered since; else `why` says what speaks against it.
    """

    address: str
    is_ticked: bool
    why: str = ""


def pending_on(
    ticket: Opened, awaited: Iterable[Commitment], policy: Policy, *, me: int, written: datetime | None = None
) -> list[Pending]:
    """In the order in which they leave. `written` is when the customer wrote last."""
    rows = list(awaited)
    shown = [one for one in ticket.scheduled or () if one["state"] in ("pending", "failed")]
    return [_pending(one, rows, policy, me=me, written=written) for one in shown]


def _pending(
    one: dict[str, Any], awaited: Sequence[Commitment], policy: Policy, *, me: int, written: datetime | None
) -> Pending:
    send_at, written_at = datetime.fromisoformat(one["send_at"]), datetime.fromisoformat(one["written_at"])
    is_brief = send_at - written_at <= BRIEF
    is_failed = one["state"] == "failed"
    return Pending(
        pk=one["pk"],
        who=one["author_name"],
        initials=initials(one["author_name"]),
        is_mine=one["author"] == me,
        is_brief=is_brief,
        is_failed=is_failed,
        reason=one["reason"],
        text=one["text"],
        send_at=send_at,
        copies=", ".join(one["cc"]),
        hidden_copies=", ".join(one["bcc"]),
        files=one["files"] or [],
        missed=[] if is_failed else missed_before(send_at, awaited, policy),
        is_overtaken=not (is_failed or is_brief) and written is not None and written > written_at,
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
    return PutBack(last["pk"], ", ".join(last["cc"]), ", ".join(last["bcc"]), last["files"] or [], last["without"])


def suggested_for(ticket: Opened, thread: Sequence[Spoken], known: Iterable[str]) -> list[Suggested]:
    """Who else takes part by mail, but for those who get the answer anyway: the writer of the last mail if it was not the
    requester, whom that mail was also sent to, and whom our own last reply was copied to.
    """
    here = [one for one in reversed(thread) if one.ticket == ticket.pk and not one.is_internal]
    last = next((one for one in here if one.by == "customer"), None)
    ours = next((one for one in here if one.by == "staff"), None)
    found: dict[str, Suggested] = {}

    def offer(address: str | None, *, is_ticked: bool, why: str) -> None:
        if address and address.lower() not in there:
            found.setdefault(address.lower(), Suggested(address, is_ticked, "" if is_ticked else why))

    there = {ticket.requester_email.lower(), *(address.lower() for address in known)}
    if last is not None:
        by_portal = last.received is None and last.channel == "portal"
        offer(last.author_email, is_ticked=bool(last.is_proved) or by_portal, why="unproved")
        for address in last.cc:
            offer(address, is_ticked=bool(last.is_proved), why="unproved")
    if ours is not None:
        is_newer = last is None or ours.at > last.at
        for address in ours.cc:
            offer(address, is_ticked=is_newer, why="left out")
    return list(found.values())
