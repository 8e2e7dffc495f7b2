"""Hold recorded events against a policy: live history, a file, or a history that never was."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from heapq import merge
from operator import itemgetter
from typing import Any

import msgspec

from upheld.hours.forms import FIRST_YEAR, LAST_YEAR
from upheld.kernel.instants import iso, parse_instant
from upheld.kernel.keys import kind_of
from upheld.policy.fold import SubjectFold
from upheld.policy.model import Policy
from upheld.policy.packing import Shelf, pack, unpack
from upheld.policy.promises import Promises
from upheld.policy.states import CommitmentState, Event

EARLIEST, LATEST = parse_instant(f"{FIRST_YEAR}-01-01T00:00:00Z"), parse_instant(f"{LAST_YEAR}-01-01T00:00:00Z")
EXAMPLE = '{"at": "2026-03-02T14:00:00Z", "kind": "ticket.opened", "subject": "ticket:1", "data": {"priority": "P1"}}'
BYTE_ORDER_MARK = "\ufeff"
MOST_LIVE = 20_000
EPOCH, MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)


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
    decode, from_text = msgspec.json.Decoder(_Line).decode, datetime.fromisoformat
    for number, line in enumerate(lines, start=1):
        if number == 1:
            line = _without_mark(line)  # noqa: PLW2901
        if line.isspace() or not line:
            continue
        try:
            read = decode(line)
            try:
                moment = from_text(read.at)
            except ValueError:
                moment = None
            if moment is not None and moment.tzinfo is UTC:  # the usual case, in two thirds of the time
                at = (moment - EPOCH) // MICROSECOND
                if not EARLIEST <= at < LATEST:
                    within_reach(at)
            else:
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

    Memory grows neither with the events nor with the subjects: beyond `most_live` of them, those that were not heard of for the
    longest time are put aside in a temporary file. Without marks nothing is known of warnings, which takes less time.
    """

    def __init__(self, policy: Policy, *, with_marks: bool = False, most_live: int = MOST_LIVE) -> None:
        self.policy = policy
        self.with_marks = with_marks
        self.most_live = most_live
        self.subjects: dict[str, SubjectFold] = {}
        self.latest = EARLIEST
        self._promises: dict[str, Promises] = {}
        self._places: dict[str, int] = {}
        self._seen = 0
        self._shelf = Shelf()

    def apply(self, event: Event) -> None:
        """Take one event into account. Subjects on which the policy says nothing are passed over."""
        if event.at > self.latest:
            self.latest = event.at
        subject = self.subjects.get(event.subject)
        if subject is None:
            subject = self._subject(event.subject)
            if subject is None:
                return
        subject.apply(event)

    def states(self, until: int | None = None) -> Iterator[tuple[str, CommitmentState]]:
        """Every commitment of every subject, as it stands at `until`, or at the last event of all.

        Subjects come in the order in which they were first heard of.
        """
        moment = self.latest if until is None else until
        live = sorted((place, key) for key, place in self._places.items())
        aside = ((place, key, raw) for place, key, raw in self._shelf.rows() if key not in self.subjects)
        for _, key, raw in merge(((place, key, b"") for place, key in live), aside, key=itemgetter(0)):
            subject = unpack(self._promises_to(key), raw) if raw else self.subjects[key]
            for state in subject.states(moment):
                yield key, state

    def _subject(self, key: str) -> SubjectFold | None:
        """The subject of which is heard for the first time, or again after it was put aside; None where the policy is silent."""
        promises = self._promises_to(key)
        if not promises.in_order:
            return None
        if len(self.subjects) >= self.most_live:
            self._put_aside()
        found = self._shelf.find(key)
        if found is None:
            self._places[key], subject = self._seen, SubjectFold(promises)
            self._seen += 1
        else:
            self._places[key], subject = found[0], unpack(promises, found[1])
        self.subjects[key] = subject
        return subject

    def _put_aside(self) -> None:
        """The half that was not heard of for the longest time. What cannot be packed stays, and then more is allowed to."""
        moments = sorted(subject.at for subject in self.subjects.values())
        middle = moments[len(moments) // 2]
        packed = []
        for key, subject in self.subjects.items():
            raw = pack(subject) if subject.at <= middle else None
            if raw is not None:
                packed.append((self._places[key], key, raw))
        self._shelf.put(packed)
        for _, key, _ in packed:
            del self.subjects[key], self._places[key]
        if len(self.subjects) > 0.9 * self.most_live:
            self.most_live *= 2

    def _promises_to(self, key: str) -> Promises:
        kind = kind_of(key)
        promises = self._promises.get(kind)
        if promises is None:
            promises = self._promises[kind] = Promises.of(self.policy, kind, with_marks=self.with_marks)
        return promises


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
