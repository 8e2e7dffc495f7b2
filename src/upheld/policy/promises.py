"""The promises to one kind of subject, indexed by what touches them: which events, and which attributes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from upheld.hours import Calendar
from upheld.policy.clockwork import KEEPS, REVERSIBLE, VOIDS
from upheld.policy.model import Clause, Policy
from upheld.policy.terms import Promise
from upheld.policy.vocabulary import REVERSALS


@dataclass(frozen=True, slots=True)
class Touch:
    """What one kind of event does: positions of clauses that it ends, begins and restores, with flags for the manner."""

    ends: tuple[tuple[int, int], ...] = ()
    begins: tuple[int, ...] = ()
    restores: tuple[tuple[int, int], ...] = ()


NOTHING = Touch()


class Promises:
    """The clauses on one kind of subject, indexed by what touches them. Made once for a policy, shared by all its subjects."""

    __slots__ = ("by_attribute", "by_deciding", "by_kind", "in_order", "look", "positions")

    def __init__(
        self, clauses: Iterable[Clause], calendars: Mapping[str, Calendar], *, with_marks: bool = True
    ) -> None:
        self.in_order = tuple(Promise(clause, calendars, with_marks=with_marks) for clause in clauses)
        self.positions = {promise.clause.name: position for position, promise in enumerate(self.in_order)}
        asked = [(name, position) for position, promise in enumerate(self.in_order) for name in promise.attributes]
        self.look: dict[str, Any] = dict.fromkeys(name for name, _ in asked)
        self.by_attribute = {name: frozenset(where for one, where in asked if one == name) for name in self.look}
        self.by_deciding = {
            name: frozenset(where for where in found if name in self.in_order[where].deciding)
            for name, found in self.by_attribute.items()
        }
        clauses = [promise.clause for promise in self.in_order]
        kinds = {kind for clause in clauses for kind in clause.begins | clause.kept_by | clause.void_by | clause.until}
        self.by_kind = {kind: _touch(kind, clauses) for kind in sorted(kinds | set(REVERSALS.values()))}

    @classmethod
    def of(cls, policy: Policy, subject: str, *, with_marks: bool = True) -> Promises:
        """Those to subjects such as `ticket`. Without marks nothing is known of warnings, which takes less time."""
        return cls(policy.clauses_on(subject), policy.calendars, with_marks=with_marks)


def _touch(kind: str, clauses: list[Clause]) -> Touch:
    ends, begins, restores = [], [], []
    for position, clause in enumerate(clauses):
        flags = KEEPS * (kind in clause.kept_by) | VOIDS * (kind in clause.void_by or kind in clause.until)
        if flags == VOIDS and _may_be_taken_back(kind, clause):
            flags |= REVERSIBLE[kind]
        if flags:
            ends.append((position, flags))
        if kind in clause.begins:
            begins.append(position)
        lifted = sum(
            REVERSIBLE[one] for one in clause.void_by if REVERSALS.get(one) == kind and _may_be_taken_back(one, clause)
        )
        if lifted:
            restores.append((position, lifted))
    return Touch(tuple(ends), tuple(begins), tuple(restores))


def _may_be_taken_back(kind: str, clause: Clause) -> bool:
    """A merge only sets a cycle aside, unless the clause says itself what comes after it is taken back. A series ends with it."""
    return (
        kind in clause.void_by and kind in REVERSALS and REVERSALS[kind] not in clause.begins and not clause.is_series
    )
