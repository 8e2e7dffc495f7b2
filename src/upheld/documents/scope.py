"""What a document is made from: the policy, the language, and whom it is for. Names and conditions as its language says them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from upheld.documents.speech import Speech
from upheld.documents.tree import Edition, Runs, text
from upheld.policy.matching import Choice, Comparison, Matcher, OneOf
from upheld.policy.model import Clause, Policy, Words

_SIGNS = {">": "sign.above", ">=": "sign.at_least", "<": "sign.below", "<=": "sign.at_most", "!=": "sign.other"}
NO = "–"


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """What the annex of an account says that no policy knows. Dates may be missing; contacts are (name, title or address)."""

    name: str
    plan: str
    since: date | None = None
    until: date | None = None
    region: str = ""
    language: str = ""
    zone: str = ""
    manager: str = ""
    contacts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Scope:
    """`plan` narrows what is said to one plan; `today` is where the coming year begins."""

    policy: Policy
    speech: Speech
    edition: Edition
    today: date
    plan: str = ""
    account: AccountFacts | None = None

    def said(self, words: Words) -> str:
        """In the document's language, else in the policy's first."""
        texts = words.texts
        for language in (self.speech.language, self.policy.languages[0]):
            if language in texts:
                return texts[language]
        return words.text()

    def phrase(self, key: str, **values: object) -> str:
        return self.speech.say(key, **values)

    @property
    def fixed(self) -> dict[str, str]:
        """The attributes that are known of every subject that the document speaks of."""
        known = {"plan": self.plan} if self.plan else {}
        return known | ({"region": self.account.region} if self.account and self.account.region else {})

    def name(self, attribute: str, value: object) -> str:
        """The name of an attribute's value; priorities are named by what everybody says first: `P1 · Critical`."""
        name = str(value)
        is_level = attribute == "level" and name.isdigit()
        thing = self.policy.levels.get(int(name)) if is_level else self.policy.named(attribute, name)
        if thing is not None:
            label = self.said(thing.label)
            short = attribute == "priority" and label != name
            return self.phrase("value.priority", short=name, name=label) if short else label
        if isinstance(value, bool):
            return self.phrase("value.yes" if value else "value.no")
        key = f"{attribute}.{name}"
        return self.phrase(key) if self.speech.has(key) else name.replace("_", " ").replace("-", " ")

    def attribute(self, name: str) -> str:
        key = f"attribute.{name}"
        return self.phrase(key) if self.speech.has(key) else name.replace("_", " ").capitalize()

    def condition(self, matcher: Matcher) -> str:
        """`Priority: P1 · Critical, Status: on hold`."""
        return self.speech.enumerated(
            self.phrase("value.colon", what=self.attribute(name), which=self._test(name, test))
            for name, test in matcher.tests
        )

    def any_condition(self, matchers: Iterable[Matcher]) -> str:
        return self.speech.parted(self.condition(matcher) for matcher in matchers)

    def _test(self, name: str, test: OneOf | Comparison) -> str:
        if isinstance(test, Comparison):
            amount = f"{self.speech.number(float(test.amount))} {test.unit}".rstrip()
            return self.phrase(_SIGNS[test.sign], amount=amount)
        return self.speech.listed([self.name(name, value) for value in sorted(test.values, key=str)], style="or")

    def calendar(self, name: str | None) -> str:
        """A calendar's name: its own in this language, or its key spelled out."""
        if name is None:
            return self.phrase("value.not_included")
        if name == "always":
            return self.phrase("value.always")
        named = self.policy.calendar_names.get(name)
        if named is not None and self.speech.language in named.texts:
            return named.texts[self.speech.language]
        spelled = name.replace("-", " ").replace("_", " ")
        return spelled[:1].upper() + spelled[1:]


def cells(choice: Choice[Any], fixed: Mapping[str, object]) -> list[tuple[tuple[str, ...], Any]]:
    """The rows of a choice that are possible for these attributes: (values of what is not fixed, what stands there).

    `other` as a value stands for all that the table does not name.
    """
    if choice.table is None:
        return [((), choice.otherwise)]
    open_at = [index for index, name in enumerate(choice.by) if name not in fixed]
    if not open_at:
        return [((), choice.pick(fixed))]
    found = {
        tuple(key[index] for index in open_at): value
        for key, value in choice.table.items()
        if all(name not in fixed or str(fixed[name]) == part for name, part in zip(choice.by, key, strict=True))
    }
    rows = list(found.items())
    return [*rows, (("other",) * len(open_at), choice.otherwise)] if choice.otherwise is not None else rows


def attributes_left(choice: Choice[Any], fixed: Mapping[str, object]) -> list[str]:
    return [name for name in choice.by if name not in fixed] if choice.table is not None else []


def grouped(scope: Scope, choice: Choice[str], fixed: Mapping[str, object]) -> list[tuple[str, str | None]]:
    """Calendars with whom they are for: [("", "office")], or [("Standard, Professional", "office"), ("Enterprise", "always")]."""
    left = attributes_left(choice, fixed)
    rows = cells(choice, fixed)
    if not left or len({value for _, value in rows}) == 1:
        return [("", rows[0][1] if rows else None)]
    groups: dict[str | None, list[str]] = {}
    for key, value in rows:
        groups.setdefault(value, []).append(label_of(scope, left, key))
    return [(scope.speech.enumerated(names), value) for value, names in groups.items()]


def label_of(scope: Scope, attributes: Sequence[str], key: Sequence[str]) -> str:
    """`P1 · Critical, Enterprise`; `all others` for what no row names."""
    if set(key) == {"other"}:
        return scope.phrase("value.other")
    return scope.speech.enumerated(
        scope.name(attribute, value) for attribute, value in zip(attributes, key, strict=True)
    )


def concerns(clause: Clause, fixed: Mapping[str, object]) -> bool:
    """Whether the clause can bind a subject with these attributes: its condition may hold, and something is promised."""
    if any(name in fixed and not test.holds(fixed[name]) for name, test in clause.when.tests):
        return False
    return clause.within is None or any(value is not None for _, value in cells(clause.within, fixed))


def labelled(scope: Scope, label: Words, about: Words) -> Runs:
    """A name in bold, and what it is, after it."""
    said = scope.said(about)
    return (*text(scope.said(label), bold=True), *(text(f" {NO} {said}") if said else ()))


def without_empty(
    head: tuple[Runs, ...], rows: tuple[tuple[Runs, ...], ...]
) -> tuple[tuple[Runs, ...], tuple[tuple[Runs, ...], ...]]:
    """The columns of a table that say something for at least one row. The first names the rows and stays."""
    empty = ((), text(NO))
    kept = [place for place in range(len(head)) if not place or any(row[place] not in empty for row in rows)]
    return tuple(head[place] for place in kept), tuple(tuple(row[place] for place in kept) for row in rows)
