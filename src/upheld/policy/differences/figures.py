"""Targets held against each other."""

from __future__ import annotations

from typing import Any

from upheld.policy.chapters.desk import figure_words
from upheld.policy.differences.cells import choice_words, tell_cells
from upheld.policy.differences.difference import NOTHING, Spot
from upheld.policy.differences.parts import tell_parts
from upheld.policy.differences.phrases import PHRASES
from upheld.policy.matching import Choice
from upheld.policy.model import Policy, Target


def tell_target(spot: Spot, before: Target, after: Target) -> None:
    name = after.label.text(spot.comparing.language)

    def tell_figures(here: Spot, old: Choice[float] | None, new: Choice[float] | None) -> None:
        phrase = PHRASES[here.key.rpartition(".")[2]]
        if old is not None and new is not None and before.unit == after.unit:
            tell_cells(here, name, old, new, lambda figure: figure_words(after, figure), phrase)
            return
        here.tell_change(phrase, _in_words(before, old), _in_words(after, new))

    tell_parts(spot, before, after, {"at_least": tell_figures, "at_most": tell_figures})


def _in_words(target: Target, choice: Choice[float] | None) -> str:
    return NOTHING if choice is None else choice_words(choice, lambda figure: figure_words(target, figure))


def figures_in_brief(policy: Policy, target: Any, language: str) -> str:
    parts = [
        f"{PHRASES[key]} {_in_words(target, choice)}"
        for key in ("at_least", "at_most")
        if (choice := getattr(target, key)) is not None
    ]
    return f"{target.label.text(language)}, {', '.join(parts)}"
