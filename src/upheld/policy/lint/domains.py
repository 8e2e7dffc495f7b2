"""What attributes can be, as far as the policy and a vocabulary tell, and which combinations a clause is about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice, product
from typing import Any

from upheld.policy.declared import ATTRIBUTE_SECTIONS
from upheld.policy.matching import Attributes, Matcher, OneOf
from upheld.policy.model import Clause, Policy
from upheld.policy.vocabulary import Vocabulary

MOST_COMBINATIONS = 20_000


class Domains:
    """`values` of an attribute are None when anything may stand there."""

    def __init__(self, policy: Policy, vocabulary: Vocabulary | None = None) -> None:
        self._policy = policy
        self._vocabulary = vocabulary

    def values(self, subject: str, attribute: str) -> tuple[Any, ...] | None:
        known: Any = ATTRIBUTE_SECTIONS.get(attribute)
        if self._vocabulary is not None and subject in self._vocabulary:
            known = self._vocabulary[subject].attributes.get(attribute)
        if known is None:
            return None
        if not isinstance(known, str):
            return tuple(sorted(known, key=str))
        declared: Mapping[Any, Any] | Sequence[str] = getattr(self._policy, known, ())
        return tuple(declared) or None

    def allowed(self, clause: Clause, attribute: str) -> tuple[Any, ...] | None:
        """The values of the attribute for which the clause can hold at all."""
        values = self.values(clause.on, attribute)
        if values is None:
            return None
        return tuple(value for value in values if not rules_out(clause, attribute, value))

    def combinations(self, subject: str, attributes: Sequence[str]) -> Iterator[dict[str, Any]]:
        """Every combination of the attributes whose values are known; the others are left out."""
        known = [(name, values) for name in attributes if (values := self.values(subject, name))]
        names = [name for name, _ in known]
        for combination in islice(product(*(values for _, values in known)), MOST_COMBINATIONS):
            yield dict(zip(names, combination, strict=True))


def rules_out(clause: Clause, attribute: str, value: Any) -> bool:
    """Whether this value alone keeps the clause from holding."""
    for name, test in clause.when.tests:
        if name == attribute and not test.holds(value):
            return True
    return any(
        len(matcher.tests) == 1 and matcher.tests[0][0] == attribute and matcher.tests[0][1].holds(value)
        for matcher in clause.unless
    )


def may_hold(clause: Clause, attributes: Attributes) -> bool:
    """Whether the clause can hold for these attributes; attributes that are not given may be anything."""
    return _may_match(clause.when, attributes) and not any(
        matcher.attributes <= set(attributes) and matcher.holds(attributes) for matcher in clause.unless
    )


def _may_match(matcher: Matcher, attributes: Attributes) -> bool:
    return all(test.holds(attributes[name]) for name, test in matcher.tests if name in attributes)


def exclude_each_other(one: Matcher, other: Matcher) -> bool:
    """Whether no subject can match both: they ask for different values of one attribute."""
    tests = {name: test.values for name, test in one.tests if isinstance(test, OneOf)}
    return any(
        isinstance(test, OneOf) and name in tests and tests[name].isdisjoint(test.values)
        for name, test in other.tests
        if name != "tags"  # a list, which can hold both
    )


def in_words(attributes: Attributes) -> str:
    """`priority P4, plan standard`."""
    return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in attributes.items())
