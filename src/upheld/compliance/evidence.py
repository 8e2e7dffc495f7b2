"""Each commitment with the events that began, breached and ended it, and the seals of those events."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, islice

from django.db import connection

from upheld.accounts.models import Account
from upheld.commitments.folding import OWN_EVENTS, as_value
from upheld.commitments.models import Commitment
from upheld.commitments.policies import policy_of
from upheld.events.models import Event
from upheld.kernel.instants import to_us
from upheld.kernel.keys import kind_of, number_of, numbers_of
from upheld.policy import Clause
from upheld.tickets.models import Ticket

CHUNK = 500
WAIVED, BREACHED = "commitment.waived", "commitment.breached"
SEALS_OF = """
SELECT event, (SELECT number FROM events_seal WHERE last >= event ORDER BY last LIMIT 1) FROM unnest(%s::bigint[]) AS event
"""


@dataclass(frozen=True, slots=True)
class Fact:
    """An event and its seal; `seal` is None while it is not sealed yet."""

    event: int
    kind: str
    seal: int | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One commitment of a proof. `late` is microseconds of open time after the due time; `account` the customer's name."""

    subject: str
    account: str
    clause: str
    cycle: int
    version: int
    state: str
    began_at: datetime
    due_at: datetime | None
    ended_at: datetime | None
    late: int | None
    began: Fact | None
    breached: Fact | None
    ended: Fact | None
    reason: str

    @property
    def kind(self) -> str:
        return kind_of(self.subject)

    @property
    def number(self) -> int:
        return number_of(self.subject)

    @property
    def reference(self) -> str:
        """What people call it: `#42` for a ticket, the key for everything else."""
        return f"#{self.number}" if self.kind == "ticket" else self.subject


def lines(commitments: Iterable[Commitment]) -> Iterator[Line]:
    """Read in chunks of a few hundred, four queries for each, whatever comes."""
    rows = iter(commitments)
    while chunk := list(islice(rows, CHUNK)):
        yield from _lines(chunk)


def _lines(rows: Sequence[Commitment]) -> Iterator[Line]:
    subjects = {row.subject for row in rows}
    recorded = Event.objects.filter(subject__in=subjects).order_by("subject", "id")
    histories = {key: _History(list(found)) for key, found in groupby(recorded, lambda event: event.subject)}
    accounts = account_names(subjects)
    found = []
    for row in rows:
        clause = policy_of(row.version_id).clauses.get(row.clause)
        history = histories.get(row.subject) or _History([])
        began = history.beginning(row, clause)
        found.append((row, began, history.breach(row), history.end(row, clause, began)))
    seals = _seals({event.pk for _, *facts in found for event in facts if event is not None})
    for row, *facts in found:
        began_fact, breach, end = (
            None if event is None else Fact(event.pk, event.kind, seals[event.pk]) for event in facts
        )
        yield Line(
            subject=row.subject, account=accounts.get(row.subject, ""), clause=row.clause, cycle=row.cycle,
            version=row.version_id, state=row.state, began_at=row.began_at, due_at=row.due_at, ended_at=row.ended_at,
            late=row.late if row.state == Commitment.State.BREACHED else None, began=began_fact, breached=breach, ended=end,
            reason=_reason(row, facts[2]),
        )  # fmt: skip


class _History:
    """The events of one subject, by the instant at which the fold took them.

    An event whose time lies before its predecessor's counts at the predecessor's.
    """

    def __init__(self, events: Sequence[Event]) -> None:
        self.by_instant: dict[int, list[Event]] = {}
        self.marks = {event.key: event for event in events if event.kind == BREACHED}
        latest = 0
        for event in events:
            if event.kind.partition(".")[0] in ("commitment", kind_of(event.subject)):
                latest = max(latest, as_value(event).at)
                if event.kind not in OWN_EVENTS:
                    self.by_instant.setdefault(latest, []).append(event)

    def beginning(self, row: Commitment, clause: Clause | None) -> Event | None:
        """None where time alone began it, as the next in a series."""
        kinds = frozenset() if clause is None else clause.begins | (clause.kept_by if clause.renews else frozenset())
        return _first(self.by_instant.get(to_us(row.began_at), []), kinds)

    def breach(self, row: Commitment) -> Event | None:
        return self.marks.get(f"{row.subject}/{row.clause}/{row.cycle}/breach")

    def end(self, row: Commitment, clause: Clause | None, began: Event | None) -> Event | None:
        """None while it runs, and where it was kept by nothing but that the time came."""
        if row.ended_at is None:
            return None
        found = [
            event for event in self.by_instant.get(to_us(row.ended_at), []) if began is None or event.pk > began.pk
        ]
        if row.state == Commitment.State.WAIVED:
            named = (row.clause, row.cycle)
            return next(
                (one for one in found if one.kind == WAIVED and (one.data["clause"], one.data["cycle"]) == named), None
            )
        ends = frozenset() if clause is None else clause.void_by | clause.until
        if row.state != Commitment.State.VOID and clause is not None:
            ends = clause.kept_by | ends if row.state == Commitment.State.BREACHED else clause.kept_by
        return _first([one for one in found if one.kind != WAIVED], ends)


def _first(events: Sequence[Event], kinds: frozenset[str]) -> Event | None:
    """One of these kinds, else any of that instant: a change of plan or priority may begin and end as well."""
    return next((event for event in events if event.kind in kinds), events[0] if events else None)


def _reason(row: Commitment, end: Event | None) -> str:
    """Why it is neither kept nor breached: the words of who waived it, or what made it void."""
    if end is None:
        return ""
    if row.state == Commitment.State.WAIVED:
        return str(end.data.get("reason", ""))
    return end.kind if row.state == Commitment.State.VOID else ""


def _seals(events: Iterable[int]) -> dict[int, int | None]:
    with connection.cursor() as cursor:
        cursor.execute(SEALS_OF, [list(events)])
        return dict(cursor.fetchall())


def account_names(subjects: Iterable[str]) -> dict[str, str]:
    """The customer's name, by subject; our own people and incidents have none. Two queries."""
    subjects = [*subjects]
    tickets = Ticket.objects.filter(pk__in=numbers_of(subjects, "ticket")).exclude(account=None)
    accounts = Account.objects.filter(pk__in=numbers_of(subjects, "account")).values_list("pk", "name")
    named = {f"ticket:{pk}": name for pk, name in tickets.values_list("pk", "account__name")}
    return named | {f"account:{pk}": name for pk, name in accounts}
