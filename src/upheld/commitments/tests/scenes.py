"""A small policy of two clauses, and subjects that are nobody's tickets: commitments tested without the rooms above."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import transaction

from upheld.commitments.folding import OWN_EVENTS
from upheld.commitments.following import follow, hold
from upheld.commitments.models import Commitment
from upheld.events.actions import record
from upheld.events.actors import Actor
from upheld.events.models import Event

MONDAY = datetime(2026, 3, 2, 15, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
LEAD = Actor("agent:3")
SUBJECT = "ticket:1"

POLICY = """
name: harbour
version: {version}
plans: [standard]
priorities: {{P1: {{name: Critical}}, P2: {{name: High}}}}
"""
HOURS = """
calendars:
  always: {open: always}
  office: {zone: Europe/Berlin, weekly: {mon-fri: "09:00-17:00"}}
"""
COMMITMENTS = """
answer:
  name: Answer
  on: ticket
  begins: ticket.opened
  kept_by: ticket.replied
  void_by: ticket.merged
  pauses_while: {{status: waiting_on_customer}}
  calendar: always
  within: {{by: priority, P1: {answer}, P2: 4h}}
  warn: [50%, 90%]
update:
  name: Update
  on: ticket
  when: {{priority: P1}}
  begins: ticket.opened
  kept_by: ticket.replied
  renews: true
  until: ticket.resolved
  within: 4h
  calendar: always
  warn: [30m]
"""


def write_policy(folder: Path, *, version: int = 1, answer: str = "1h") -> Path:
    """The folder of a policy whose first answer to a critical ticket is due after `answer`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "policy.yaml").write_text(POLICY.format(version=version))
    (folder / "hours.yaml").write_text(HOURS)
    (folder / "commitments.yaml").write_text(COMMITMENTS.format(answer=answer))
    return folder


@transaction.atomic
def happen(kind: str, at: datetime, *, subject: str = SUBJECT, **data: Any) -> list[Commitment]:
    """Record it and let the commitments follow, as every action does."""
    hold(subject)
    record(f"ticket.{kind}", subject, by=LEAD, at=at, data=data)
    return follow(subject, at=at)


def opened(subject: str = SUBJECT, *, at: datetime = MONDAY, priority: str = "P1") -> None:
    happen("opened", at, subject=subject, priority=priority, status="new")


def row(clause: str = "answer", cycle: int = 1, subject: str = SUBJECT) -> Commitment:
    return Commitment.objects.get(subject=subject, clause=clause, cycle=cycle)


def marks(subject: str = SUBJECT) -> list[tuple[str, str, datetime]]:
    """The warnings and breaches that were announced, by time: clause, mark, instant."""
    events = Event.objects.filter(subject=subject, kind__in=OWN_EVENTS)
    return sorted(
        ((event.data["clause"], event.data["mark"], event.at) for event in events), key=lambda mark: (mark[2], mark[0])
    )
