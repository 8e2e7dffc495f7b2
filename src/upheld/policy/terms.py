"""What a clause says about a subject of this look: is anything promised, in what time, on which calendar, is it paused?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from upheld.policy.matching import Attributes

if TYPE_CHECKING:
    from upheld.hours import Calendar
    from upheld.policy.model import Clause

MOST_REMEMBERED = 4096


@dataclass(frozen=True, slots=True, eq=False)
class Terms:
    """One answer of a promise. Equal answers are the same object, so that `is` tells whether anything changed.

    `target` is 0 where none is promised, and for a series. `warnings` are the used time at which each is due and its
    name, the first to come first.
    """

    is_promised: bool
    calendar: Calendar | None
    target: int
    is_paused: bool
    warnings: tuple[tuple[int, str], ...]


class Promise:
    """A clause with its calendars, ready to be held against many subjects.

    Remembers its answers by the attributes it asks for.
    """

    __slots__ = (
        "_answers",
        "_by_look",
        "_calendars",
        "_look",
        "attributes",
        "clause",
        "deciding",
        "goes_on",
        "with_marks",
    )

    def __init__(self, clause: Clause, calendars: Mapping[str, Calendar], *, with_marks: bool = True) -> None:
        self.clause = clause
        self.goes_on = clause.renews or clause.is_series  # one act does not settle it
        self.with_marks = with_marks
        self.deciding = frozenset(_deciding(clause))
        self.attributes = self.deciding.union(*(matcher.attributes for matcher in clause.pauses_while))
        self._calendars = calendars
        self._look: Callable[[Attributes], Any] = itemgetter(*sorted(self.attributes)) if self.attributes else _no_look
        self._by_look: dict[Any, Terms] = {}
        self._answers: dict[Any, Terms] = {}

    def terms(self, attributes: Attributes) -> Terms:
        """The terms for a subject with these attributes; every one of `self.attributes` has to be there, if only as None."""
        look = self._look(attributes)
        try:
            return self._by_look[look]
        except KeyError:
            terms = self._worked_out(attributes)
        except TypeError:  # a value that cannot be a key
            return self._worked_out(attributes)
        if _is_plain(look):
            if len(self._by_look) >= MOST_REMEMBERED:
                self._by_look.clear()
            self._by_look[look] = terms
        return terms

    def terms_of(self, answer: tuple[bool, str | None, int, bool]) -> Terms:
        """The terms of an answer that was given before: promised, calendar, target, paused."""
        terms = self._answers.get(answer)
        if terms is None:
            calendar = None if answer[1] is None else self._calendars[answer[1]]
            terms = self._answers[answer] = Terms(answer[0], calendar, answer[2], answer[3], self.warnings(answer[2]))
        return terms

    def calendar(self, name: str) -> Calendar:
        return self._calendars[name]

    def warnings(self, target: int) -> tuple[tuple[int, str], ...]:
        """When to warn on the way to `target`; none for whom marks are of no interest."""
        if not self.with_marks:
            return ()
        found = sorted(((mark.threshold(target), mark.name) for mark in self.clause.warn), key=itemgetter(0))
        return tuple(one for one in found if one[0] <= target)

    def _worked_out(self, attributes: Attributes) -> Terms:
        clause = self.clause
        holds = clause.when.holds(attributes) and not any(one.holds(attributes) for one in clause.unless)
        target = 0 if clause.within is None else clause.within.pick(attributes)
        name = clause.calendar.pick(attributes)
        is_paused = any(one.holds(attributes) for one in clause.pauses_while)
        answer = (holds and target is not None and name is not None, name, target or 0, is_paused)
        return self.terms_of(answer)


def _deciding(clause: Clause) -> set[str]:
    """What decides whether anything is promised; others can only pause it."""
    names = set(clause.when.attributes) | set(clause.calendar.by)
    for matcher in clause.unless:
        names |= matcher.attributes
    if clause.within is not None:
        names |= set(clause.within.by)
    return names


def _no_look(attributes: Attributes) -> None:
    return None


def _is_plain(look: Any) -> bool:
    """Whether a look may be remembered: 1, 1.0 and True are one key and yet different words in a table."""
    if isinstance(look, tuple):
        return all(_is_plain(one) for one in look)
    return look is None or isinstance(look, str)
