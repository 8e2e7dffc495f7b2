"""What a simulation counts. Plain values that can be written down between two chunks of the work and taken up again."""

from __future__ import annotations

import msgspec

from upheld.policy.states import BREACHED, KEPT, VOID, WAIVED

MOST_CHANGES = 100
MOST_MISSING = 50


class Count(msgspec.Struct):
    """Cycles of a clause by how they stand. `running` are those that are not decided: paused ones too."""

    kept: int = 0
    breached: int = 0
    void: int = 0
    waived: int = 0
    running: int = 0
    late: int = 0
    late_worst: int = 0

    def add(self, state: str, late: int | None) -> None:
        if state == BREACHED:
            self.breached += 1
            self.late += late or 0
            self.late_worst = max(self.late_worst, late or 0)
        elif state == KEPT:
            self.kept += 1
        elif state == VOID:
            self.void += 1
        elif state == WAIVED:
            self.waived += 1
        else:
            self.running += 1

    @property
    def decided(self) -> int:
        return self.kept + self.breached

    @property
    def share_kept(self) -> float | None:
        """Of those that were decided; None while none was."""
        return self.kept / self.decided if self.decided else None

    @property
    def total(self) -> int:
        return self.kept + self.breached + self.void + self.waived + self.running


class Sides(msgspec.Struct):
    """One clause then and now. `better` were breached then and are not now, `worse` the other way round."""

    then: Count = msgspec.field(default_factory=Count)
    now: Count = msgspec.field(default_factory=Count)
    better: int = 0
    worse: int = 0


class Change(msgspec.Struct):
    """One cycle that changes side. A side on which there is no such cycle has the state `none`. Instants in microseconds."""

    subject: str
    clause: str
    cycle: int
    then: str
    now: str
    then_due_at: int | None
    now_due_at: int | None
    ended_at: int | None


class Effects(msgspec.Struct):
    """What warnings and breaches set off. `at_night` counts pages and urgent notices by what made it night."""

    raised: dict[str, int] = msgspec.field(default_factory=dict)
    notified: int = 0
    paged: int = 0
    at_night: dict[str, int] = msgspec.field(default_factory=dict)

    @property
    def escalations(self) -> int:
        return sum(self.raised.values())

    @property
    def nightly(self) -> int:
        return sum(self.at_night.values())


class Missing(msgspec.Struct):
    """Where what is recorded does not follow from the events, in words that name what is missing."""

    subject: str
    clause: str
    cycle: int
    what: str


class Tally(msgspec.Struct):
    """Everything counted so far. The lists are bounded; beside each stands how many there are in all."""

    subjects: int = 0
    events: int = 0
    first_at: int | None = None
    last_at: int | None = None
    clauses: dict[str, Sides] = msgspec.field(default_factory=dict)
    worse: list[Change] = msgspec.field(default_factory=list)
    better: list[Change] = msgspec.field(default_factory=list)
    effects_then: Effects = msgspec.field(default_factory=Effects)
    effects_now: Effects = msgspec.field(default_factory=Effects)
    missing: list[Missing] = msgspec.field(default_factory=list)
    inexact: int = 0
    knows_then: bool = True

    @property
    def changed(self) -> tuple[int, int]:
        """How many cycles are worse and better in all."""
        return sum(one.worse for one in self.clauses.values()), sum(one.better for one in self.clauses.values())

    def sides(self, clause: str) -> Sides:
        found = self.clauses.get(clause)
        if found is None:
            found = self.clauses[clause] = Sides()
        return found

    def note(self, change: Change, *, is_worse: bool) -> None:
        found = self.worse if is_worse else self.better
        sides = self.sides(change.clause)
        sides.worse += is_worse
        sides.better += not is_worse
        if len(found) < MOST_CHANGES:
            found.append(change)

    def note_missing(self, found: Missing) -> None:
        if len(self.missing) < MOST_MISSING:
            self.missing.append(found)
