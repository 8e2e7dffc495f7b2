"""Problems that customers bring, and how they go on: written once, fitted to whatever categories a policy declares.

A story in stories/*.yaml has `fits` (words held against the policy's categories), a `severity` from 1 (work has stopped) to 4 (a
question), the `level` of who solves it, `titles` and `openings` to choose from, `values` for the words in braces, `facts` for the
intake form, and `turns`. A turn is one of `customer`, `agent`, `note` or `raise`; an agent's may say what comes `then`: waiting,
hold or resolved. `again` is what the customer writes if the trouble comes back, and the answer.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

import yaml

from upheld.policy.model import Category, Named, Policy

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
SPEAKERS = ("customer", "agent", "note", "raise")
LEAST_SEVERE = 4
ASKING = frozenset({"question", "questions", "inquiry"})
FAILING = frozenset({"fault", "issue", "issues", "technical", "impaired", "bug", "complex"})
# words of stories in which nothing is broken
RELATION = frozenset({"complaint", "ownership", "onboarding", "refund", "plan", "payment", "privacy", "role"})
BROAD = ASKING | FAILING | {"simple", "minor", "function", "feature", "report", "general"}
LIKELY = 0.8  # below this likeness a story goes where everything else goes


@dataclass(frozen=True, slots=True)
class Turn:
    """Something said or done: by whom, the words, and the status afterwards (agents only)."""

    by: str
    text: str
    then: str = ""


@dataclass(frozen=True, slots=True)
class Story:
    name: str
    fits: tuple[str, ...]
    severity: int
    titles: tuple[str, ...]
    openings: tuple[str, ...]
    turns: tuple[Turn, ...]
    resolution: str
    level: int = 1
    language: str = "en"
    values: Mapping[str, list[str]] = field(default_factory=dict)
    facts: Mapping[str, str] = field(default_factory=dict)
    again: tuple[str, str] | None = None

    def chosen(self, dice: random.Random, known: Mapping[str, str]) -> dict[str, str]:
        """One value for each word in braces: those of the story by chance, the others as known."""
        return dict(known) | {name: str(dice.choice(values)) for name, values in self.values.items()}


def read_stories() -> list[Story]:
    """All stories, in the order of the files."""
    folder = files("upheld.cli.demo") / "stories"
    found = sorted((entry for entry in folder.iterdir() if entry.name.endswith(".yaml")), key=lambda entry: entry.name)
    return [_story(raw) for entry in found for raw in yaml.load(entry.read_bytes(), Loader=_LOADER)]  # noqa: S506 - a safe loader


def category_of(story: Story, policy: Policy) -> str:
    """The category whose words are nearest to the story's; the policy's default where none comes near."""
    best = max(policy.categories.values(), key=lambda category: _score(story, category, policy), default=None)
    if best is None or _score(story, best, policy) < LIKELY:
        return policy.defaults.get("category", next(iter(policy.categories), ""))
    return best.name


def product_area_of(story: Story, policy: Policy) -> str:
    """The product area whose words are nearest, or none."""
    best = max(policy.product_areas.values(), key=lambda area: _likeness(story.fits, area), default=None)
    return best.name if best is not None and _likeness(story.fits, best) >= 1 else ""


def priority_rank(severity: int, priorities: int) -> int:
    """From the four degrees of the stories to as many as the policy has; 1 is the most urgent."""
    return max(1, min(priorities, round(severity * priorities / LEAST_SEVERE)))


def _score(story: Story, category: Category, policy: Policy) -> float:
    """How well a category suits: by words, by what is said, and by how urgent its tickets usually are."""
    words = _likeness(story.fits, category)
    words += max(0.0, _breadth(story, category) - words)
    words += sum(0.8 for phrase in category.keywords if _is_said(phrase, story))
    order = list(policy.priorities)
    if category.priority not in order:
        return words
    apart = abs(order.index(category.priority) + 1 - priority_rank(story.severity, len(order)))
    return words * (1.2, 1.0, 0.5, 0.25)[min(apart, 3)]


def _breadth(story: Story, category: Category) -> float:
    """Categories for everything of a kind (`technical-issue`, `question`) take what has no closer one."""
    name = _words(category.name)
    if not name <= BROAD:
        return 0.0
    if story.severity == LEAST_SEVERE:
        return 1.0 if name & ASKING else 0.0
    return 1.0 if name & FAILING and RELATION.isdisjoint(story.fits) else 0.0


def _likeness(words: Iterable[str], named: Named) -> float:
    """How much of a thing's name, label and description the words say; the first words weigh most."""
    name, label, about = _words(named.name), _words(str(named.label)), _words(str(named.about))
    total = 0.0
    for place, word in enumerate(words):
        weight = 1 / (1 + place / 3)
        total += weight * (2.0 if word in name else 1.2 if word in label else 0.6 if word in about else 0.0)
    return total


def _is_said(phrase: str, story: Story) -> bool:
    text = " ".join((*story.titles, *story.openings)).casefold()
    return phrase.casefold() in text


def _words(text: str) -> set[str]:
    found = set(re.findall(r"[a-z0-9]+", text.casefold()))
    return found | {word.removesuffix("s") for word in found}


def _story(raw: Mapping[str, Any]) -> Story:
    again = raw.get("again")
    return Story(
        name=raw["name"],
        fits=tuple(raw["fits"]),
        severity=raw["severity"],
        titles=tuple(raw["titles"]),
        openings=tuple(text.strip() for text in raw["openings"]),
        turns=tuple(_turn(turn) for turn in raw["turns"]),
        resolution=raw["resolution"],
        level=raw.get("level", 1),
        language=raw.get("language", "en"),
        values={name: [str(value) for value in values] for name, values in raw.get("values", {}).items()},
        facts={name: str(value) for name, value in raw.get("facts", {}).items()},
        again=(again["customer"].strip(), again["agent"].strip()) if again else None,
    )


def _turn(raw: Mapping[str, str]) -> Turn:
    by = next(speaker for speaker in SPEAKERS if speaker in raw)
    return Turn(by, raw[by].strip(), raw.get("then", ""))
