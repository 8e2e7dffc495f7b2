"""Ladders held against each other rung by rung. A rung is known by its name; its number follows from those around it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from upheld.kernel.text import listed
from upheld.policy.chapters.desk import stands_words
from upheld.policy.differences.difference import NOTHING, Spot
from upheld.policy.differences.equality import same
from upheld.policy.differences.parts import Teller, tell_parts
from upheld.policy.model import Ladder, Policy, Rung

Rungs = dict[tuple[str, int], Rung]  # by name, and how often the name stood below already


def tell_ladder(spot: Spot, before: Ladder, after: Ladder) -> None:
    tell_parts(spot, before, after, {"rungs": _tell_rungs})


def _tell_rungs(spot: Spot, before: Sequence[Rung], after: Sequence[Rung]) -> None:
    old, new = _by_name(before), _by_name(after)
    old = _renamed(old, new)
    language, policies = spot.comparing.language, spot.comparing
    for name, rung in new.items():
        if name not in old:
            told = rung_in_brief(policies.new, rung, language)
            spot.below(str(rung.number)).tell(f"{spot.about}: new rung {rung.number}, {told}", "", told, "added")
    for name, rung in old.items():
        if name not in new:
            told = rung_in_brief(policies.old, rung, language)
            spot.below(str(rung.number)).tell(
                f"{spot.about}: no longer a rung {rung.number}, {told}", told, "", "removed"
            )
    for name in new:
        if name in old:
            about = f"{spot.about}, rung {new[name].number} ({new[name].label.text(language)})"
            tell_parts(spot.below(str(new[name].number), about), old[name], new[name], _RUNG, but=("number", "name"))
    orders = [[name for name in rungs if name in old and name in new] for rungs in (old, new)]
    if orders[0] != orders[1]:
        was, now = (", ".join(new[name].label.text(language) for name in order) for order in orders)
        spot.tell(f"{spot.about}: the rungs come in another order: {now}", was, now)


def _tell_stands(spot: Spot, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    was, now = (stands_words(spot.comparing.lexicon, stands, spot.comparing.language) for stands in (before, after))
    spot.tell_change("who stands there:", was, now)


def _tell_level(spot: Spot, before: int | None, after: int | None) -> None:
    spot.tell_change("level", str(before or NOTHING), str(after or NOTHING))


_RUNG: dict[str, Teller] = {"stands": _tell_stands, "level": _tell_level}


def _by_name(rungs: Sequence[Rung]) -> Rungs:
    seen: Counter[str] = Counter()
    found: Rungs = {}
    for rung in rungs:
        found[rung.name, seen[rung.name]] = rung
        seen[rung.name] += 1
    return found


def _renamed(old: Rungs, new: Rungs) -> Rungs:
    """The old rungs under the new name where one on the same step has another name and is alike else."""
    by_number = {rung.number: name for name, rung in new.items()}
    names = {}
    for name, rung in old.items():
        twin = by_number.get(rung.number)
        if name not in new and twin is not None and twin not in old and same(rung.stands, new[twin].stands):
            names[name] = twin
    return {names.get(name, name): rung for name, rung in old.items()}


def rung_in_brief(policy: Policy, rung: Rung, language: str) -> str:
    """`Director: agents with the role director, help@example.com`."""
    stands = [stands_words(policy, rung.stands, language), rung.contact]
    return f"{rung.label.text(language)}: {', '.join(one for one in stands if one)}"


def ladder_in_brief(policy: Policy, ladder: Ladder, language: str) -> str:
    rungs = listed([rung.label.text(language) for rung in ladder.rungs])
    return f"{ladder.label.text(language)}, with the rungs {rungs}"
