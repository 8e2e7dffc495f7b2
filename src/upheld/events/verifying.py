"""Holding the record against its seals: which event was altered, removed, inserted or moved, and where the chain was."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import QuerySet, Sum

from upheld.events import witness
from upheld.events.chain import BEGINNING, ID, is_signed, is_whole, link, pack, unpack
from upheld.events.leaves import BEFORE_ALL, COLUMNS, HINT, HINTS, LEAF, Values, hints, leaf, rows
from upheld.events.models import Event, Seal
from upheld.events.sealing import Tail, tail
from upheld.kernel.ed25519 import PublicKey
from upheld.kernel.keys import number_of

SEALS_AT_ONCE = 8
KEPT = 200  # findings of which all is remembered; the others are counted
ERASED = "event.erased"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it was sealed. `event` is None where the finding is about the seal."""

    what: str
    seal: int
    event: int | None = None
    about: str = ""
    column: str = ""
    place: int | None = None

    def __str__(self) -> str:
        where = f"event {self.event}" if self.event is not None else f"seal {self.seal}"
        about = f" ({self.about})" if self.about else ""
        how = f"; column {self.column}" if self.column else ""
        moved = f"; what stands there was event {self.place}" if self.place is not None else ""
        under = f", sealed by seal {self.seal}" if self.event is not None else ""
        return f"{where}{about}: {self.what}{how}{moved}{under}"


@dataclass(slots=True)
class Report:
    """What was found. `first` is the finding with the lowest id; `counts` says how many of each kind there are."""

    events: int = 0
    seals: int = 0
    erased: int = 0
    tail: Tail = field(default_factory=lambda: Tail(0, None))
    findings: list[Finding] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def first(self) -> Finding | None:
        return self.findings[0] if self.findings else None

    @property
    def is_as_it_was(self) -> bool:
        return not self.counts


Progress = Callable[[int, int], None]


def verify(keys: Sequence[PublicKey], *, since: datetime | None = None, progress: Progress | None = None) -> Report:
    """Walk over all seals and events, or over those sealed at or after `since`; reads in chunks and keeps little.

    Nothing is locked: what is recorded meanwhile is above the last seal or under a new one.
    """
    return _Walk(keys, progress).go(since)


class _Walk:
    def __init__(self, keys: Sequence[PublicKey], progress: Progress | None) -> None:
        self.keys, self.progress = keys, progress
        self.report = Report()
        self.wrong: list[tuple[Values, int]] = []
        """Events that are not what their seal says, to see whether they stood elsewhere; with the finding's place."""
        self.missed: dict[int, bytes] = {}
        """What was sealed under an id and is not there any more."""

    def go(self, since: datetime | None) -> Report:
        before, seals = self._beginning(since)
        total = seals.aggregate(total=Sum("count"))["total"] or 0
        for seal in _in_chunks(before.number if before else 0, since):
            self._look_at_seal(seal, before)
            if before is None or seal.number > before.number:
                self._compare(seal, BEFORE_ALL if before is None and seal.number == 1 else seal.first - 1)
            before = seal
            self.report.seals += 1
            self.report.events += seal.count
            if self.progress:
                self.progress(self.report.events, total)
        self._ask_witness(before)
        self._recognise_moves()
        self.report.tail = tail()
        return self.report

    def _beginning(self, since: datetime | None) -> tuple[Seal | None, QuerySet[Seal]]:
        if since is None:
            return None, Seal.objects.all()
        chosen = Seal.objects.filter(sealed_at__gte=since)
        first = chosen.order_by("number").values_list("number", flat=True).first()
        before = None if first is None else Seal.objects.filter(number__lt=first).order_by("-number").first()
        return before, chosen

    def _find(self, what: str, seal: int, **more: object) -> None:
        self.report.counts[what] += 1
        if len(self.report.findings) < KEPT:
            self.report.findings.append(Finding(what, seal, **more))  # type: ignore[arg-type]

    # The chain

    def _look_at_seal(self, seal: Seal, before: Seal | None) -> None:
        expected = 1 if before is None else before.number + 1
        if seal.number > expected:
            others = seal.number - 1 - expected
            self._find("seal removed", expected, about=f"and {others} after it" if others else "")
        elif bytes(seal.previous) != (BEGINNING if before is None else link(before)):
            self._find("seal does not follow the one before", seal.number)
        if not is_whole(seal):
            self._find("seal altered", seal.number)
        elif not is_signed(seal, self.keys):
            self._find("seal not signed by our key", seal.number)

    def _ask_witness(self, last: Seal | None) -> None:
        seen = witness.remembered()
        if seen is None:
            return
        if last is None or seen.number > last.number:
            newest = Seal.objects.order_by("-number").values_list("number", flat=True).first() or 0
            if seen.number > newest:
                self._find("seal removed", newest + 1, about=f"this host saw seals up to {seen.number}")
        elif not seen.agrees(Seal.objects.filter(number=seen.number).only("hash").first()):
            self._find("not the seal that this host saw", seen.number)

    # The events of one seal

    def _compare(self, seal: Seal, after: int) -> None:
        found = list(rows(after, seal.last))
        actual = list(map(leaf, found))
        if pack([row[0] for row in found]) == bytes(seal.ids) and b"".join(actual) == bytes(seal.leaves):
            return
        sealed = _sealed(seal)
        present = {row[0]: (row, hashed) for row, hashed in zip(found, actual, strict=True)}
        differing = sorted(
            number
            for number in sealed.keys() | present.keys()
            if number not in sealed or number not in present or sealed[number][0] != present[number][1]
        )
        erased = _erased([number for number in differing if number in sealed])
        for number in differing:
            row, hashed = present.get(number, (None, None))
            if number in erased and erased[number] == (hashed.hex() if hashed else None):
                self.report.erased += 1
            else:
                self._name(seal, number, row, sealed.get(number))

    def _name(self, seal: Seal, number: int, row: Values | None, sealed: tuple[bytes, bytes] | None) -> None:
        if sealed is not None and len(self.missed) < KEPT:
            self.missed[number] = sealed[0]
        if row is None:
            self._find("removed", seal.number, event=number)
            return
        if len(self.wrong) < KEPT:
            self.wrong.append((row, len(self.report.findings)))
        about = f"{row[1]} of {row[2]}"
        if sealed is None:
            self._find("inserted", seal.number, event=number, about=about)
            return
        now, then = hints(row), sealed[1]
        columns = [name for at, name in enumerate(COLUMNS) if now[at * HINT :][:HINT] != then[at * HINT :][:HINT]]
        self._find("altered", seal.number, event=number, about=about, column=", ".join(columns))

    def _recognise_moves(self) -> None:
        """What was altered or inserted may be an event that stood under another id. Tried for the first findings only."""
        findings = self.report.findings
        for row, place in self.wrong:
            origin = next((other for other, was in self.missed.items() if leaf((other, *row[1:])) == was), None)
            if origin is None or origin == row[0] or place >= len(findings):
                continue
            found = findings[place]
            self.report.counts[found.what] -= 1
            self.report.counts["moved"] += 1
            findings[place] = Finding("moved", found.seal, found.event, found.about, place=origin)
        self.report.counts = +self.report.counts


def _in_chunks(after: int, since: datetime | None) -> Iterator[Seal]:
    while True:
        found = Seal.objects.filter(number__gt=after)
        if since is not None:
            found = found.filter(sealed_at__gte=since)
        seals = list(found.order_by("number")[:SEALS_AT_ONCE])
        yield from seals
        if len(seals) < SEALS_AT_ONCE:
            return
        after = seals[-1].number


def _sealed(seal: Seal) -> dict[int, tuple[bytes, bytes]]:
    """By id: the hash and the hints. Cut to the shortest part, since a seal may have been altered itself."""
    leaves, marks = bytes(seal.leaves), bytes(seal.hints)
    numbers = unpack(bytes(seal.ids)[: len(seal.ids) // ID * ID])
    whole = min(len(numbers), len(leaves) // LEAF, len(marks) // HINTS)
    return {
        number: (leaves[at * LEAF : (at + 1) * LEAF], marks[at * HINTS : (at + 1) * HINTS])
        for at, number in enumerate(numbers[:whole])
    }


def _erased(numbers: Sequence[int]) -> dict[int, str | None]:
    """Of these, those that retention or erasure took: the hash of what stands there now, or None for nothing."""
    stones = Event.objects.filter(kind=ERASED, subject__in=[f"event:{number}" for number in numbers])
    return {number_of(stone.subject): stone.data.get("leaf") for stone in stones.iterator()}
