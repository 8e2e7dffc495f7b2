"""Commitments held against each other: their times cell by cell, and everything else that makes a promise what it is."""

from __future__ import annotations

from typing import Any

from upheld.kernel.durations import format_duration
from upheld.kernel.text import listed
from upheld.policy.chapters.commitments import NOT_PROMISED
from upheld.policy.differences.cells import choice_words, tell_cells
from upheld.policy.differences.difference import NOTHING, Spot
from upheld.policy.differences.parts import tell_parts
from upheld.policy.matching import Choice
from upheld.policy.model import Clause, Policy
from upheld.policy.sentences import calendar_words, clause_sentences, title_in_a_sentence
from upheld.policy.wording import who


def tell_clause(spot: Spot, before: Clause, after: Clause) -> None:
    title = title_in_a_sentence(after, spot.comparing.language)

    def tell_times(here: Spot, old: Choice[int] | None, new: Choice[int] | None) -> None:
        if old is not None and new is not None:
            tell_cells(here, title, old, new, time_words)
        else:
            here.tell_change("due within", *(choice_words(one, time_words) if one else NOTHING for one in (old, new)))

    def tell_calendars(here: Spot, old: Choice[str], new: Choice[str]) -> None:
        tell_cells(here, title, old, new, calendar_words, "counts")

    tell_parts(spot, before, after, {"within": tell_times, "calendar": tell_calendars})


def time_words(time: int | None) -> str:
    return NOT_PROMISED if time is None else format_duration(time)


def clause_in_brief(policy: Policy, clause: Clause, language: str) -> str:
    """`First response for every ticket, within 15 min to 48 h`."""
    about = who(policy, clause.on, {}, clause.when, language)
    return f"{clause.label.text(language)} for {about}, {promise_words(clause)}"


def promise_words(clause: Clause) -> str:
    """The time or the range of times, without saying who has which."""
    if clause.within is not None:
        times = sorted(set(clause.within.values()))
        ends = [format_duration(time) for time in dict.fromkeys((*times[:1], *times[-1:]))]
        return f"within {' to '.join(ends)}" if times else "without a time"
    points = [f"after {listed([format_duration(point) for point in clause.at])}"] if clause.at else []
    every = [f"every {format_duration(clause.then_every)}"] if clause.then_every else []
    return ", then ".join([*points, *every])


def whole_clause(policy: Policy, clause: Any, language: str) -> str:
    return " ".join(clause_sentences(policy, clause, language))
