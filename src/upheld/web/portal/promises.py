"""What was promised on a request, in the words of a letter: by when we answer, write again, or have it settled."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from upheld.commitments.models import Commitment
from upheld.commitments.policies import policy_of
from upheld.policy import Policy
from upheld.policy.model import Clause
from upheld.tickets.models import Ticket
from upheld.web.times import said

State = Commitment.State
ANSWERS = frozenset({"ticket.replied"})
SETTLES = frozenset({"ticket.resolved"})
# What else a customer is waiting for; anything not named here is a promise among colleagues.
OTHERS = {
    "ticket.plan_proposed": "You hear from us how and by when we will settle this by {when}.",
    "ticket.scheduled": "You have a date from us by {when}.",
    "ticket.followed_up": "We ask you again whether it works by {when}.",
    "ticket.root_cause_recorded": "We have written down the cause by {when}.",
}


@dataclass(frozen=True, slots=True)
class Promise:
    """One sentence. `look` is kept, late, paused or empty while it runs; `short` fits into a list."""

    text: str
    short: str
    look: str
    due_at: datetime | None


def promises(rows: Iterable[Commitment], *, zone: ZoneInfo, now: datetime) -> list[Promise]:
    """The promises that still count, as the customer reads them: at most one of each kind, the tightest first."""
    found: dict[str, Promise] = {}
    for row in rows:
        policy = policy_of(row.version_id)
        clause = policy.clauses[row.clause]
        kind = _kind(clause)
        if kind and kind not in found and row.ended_at is None and row.state != State.VOID:
            promise = _promise(row, clause, kind, policy, zone, now)
            if promise is not None:
                found[kind] = promise
    return list(found.values())


def _kind(clause: Clause) -> str:
    if clause.kept_by & ANSWERS:
        return "answer"
    if clause.kept_by & SETTLES:
        return "rise" if _raises(clause) else "settle"
    return next((kind for kind in OTHERS if kind in clause.kept_by), "")


def _promise(
    row: Commitment, clause: Clause, kind: str, policy: Policy, zone: ZoneInfo, now: datetime
) -> Promise | None:
    if row.state == State.PAUSED or row.due_at is None:
        return (
            Promise("Our time stands still while we wait for you.", "", "paused", None)
            if kind in ("answer", "settle")
            else None
        )
    when = said(row.due_at.astimezone(zone), now.astimezone(zone), "zoned")
    short = said(row.due_at.astimezone(zone), now.astimezone(zone))
    if row.due_at < now or row.state == State.BREACHED:
        return _late(kind, when, row.due_at)
    if kind == "answer":
        again = clause.renews or "ticket.customer_replied" in clause.begins
        text = f"We write to you again by {when}." if clause.renews else f"We answer by {when}."
        return Promise(
            text, f"Next word by {short}" if again and clause.renews else f"Answer by {short}", "", row.due_at
        )
    if kind == "settle":
        return Promise(f"We aim to have this settled by {when}.", f"Settled by {short}", "", row.due_at)
    if kind == "rise":
        return Promise(f"If it is not settled by {when}, it goes to {_rung(clause, policy)}.", "", "", row.due_at)
    return Promise(OTHERS[kind].format(when=when), "", "", row.due_at)


def _late(kind: str, when: str, due_at: datetime) -> Promise | None:
    """We say that we are late, and only about what the customer was told to expect."""
    if kind == "rise":
        return None
    what = {"answer": "an answer", "settle": "a solution"}.get(kind, "word on this")
    text = f"We had promised {what} by {when} and are late. We are sorry; the people in charge know of it."
    return Promise(text, "We are late", "late", due_at)


def _raises(clause: Clause) -> bool:
    return any(effect.kind == "raise" for effect in clause.on_breach)


def _rung(clause: Clause, policy: Policy) -> str:
    """Who takes it then, by the name of the rung."""
    for effect in clause.on_breach:
        ladder = policy.ladders.get(effect.value) if effect.kind == "raise" else None
        wanted = effect.options.get("to")
        rung = next((one for one in ladder.rungs if one.number == wanted), None) if ladder else None
        if rung is not None:
            return str(rung.label).lower() if str(rung.label)[1:2].islower() else str(rung.label)
    return "the next level of our team"


# -- where a request stands -----------------------------------------------------------------------------------------------

Status = Ticket.Status
STANDING = {
    Status.NEW: ("We have it", ""),
    Status.OPEN: ("We are on it", ""),
    Status.WAITING: ("Waiting for your answer", "accent"),
    Status.ON_HOLD: ("On hold", "paused"),
    Status.RESOLVED: ("Settled", "kept"),
    Status.CLOSED: ("Closed", ""),
}


def next_move(ticket: Ticket) -> list[Promise]:
    """Whose move it is, where nothing is promised because it is not ours."""
    if ticket.status == Status.WAITING:
        return [Promise("We wait for your answer.", "", "paused", None)]
    if ticket.status == Status.ON_HOLD:
        return [Promise("Somebody else has the next move. We write to you as soon as it goes on.", "", "paused", None)]
    return []


def standing(ticket: Ticket) -> tuple[str, str]:
    """Where it stands in plain words, and the look of the tag."""
    return STANDING[Status(ticket.status)]
