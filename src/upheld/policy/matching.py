"""Conditions and choices: the two ways in which a policy looks at attributes.

Both are plain data on purpose: a lint can enumerate what they can yield, which no expression language allows.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Generic, TypeVar

Attributes = Mapping[str, Any]
T = TypeVar("T")

COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    "!=": operator.ne,
    ">": operator.gt,
    "<": operator.lt,
}


@dataclass(frozen=True, slots=True)
class Comparison:
    """`"> 500 USD"`: a number held against an attribute; the unit, if one is named, has to be the attribute's."""

    sign: str
    amount: Decimal
    unit: str = ""

    def holds(self, value: Any) -> bool:
        amount, unit = _amount(value)
        if amount is None or (self.unit and unit and unit != self.unit):
            return False
        return COMPARISONS[self.sign](amount, self.amount)


@dataclass(frozen=True, slots=True)
class OneOf:
    """A value, or a list of values any of which will do. An attribute that is a list matches when one of its items does."""

    values: frozenset[Any]

    def holds(self, value: Any) -> bool:
        if isinstance(value, list | tuple | set | frozenset):
            return any(self._has(one) for one in value)
        return self._has(value)

    def _has(self, value: Any) -> bool:
        try:
            return value in self.values
        except TypeError:  # events may carry what no policy can name: a mapping, a list of lists
            return False


@dataclass(frozen=True, slots=True)
class Matcher:
    """Holds when every named attribute does; the empty matcher always holds."""

    tests: tuple[tuple[str, OneOf | Comparison], ...] = ()

    def holds(self, attributes: Attributes) -> bool:
        for name, test in self.tests:  # noqa: SIM110 - `all` costs a generator, and the fold asks this all day
            if not test.holds(attributes.get(name)):
                return False
        return True

    @property
    def attributes(self) -> frozenset[str]:
        return frozenset(name for name, _ in self.tests)

    def __bool__(self) -> bool:
        return bool(self.tests)


@dataclass(frozen=True, slots=True)
class Choice(Generic[T]):
    """A value that may depend on attributes: `{by: [priority, plan], P1: {gold: 15m}}`, or one value for everybody.

    `table` maps a tuple of attribute values, as long as `by`, to a value; None in it means "not promised". `otherwise` stands
    where the table names no cell.
    """

    by: tuple[str, ...] = ()
    table: Mapping[tuple[str, ...], T | None] | None = None
    otherwise: T | None = None

    def pick(self, attributes: Attributes) -> T | None:
        if self.table is None:
            return self.otherwise
        key = tuple(str(attributes.get(name)) for name in self.by)
        return self.table.get(key, self.otherwise)

    def values(self) -> Iterator[T]:
        """Every value that can be picked."""
        if self.table is not None:
            yield from (value for value in self.table.values() if value is not None)
        if self.otherwise is not None:
            yield self.otherwise


def _amount(value: Any) -> tuple[Decimal | None, str]:
    if isinstance(value, bool) or value is None:
        return None, ""
    parts = str(value).split()
    try:
        amount = Decimal(parts[0])
    except (InvalidOperation, IndexError):
        return None, ""
    return None if amount.is_nan() else amount, parts[1] if len(parts) > 1 else ""
