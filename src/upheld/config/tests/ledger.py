"""What should have happened, counted without the fold: by adding minutes to the times of events, from the text of the policy.

All tickets of a drill are critical, of an enterprise customer, and came by mail, so that every calendar is always open. Nobody
has taken them and nobody is on call, so that whatever is to be told is told to the team's lead.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from upheld.channels.models import OutgoingMail
from upheld.commitments.verifying import verify
from upheld.events.models import Event
from upheld.people.models import Notification
from upheld.tickets.models import Escalation, Ticket

OPENED, REOPENED, REPLIED, RESOLVED, WROTE = (
    f"ticket.{kind}" for kind in ("opened", "reopened", "replied", "resolved", "customer_replied")
)


@dataclass(frozen=True, slots=True)
class Promise:
    """A clause of techflow as its text says it: what begins and what ends it, and after how many minutes each mark is due.

    `told` is how many people each kind of mark tells; `raises` is the place of the effect that raises, and to which rung.
    """

    begins: tuple[str, ...]
    ends: tuple[str, ...]
    marks: dict[str, float]
    told: dict[str, list[int]]
    raises: tuple[int, int | None] | None = None
    renews: bool = False


PROMISES = {
    "first-response": Promise(
        (OPENED,),
        (REPLIED,),
        {"50%": 7.5, "90%": 13.5, "breach": 15},
        {"50%": [0], "90%": [0], "breach": [0]},
        (1, None),
    ),
    "mail-answer": Promise((OPENED,), (REPLIED,), {"90%": 54, "breach": 60}, {"90%": [0], "breach": [0]}),
    "next-answer": Promise(
        (WROTE, REOPENED),
        (REPLIED, RESOLVED),
        {"50%": 30, "90%": 54, "breach": 60},
        {"50%": [0], "90%": [0], "breach": [0]},
    ),
    "p1-update": Promise(
        (OPENED, REOPENED), (REPLIED,), {"30m": 210, "breach": 240}, {"30m": [0, 1], "breach": [0, 1]}, renews=True
    ),
    "p1-reaches-level-2": Promise(
        (OPENED, REOPENED), (RESOLVED,), {"90%": 108, "breach": 120}, {"90%": [0, 1], "breach": [1]}, (0, 2)
    ),
    "p1-reaches-level-3": Promise(
        (OPENED, REOPENED), (RESOLVED,), {"90%": 216, "breach": 240}, {"90%": [0, 1, 2], "breach": [1, 2]}, (0, 3)
    ),
}


@dataclass
class Ledger:
    """Expected against found. Every list is empty when all is well; each entry says what is missing, double or too much."""

    counts: dict[str, int] = field(default_factory=dict)
    wrong: dict[str, list[str]] = field(default_factory=dict)

    @property
    def is_right(self) -> bool:
        return not any(self.wrong.values())

    def compare(self, what: str, expected: Counter[str], found: Counter[str]) -> None:
        self.counts[what] = found.total()
        missing = [f"missing: {one}" for one in sorted((expected - found).elements())]
        self.wrong[what] = missing + [f"too much: {one}" for one in sorted((found - expected).elements())]

    def as_data(self) -> dict[str, Any]:
        wrong = {what: found[:20] for what, found in self.wrong.items() if found}
        return {"counted": self.counts, "wrong": wrong, "is_right": self.is_right}


@dataclass(frozen=True, slots=True)
class Mark:
    ticket: str
    clause: str
    cycle: int
    name: str
    at: datetime

    @property
    def key(self) -> str:
        return f"{self.ticket}/{self.clause}/{self.cycle}/{self.name}"


def settle(until: datetime) -> Ledger:
    """Count everything that had to happen until then. Call it when nothing happens any more."""
    ledger = Ledger()
    announced = {
        str(event.key): event for event in Event.objects.filter(kind__in=("commitment.warned", "commitment.breached"))
    }
    marks: list[Mark] = []
    for ticket in Ticket.objects.order_by("id"):
        events = list(Event.objects.about(ticket.key))
        marks += [mark for mark in _marks(ticket.key, events, announced) if mark.at < until]
    for name in ("warned", "breached"):
        expected = Counter(f"{m.key} at {m.at}" for m in marks if (m.name == "breach") is (name == "breached"))
        found = [event for event in announced.values() if event.kind == f"commitment.{name}"]
        ledger.compare(name, expected, Counter(f"{event.key} at {event.at}" for event in found))
    _escalations(ledger, marks)
    _told(ledger, marks)
    ledger.wrong["verify"] = [str(one) for one in verify()]
    ledger.wrong["jobs left"] = list(_jobs_left())
    late = [(event.recorded_at - event.at).total_seconds() for event in announced.values()]
    ledger.counts["noticed within 2 s"] = sum(seconds < 2 for seconds in late)
    return ledger


def _marks(ticket: str, events: list[Event], announced: dict[str, Event]) -> Iterator[Mark]:
    for clause, promise in PROMISES.items():
        cycle, began = 0, None
        for event in events:
            if began is not None and event.kind in promise.ends:
                yield from _cycle(ticket, clause, cycle, began, event, announced)
                began = event.at if promise.renews else None
                cycle += promise.renews
            elif began is None and event.kind in promise.begins:
                cycle, began = cycle + 1, event.at
        if began is not None:
            yield from _cycle(ticket, clause, cycle, began, None, announced)


def _cycle(
    ticket: str, clause: str, cycle: int, began: datetime, end: Event | None, announced: dict[str, Event]
) -> Iterator[Mark]:
    """The marks of one cycle: those whose time came before its end, or that had been announced before its end was recorded."""
    is_late = False
    for name, minutes in PROMISES[clause].marks.items():
        mark = Mark(ticket, clause, cycle, name, began + timedelta(minutes=minutes))
        known = announced.get(mark.key)
        if end is None or mark.at < end.at or (known is not None and known.pk < end.pk):
            assert not is_late
            yield mark
        else:
            is_late = True


def _escalations(ledger: Ledger, marks: list[Mark]) -> None:
    """One rung up for the first answer, to the second and the third for the others, in the order of time."""
    expected: Counter[str] = Counter()
    now_on: dict[str, int] = {}
    for mark in sorted(marks, key=lambda mark: mark.at):
        raises = PROMISES[mark.clause].raises
        if mark.name != "breach" or raises is None:
            continue
        place, to = raises
        before = now_on.get(mark.ticket, 1)
        rung = min(before + 1, 4) if to is None else to
        if rung > before:
            now_on[mark.ticket] = rung
            expected[f"{mark.key}/{place} to rung {rung}"] += 1
    found = Counter(f"{row.key} to rung {row.rung}" for row in Escalation.objects.all())
    ledger.compare("raised", expected, found)
    raised = Event.objects.filter(kind="ticket.raised")
    rows = Counter(f"{row.ticket.key} {row.rung}" for row in Escalation.objects.select_related("ticket"))
    ledger.compare("raised events", rows, Counter(f"{event.subject} {event.data['rung']}" for event in raised))
    levels = {f"ticket:{pk} on level {level}" for pk, level in Ticket.objects.values_list("pk", "level")}
    wanted = {f"{ticket.key} on level {max(now_on.get(ticket.key, 1), 1)}" for ticket in Ticket.objects.all()}
    ledger.compare("levels", Counter(wanted), Counter(levels))


def _told(ledger: Ledger, marks: list[Mark]) -> None:
    """Who was told of what, in the workspace and by mail: keys with the person."""
    told: Counter[str] = Counter()
    mailed: Counter[str] = Counter()
    for mark in marks:
        for place in PROMISES[mark.clause].told[mark.name]:
            told[f"{mark.key}/{place} lead"] += 1
            if mark.name == "breach":
                mailed[f"{mark.key}/{place} lead"] += 1
    for event in Event.objects.filter(kind__in=(OPENED, WROTE, "ticket.raised")):
        by_mail = {"lead"} | ({"senior"} if event.data.get("rung") == 2 else set())
        here = {"agent", "lead", "senior"} if event.kind == OPENED else by_mail
        told.update(f"{event.pk} {name}" for name in here)
        mailed.update(f"{event.pk} {name}" for name in by_mail)
    rows = Notification.objects.select_related("person")
    ledger.compare("told", told, Counter(f"{row.key} {row.person.email.partition('@')[0]}" for row in rows))
    mails = OutgoingMail.objects.filter(key__startswith="notice:").values_list("key", "recipients")
    found = Counter(f"{key.removeprefix('notice:').rpartition(':')[0]} {to[0].partition('@')[0]}" for key, to in mails)
    ledger.compare("told by mail", mailed, found)
    replies = Counter(f"message:{pk}" for pk in _replies())
    sent = OutgoingMail.objects.filter(key__startswith="message:").values_list("key", flat=True)
    ledger.compare("replies mailed", replies, Counter(sent))


def _replies() -> list[int]:
    return [event.data["message"] for event in Event.objects.filter(kind=REPLIED)]


def _jobs_left() -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT status, task_name, count(*) FROM procrastinate_jobs WHERE status NOT IN ('succeeded')"
            " AND (task_name = 'events.react' OR status IN ('failed', 'aborted', 'doing')) GROUP BY 1, 2"
        )
        for status, task, number in cursor.fetchall():
            yield f"{number} {status} {task}"
