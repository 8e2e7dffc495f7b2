"""Hold recorded events against a policy: live history, a file, or a history that never was."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from upheld.hours.forms import FIRST_YEAR, LAST_YEAR
from upheld.kernel.instants import iso, parse_instant
from upheld.policy.fold import Plan, SubjectFold
from upheld.policy.model import Policy
from upheld.policy.states import CommitmentState, Event

EARLIEST, LATEST = parse_instant(f"{FIRST_YEAR}-01-01T00:00:00Z"), parse_instant(f"{LAST_YEAR}-01-01T00:00:00Z")
EXAMPLE = '{"at": "2026-03-02T14:00:00Z", "kind": "ticket.opened", "subject": "ticket:1", "data": {"priority": "P1"}}'
BYTE_ORDER_MARK = "\ufeff"


class ReplayError(ValueError):
    """A line of the history cannot be read. The text names the line and what is wrong with it."""


class _Line(msgspec.Struct, gc=False):
    at: str
    kind: str
    subject: str
    actor: str | None = None
    data: dict[str, Any] | None = None


def read_events(lines: Iterable[str | bytes]) -> Iterator[Event]:
    """The events of a JSON-lines file, one at a time. Empty lines are skipped; raises ReplayError for what is no event."""
    decode = msgspec.json.Decoder(_Line).decode
    for number, line in enumerate(lines, start=1):
        if number == 1:
            line = _without_mark(line)  # noqa: PLW2901
        if line.isspace() or not line:
            continue
        try:
            read = decode(line)
            at = within_reach(parse_instant(read.at))
        except (msgspec.MsgspecError, UnicodeError, ValueError) as error:
            raise ReplayError(
                f"line {number}: {str(error).rstrip('.')}. An event is one line such as {EXAMPLE}"
            ) from None
        yield Event(at, read.kind, read.subject, read.actor or "", read.data or {})


def within_reach(at: int) -> int:
    """The instant itself if calendars reach so far; else ReplayError."""
    if not EARLIEST <= at < LATEST:
        raise ReplayError(f"{iso(at)} lies outside the years that calendars reach, {FIRST_YEAR} to {LAST_YEAR - 1}")
    return at


class Replay:
    """Folds the events of many subjects in one pass, in the order given.

    Memory grows with the commitments, not with the events. Without marks nothing is known of warnings, which takes less time.
    """

    def __init__(self, policy: Policy, *, with_marks: bool = False) -> None:
        self.policy = policy
        self.with_marks = with_marks
        self.subjects: dict[str, SubjectFold] = {}
        self.latest = EARLIEST
        self._plans: dict[str, Plan] = {}

    def apply(self, event: Event) -> None:
        """Take one event into account. Subjects on which the policy says nothing are passed over."""
        if event.at > self.latest:
            self.latest = event.at
        subject = self.subjects.get(event.subject)
        if subject is None:
            plan = self._plan(event.subject)
            if not plan.promises:
                return
            subject = self.subjects[event.subject] = SubjectFold(plan)
        subject.apply(event)

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
    if until is not None:
        within_reach(until)
    run = Replay(policy)
    for event in events:
        if until is None or event.at <= until:
            run.apply(event)
    return run.states(until)


def _without_mark(line: str | bytes) -> str | bytes:
    """The first line without the mark that some programs write before a text."""
    return line.removeprefix(BYTE_ORDER_MARK) if isinstance(line, str) else line.removeprefix(BYTE_ORDER_MARK.encode())
