"""The commitments behind a figure, one line each: which, due when, ended when, late by how much."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from upheld.accounts.models import Account
from upheld.commitments.models import Commitment
from upheld.kernel.keys import kind_of, number_of, numbers_of
from upheld.people.models import Agent
from upheld.tickets.models import Ticket

STATES = ("breached", "kept", "waived", "running", "void")
SIZE = 50


@dataclass(frozen=True, slots=True)
class Case:
    """A commitment as a line of a list. `title` is that of the ticket, or the name of the account or the agent."""

    pk: int
    subject: str
    clause: str
    cycle: int
    state: str
    began_at: datetime
    due_at: datetime | None
    ended_at: datetime | None
    late_s: float | None
    at: datetime | None
    title: str = ""

    @property
    def kind(self) -> str:
        return kind_of(self.subject)

    @property
    def number(self) -> int:
        return number_of(self.subject)


@dataclass(frozen=True, slots=True)
class Page:
    """Some cases in order; `after` is the key of the last one when more follow."""

    cases: list[Case]
    after: str = ""


def cases(clause: str, state: str, *, since: datetime, until: datetime, after: str = "", size: int = SIZE) -> Page:
    """Those that were decided so in the period, the latest first; or those that run now, the tightest first.

    Found by index and by the key of the last line, never by counting off. Two or three queries, titles included.
    """
    if state == "running":
        return tightest(clause, after=after, size=size)
    column = "due_at" if state == "breached" else "ended_at"
    rows = Commitment.objects.filter(clause=clause, state=state, **{f"{column}__gte": since, f"{column}__lt": until})
    moment, number = _parsed(after)
    if moment is not None:
        rows = rows.filter(**{f"{column}__lte": moment}).exclude(Q(**{column: moment}) & Q(pk__gte=number))
    return _page(list(rows.order_by(f"-{column}", "-pk")[: size + 1]), column, size)


def tightest(clause: str, *, after: str = "", size: int = SIZE) -> Page:
    """Those of the clause that run now, by due time. Paused ones have none and are left out."""
    rows = Commitment.objects.filter(clause=clause, state=Commitment.State.RUNNING, due_at__isnull=False)
    moment, number = _parsed(after)
    if moment is not None:
        rows = rows.filter(due_at__gte=moment).exclude(Q(due_at=moment) & Q(pk__lte=number))
    return _page(list(rows.order_by("due_at", "pk")[: size + 1]), "due_at", size)


def _page(rows: Sequence[Commitment], column: str, size: int) -> Page:
    shown = rows[:size]
    titles = titles_of([row.subject for row in shown])
    found = [
        Case(
            row.pk, row.subject, row.clause, row.cycle, row.state, row.began_at, row.due_at, row.ended_at,
            None if row.late is None or row.state != Commitment.State.BREACHED else row.late / 1_000_000,
            getattr(row, column), titles.get(row.subject, ""),
        )
        for row in shown
    ]  # fmt: skip
    last = found[-1] if found and len(rows) > size else None
    return Page(found, f"{last.at.isoformat()}_{last.pk}" if last is not None and last.at is not None else "")


def titles_of(subjects: Collection[str]) -> dict[str, str]:
    """What people call the subjects. One query for each kind of subject among them."""
    kinds: dict[str, tuple[QuerySet[Any], str]] = {
        "ticket": (Ticket.objects.all(), "title"),
        "account": (Account.objects.all(), "name"),
        "agent": (Agent.objects.all(), "person__name"),
    }
    numbers = {kind: numbers_of(subjects, kind) for kind in kinds}
    return {
        f"{kind}:{pk}": name
        for kind, (rows, name_field) in kinds.items()
        if numbers[kind]
        for pk, name in rows.filter(pk__in=numbers[kind]).values_list("pk", name_field)
    }


def _parsed(key: str) -> tuple[datetime | None, int]:
    moment, _, number = key.rpartition("_")
    try:
        found = datetime.fromisoformat(moment)
        return (found if found.tzinfo is not None else None), int(number)
    except ValueError:
        return None, 0
