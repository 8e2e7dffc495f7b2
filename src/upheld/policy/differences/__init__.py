"""What differs between two policies, in sentences that a head of support understands, and as text.

    for one in differences(old, new):
        print(one.sentence)                 # Enterprise, P1: first response 15 min → 10 min

Whatever differs is told: what has no words of its own is told by its name. Equal policies have no difference, wherever their
lines stand and however they are written.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import fields

from upheld.kernel.durations import format_duration
from upheld.policy.chapters import TITLES
from upheld.policy.chapters.company import DEFAULTS, default_words
from upheld.policy.chapters.desk import calendar_title
from upheld.policy.differences.cells import tell_cells
from upheld.policy.differences.difference import NOTHING, Comparing, Difference, Kind, Spot
from upheld.policy.differences.equality import same
from upheld.policy.differences.parts import tell_part, tell_parts, tell_words
from upheld.policy.differences.phrases import RULES
from upheld.policy.differences.renames import without_renames
from upheld.policy.differences.sections import SECTIONS, tell_section
from upheld.policy.differences.words import tell_prose, text_difference
from upheld.policy.model import Policy, Words

MOST_TRANSLATIONS = 12
_NAMED_KINDS: tuple[tuple[Kind, str], ...] = (("added", "new"), ("changed", "changed"), ("removed", "gone"))

__all__ = ["Difference", "differences", "text_difference"]

_TOLD_ALONE = {"impact_urgency", "defaults", "rules", "calendar_names", "sources"}


def differences(old: Policy, new: Policy, *, language: str = "en") -> list[Difference]:
    """Every difference, chapter by chapter as `chapters` has them; within one, in the order of the policy's sections."""
    rewritten, renames = without_renames(old, new)
    comparing = Comparing(rewritten, new, language)
    _tell_head(comparing)
    for section in SECTIONS:
        tell_section(comparing, section, renames.get(section.field, {}))
    _tell_matrix(comparing)
    _tell_calendar_names(comparing)
    _tell_rules(comparing)
    tell_prose(comparing)
    _tell_translations(comparing)
    order = {chapter: place for place, chapter in enumerate(TITLES)}
    return sorted(comparing.found, key=lambda one: order[one.chapter])


def _tell_translations(comparing: Comparing) -> None:
    """Texts in other languages: one by one while they are few, else by their number."""
    for language, found in comparing.translations.items():
        if len(found) <= MOST_TRANSLATIONS:
            comparing.found += found
            continue
        counts = Counter(one.kind for one in found)
        told = ", ".join(f"{counts[kind]} {word}" for kind, word in _NAMED_KINDS if counts[kind])
        before = "\n".join(f"{one.key}: {one.before}" for one in found if one.before)
        after = "\n".join(f"{one.key}: {one.after}" for one in found if one.after)
        Spot(comparing, "words", f"words/{language}", "").tell(f"Names and texts in {language}: {told}", before, after)


def _tell_head(comparing: Comparing) -> None:
    """Name, version, company … and whatever else a policy has that is no section of named things."""
    sections = {section.field for section in SECTIONS}
    for one in fields(Policy):
        if one.name in sections or one.name in _TOLD_ALONE:
            continue
        before, after = getattr(comparing.old, one.name), getattr(comparing.new, one.name)
        if same(before, after):
            continue
        spot = Spot(comparing, "policy", one.name, "The policy")
        about = one.name.replace("_", " ").capitalize()
        if hasattr(before, "__dataclass_fields__") and hasattr(after, "__dataclass_fields__"):
            tell_parts(Spot(comparing, "policy", one.name, about), before, after)
        else:
            tell_part(spot, one.name, before, after)


def _tell_matrix(comparing: Comparing) -> None:
    old, new = comparing.old.impact_urgency, comparing.new.impact_urgency
    spot = Spot(comparing, "priorities", "matrix", "The table of impact and urgency")
    if same(old, new):
        return
    if old is None or new is None:
        kind = (
            "is new: priorities follow from impact and urgency"
            if new
            else "is gone: nothing follows from impact and urgency"
        )
        spot.tell(
            f"{spot.about} {kind}", "" if new else "a table", "a table" if new else "", "added" if new else "removed"
        )
    else:
        tell_cells(spot, "the priority is", old, new, lambda name: name or NOTHING)


def _tell_calendar_names(comparing: Comparing) -> None:
    old, new = comparing.old.calendar_names, comparing.new.calendar_names
    for name in dict.fromkeys((*new, *old)):
        before, after = old.get(name, Words({})), new.get(name, Words({}))
        if not same(before, after):
            tell_words(
                Spot(
                    comparing,
                    "hours",
                    f"calendar_names.{name}",
                    calendar_title(comparing.lexicon, name, comparing.language),
                ),
                "its name:",
                before,
                after,
            )


def _tell_rules(comparing: Comparing) -> None:
    for key in dict.fromkeys((*comparing.new.rules, *comparing.old.rules)):
        before, after = (_rule(policy.rules.get(key)) for policy in (comparing.old, comparing.new))
        if before != after:
            Spot(comparing, "rules", f"rules.{key}", RULES.get(key, key)).tell_change("", before, after)
    for key in dict.fromkeys((*comparing.new.defaults, *comparing.old.defaults)):
        held = [policy.defaults.get(key) for policy in (comparing.old, comparing.new)]
        if held[0] != held[1]:
            told = [
                default_words(policy, key, name, comparing.language) if name else NOTHING
                for policy, name in zip((comparing.old, comparing.new), held, strict=True)
            ]
            if told[0] == told[1]:
                told = [str(name) for name in held]
            Spot(comparing, "rules", f"defaults.{key}", DEFAULTS.get(key, key)).tell_change("", *told)


def _rule(value: object) -> str:
    if value is None:
        return NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    return format_duration(value) if isinstance(value, int) else str(value)
