"""Hold recorded events against a policy: live history, a file, or a history that never was."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from upheld.kernel.instants import parse_instant
from upheld.policy.fold import Plan, SubjectFold
from upheld.policy.model import Policy
from upheld.policy.states import CommitmentState, Event


class ReplayError(ValueError):
    """A line of the history cannot be read. The text names the line and what is wrong with it."""


class _Line(msgspec.Struct):
    at: str
    kind: str
    subject: str
    actor: str = ""
    data: dict[str, Any] = {}


def read_events(lines: Iterable[str | bytes]) -> Iterator[Event]:
    """The events of a JSON-lines file, one at a time. Empty lines are skipped; raises ReplayError for what is no event."""

    decoder = msgspec.json.Decoder(_Line)
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            read = decoder.decode(line)
            yield Event(parse_instant(read.at), read.kind, read.subject, read.actor, read.data)
        except (msgspec.MsgspecError, UnicodeDecodeError, ValueError) as error:
            raise ReplayError(f"line {number}: {error}") from None


class Replay:
    """Folds the events of many subjects in one pass, in the order given.

    Memory grows with the subjects, not with their events.
    """

    def __init__(self, policy: Policy, *, with_marks: bool = False) -> None:
        self.policy = policy
        self.with_marks = with_marks
        self.subjects: dict[str, SubjectFold] = {}
        self.events = 0
        self.latest = 0
        self._plans: dict[str, Plan] = {}

    def apply(self, event: Event) -> None:
        subject = self.subjects.get(event.subject)
        if subject is None:
            subject = self.subjects[event.subject] = SubjectFold(self._plan(event.subject))
        subject.apply(event)
        self.events += 1
        if event.at > self.latest:
            self.latest = event.at

    def states(self, until: int | None = None) -> Iterator[tuple[str, CommitmentState]]:
        """Every commitment of every subject, as it stands at `until`, or at the last event of all."""
        moment = self.latest if until is None else until
        for key, subject in self.subjects.items():
            for state in subject.states(moment):
                yield key, state

    def _plan(self, key: str) -> Plan:
        kind = key.partition(":")[0]
        plan = self._plans.get(kind)
        if plan is None:
            plan = self._plans[kind] = Plan.of(self.policy, kind, with_marks=self.with_marks)
        return plan


def replay(
    policy: Policy, events: Iterable[Event], *, until: int | None = None
) -> Iterator[tuple[str, CommitmentState]]:
    """The commitments that `events` lead to under `policy`. Events after `until` have not happened yet."""
    run = Replay(policy)
    for event in events:
        if until is None or event.at <= until:
            run.apply(event)
    return run.states(until)
