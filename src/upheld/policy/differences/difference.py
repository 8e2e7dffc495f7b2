"""One difference between two policies, and the gathering of them."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from typing import Any, Literal

from upheld.kernel.text import shortened
from upheld.policy.model import Policy

Kind = Literal["added", "removed", "changed"]
NOTHING = "nothing"
_LONGEST_IN_A_SENTENCE = 60
_SECTIONS = (
    "plans",
    "priorities",
    "categories",
    "departments",
    "product_areas",
    "brands",
    "calendars",
    "channels",
    "levels",
    "ladders",
    "regions",
)


@dataclass(frozen=True, slots=True)
class Difference:
    """`chapter` is one of `chapters.TITLES`; `key` the place in the policy, names joined by dots. `before` and `after` are whole
    texts, however long; the sentence may shorten them. What is added has no before, what is removed no after.
    """

    chapter: str
    key: str
    sentence: str
    before: str
    after: str
    kind: Kind = "changed"

    def as_data(self) -> dict[str, str]:
        return asdict(self)


@dataclass
class Comparing:
    """Two policies under comparison, and what was found so far. `old` has what was renamed under its new names already.

    Other languages than the one that is read gather apart in `translations`, since a new language is a hundred texts at once.
    """

    old: Policy
    new: Policy
    language: str = "en"
    found: list[Difference] = field(default_factory=list)
    translations: dict[str, list[Difference]] = field(default_factory=dict)

    @property
    def count(self) -> int:
        return len(self.found) + sum(map(len, self.translations.values()))

    @cached_property
    def lexicon(self) -> Policy:
        """A policy that knows the names of both, for putting either into words."""
        both: dict[str, Any] = {}
        for one in _SECTIONS:
            old, new = getattr(self.old, one), getattr(self.new, one)
            both[one] = {**old, **new}
        return replace(self.new, **both)


@dataclass(frozen=True, slots=True)
class Spot:
    """One thing, or one part of it: `about` is what every sentence on it begins with."""

    comparing: Comparing
    chapter: str
    key: str
    about: str
    subject: str = "ticket"
    language: str = ""  # of a translation; empty where it is the language that is read

    def below(self, key: str, about: str = "") -> Spot:
        return replace(self, key=f"{self.key}.{key}", about=about or self.about)

    def tell(self, sentence: str, before: str = "", after: str = "", kind: Kind = "changed") -> None:
        difference = Difference(self.chapter, self.key, sentence, before, after, kind)
        if self.language:
            self.comparing.translations.setdefault(self.language, []).append(difference)
        else:
            self.comparing.found.append(difference)

    def tell_change(self, what: str, before: str, after: str) -> None:
        """`About: what before → after`, shortened where it is long."""
        phrase, noun = (f"{what} " if what else ""), (f"{what.rstrip(':')} " if what else "")
        if before == NOTHING:
            self.tell(f"{self.about}: {noun}is new: {quoted(after)}", "", after, "added")
        elif after == NOTHING:
            self.tell(f"{self.about}: {noun}is gone: {quoted(before)}", before, "", "removed")
        elif max(len(before), len(after)) > _LONGEST_IN_A_SENTENCE:
            told = f"{self.about}: {noun.rstrip()}".rstrip(": ")
            self.tell(f"{told}: now {quoted(after)} (before: {quoted(before)})", before, after)
        else:
            self.tell(f"{self.about}: {phrase}{before} → {after}", before, after)


def quoted(text: str) -> str:
    """Short texts as they are, long ones cut and in quotes."""
    return text if len(text) <= _LONGEST_IN_A_SENTENCE else f"“{shortened(text, 100)}”"
