"""Bringing the commitment rows up to the fold, and acting once on what time did.

Whoever recorded an event calls `follow` in the same transaction; the ticker calls `follow_many` for subjects whose time has
come. Both hold the subject's clock row locked, so that the events of one subject are recorded and folded one after another.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Model

from upheld.commitments.folding import (
    CACHED,
    cached_values,
    differences,
    fold_subject,
    moves_of,
    new_row,
    version_for,
)
from upheld.commitments.models import Clock, Commitment
from upheld.commitments.policies import version_in_force
from upheld.events.actions import record_many
from upheld.events.actors import Actor
from upheld.events.models import Event
from upheld.kernel.instants import from_us, iso
from upheld.policy import CommitmentState
from upheld.statements import Asked, Given, add_all, add_once, add_together, among, change_all

KEEPER = Actor("policy:", "The policy")

HELD = Asked(lambda: Clock.objects.select_for_update().filter(subject=Given("subject")))
VERSION = Asked(lambda: Clock.objects.filter(subject=Given("subject")).values_list("version_id"))
EVENTS = Asked(lambda: Event.objects.filter(among("subject", Given("subjects"))).order_by("id"))
ROWS = Asked(lambda: Commitment.objects.filter(among("subject", Given("subjects"))).order_by("id"))


def hold(subject: str) -> Clock:
    """Lock the subject until the end of the transaction, and bind it to the policy in force if it is new."""
    clock = HELD.first(subject=subject)
    if clock is None:
        add_once(Clock(subject=subject, version=version_in_force()), "subject")
        (clock,) = HELD(subject=subject)
    return clock


def version_of(subject: str) -> int:
    """The policy version that the subject is bound to, until it is moved; the one in force while it is bound to none."""
    bound = VERSION.first(subject=subject)
    return bound[0] if bound is not None else version_in_force().pk


@transaction.atomic
def follow(subject: str, *, at: datetime) -> list[Commitment]:
    """Fold the subject's events again and bring its rows up to date. Returns all its commitments."""
    return follow_many([hold(subject)], at=at)[subject]


def follow_new(
    subject: str, events: Iterable[Event], *, at: datetime, beside: Iterable[Model] = ()
) -> list[Commitment]:
    """The same for a subject that was made in this transaction: nobody else can know it, so nothing is read or locked.

    Rows `beside` are new ones of the caller's, which are written by the same statement.
    """
    version = version_in_force()
    states = fold_subject(subject, version.pk, events, at=at)
    rows = [new_row(subject, version.pk, state) for state in states]
    clock = Clock(subject=subject, version=version, next_wake_at=first_wake(rows))
    add_together([clock, *rows, *beside])
    _announce([event for state in states for event in _fresh_marks(subject, state, None)], at=at)
    return rows


def follow_many(clocks: Sequence[Clock], *, at: datetime) -> dict[str, list[Commitment]]:
    """The same for many held subjects: three reads and at most four writes, however many they are."""
    events: dict[str, list[Event]] = {clock.subject: [] for clock in clocks}
    rows: dict[str, list[Commitment]] = {clock.subject: [] for clock in clocks}
    for event in EVENTS(subjects=list(events)):
        events[event.subject].append(event)
    for row in ROWS(subjects=list(rows)):
        rows[row.subject].append(row)
    changed: list[Commitment] = []
    created: list[Commitment] = []
    happened: list[Event] = []
    woken: list[Clock] = []
    for clock in clocks:
        subject = clock.subject
        states = fold_subject(subject, clock.version_id, events[subject], at=at)
        known = {(row.clause, row.cycle): row for row in rows[subject]}
        moves = moves_of(events[subject])
        for state in states:
            version = version_for(state, moves, clock.version_id)
            cached = known.get((state.clause, state.cycle))
            happened += _fresh_marks(subject, state, cached)
            if cached is None:
                created.append(new_row(subject, version, state))
                rows[subject].append(created[-1])
            elif differences(cached, state, version):
                for name, value in cached_values(state, version).items():
                    setattr(cached, name, value)
                changed.append(cached)
        first = first_wake(rows[subject])
        if first != clock.next_wake_at:
            clock.next_wake_at = first
            woken.append(clock)
    _save(changed, created, woken)
    _announce(happened, at=at)
    return rows


def _save(changed: list[Commitment], created: list[Commitment], woken: list[Clock]) -> None:
    """One statement for each kind of change, whatever the number of rows."""
    add_all(created)
    change_all(changed, CACHED)
    change_all(woken, ["version", "next_wake_at"])


def first_wake(states: Iterable[CommitmentState | Commitment]) -> datetime | None:
    """When the ticker has to come to the subject next."""
    return min((wake for state in states if (wake := _moment(state.next_wake_at)) is not None), default=None)


def _moment(instant: datetime | int | None) -> datetime | None:
    return from_us(instant) if isinstance(instant, int) else instant


def _fresh_marks(subject: str, state: CommitmentState, row: Commitment | None) -> Iterator[Event]:
    """Events for the warnings and breaches that the row does not know yet."""
    seen = {name for name, _ in row.marks} if row is not None else set()
    return mark_events(subject, state, [mark for mark in state.marks if mark[0] not in seen])


def mark_events(subject: str, state: CommitmentState, marks: Iterable[tuple[str, int]]) -> Iterator[Event]:
    """The event of each warning and breach, at the instant at which it was due. The key makes it once, whoever comes second."""
    for name, instant in marks:
        yield Event(
            kind={"breach": "commitment.breached", "do": "commitment.came_due"}.get(name, "commitment.warned"),
            subject=subject,
            actor=KEEPER.key,
            at=from_us(instant),
            data={
                "clause": state.clause,
                "cycle": state.cycle,
                "mark": name,
                "due_at": None if state.due_at is None else iso(state.due_at),
            },
            key=f"{subject}/{state.clause}/{state.cycle}/{name}",
        )


def _announce(events: Iterable[Event], *, at: datetime) -> None:
    """Record what time did, the earliest first, as noticed now."""
    happened = sorted(events, key=lambda event: event.at)
    for event in happened:
        event.recorded_at = at
    record_many(happened)
