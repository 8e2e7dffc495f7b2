"""The parts of one thing, field by field as the model has them: what has no phrase of its own is told all the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any

from upheld.kernel.durations import format_duration
from upheld.kernel.text import listed
from upheld.policy.chapters.company import default_words
from upheld.policy.differences.cells import choice_words, tell_cells
from upheld.policy.differences.difference import NOTHING, Spot
from upheld.policy.differences.equality import PASSED_OVER, same
from upheld.policy.differences.phrases import PHRASES
from upheld.policy.matching import Choice, Matcher
from upheld.policy.model import Effect, Mark, Policy, Words
from upheld.policy.sentences import calendar_words
from upheld.policy.wording import condition, effects, events, person

Teller = Callable[[Spot, Any, Any], None]
_DURATIONS = frozenset({"at", "then_every", "acknowledge_within", "remind_every"})
_NAMES = frozenset({"department", "category", "priority", "calendar"})
_LIMITS = frozenset({"only", "when"})
_LONG = 30


def tell_parts(
    spot: Spot, old: Any, new: Any, tellers: Mapping[str, Teller] | None = None, but: Iterable[str] = ()
) -> None:
    """Every field in which the two differ. `tellers` know better words for some, `but` are told elsewhere."""
    left_out = {*PASSED_OVER, *but}
    for one in fields(new):
        before, after = getattr(old, one.name), getattr(new, one.name)
        if one.name in left_out or same(before, after):
            continue
        here = spot.below(one.name)
        found = spot.comparing.count
        teller = (tellers or {}).get(one.name)
        if teller is not None:
            teller(here, before, after)
        else:
            tell_part(here, one.name, before, after)
        if spot.comparing.count == found:  # its words are the same, what they stand for is not
            here.tell(
                f"{spot.about}: {_phrase(one.name)} changed in a way that has no words", repr(before), repr(after)
            )


def tell_part(spot: Spot, name: str, before: Any, after: Any) -> None:
    """One field, by what it holds."""
    phrase = _phrase(name)
    one = after if after is not None else before
    if isinstance(one, Words):
        tell_words(spot, phrase, before, after)
    elif isinstance(before, Choice) and isinstance(after, Choice):
        words = _value_words(spot, name)
        tell_cells(spot, spot.about, before, after, words, phrase)
    elif isinstance(one, tuple):
        tell_items(spot, phrase, before or (), after or (), _value_words(spot, name))
    elif isinstance(one, Mapping):
        _tell_entries(spot, phrase, before or {}, after or {})
    elif is_dataclass(one) and before is not None and after is not None and not isinstance(one, Matcher):
        tell_parts(spot, before, after)
    else:
        words = _value_words(spot, name)
        spot.tell_change(phrase, words(before), words(after))


def tell_words(spot: Spot, phrase: str, before: Words, after: Words) -> None:
    """Texts language by language; the one that is read here without naming its language."""
    shown = spot.comparing.language
    languages = list(dict.fromkeys((*after.texts, *before.texts)))
    main = shown if shown in languages else next(iter(languages), shown)
    for language in languages:
        one, other = (texts.get(language) or NOTHING for texts in (before.texts, after.texts))
        if one != other:
            noun = phrase.rstrip(":")
            spoken = f"{noun}:" if language == main else f"{noun} in {language}:"
            in_words(spot, language, main).tell_change(spoken, one, other)


def in_words(spot: Spot, language: str, main: str) -> Spot:
    """The place of a text in this language."""
    return spot if language == main else replace(spot, language=language)


def tell_items(
    spot: Spot, phrase: str, before: Sequence[Any], after: Sequence[Any], words: Callable[[Any], str]
) -> None:
    """What is new in a list, what is gone from it, and whether the rest comes in another order."""
    noun, gone, new = phrase.rstrip(":"), _without(before, after), _without(after, before)
    if len(gone) == len(new) == 1 and words(gone[0]) != words(new[0]):
        spot.tell_change(f"{noun}:", words(gone[0]), words(new[0]))
    elif gone and [words(one) for one in gone] == [words(one) for one in new]:
        _tell_alike(spot, phrase, gone, new)
    else:
        if new:
            told = _items(new, words)
            spot.tell(f"{spot.about}: {noun} now with {told}", "", told, "added")
        if gone:
            told = _items(gone, words)
            spot.tell(f"{spot.about}: {noun} no longer with {told}", told, "", "removed")
    if not gone and not new:
        was, now = (", ".join(map(words, one)) for one in (before, after))
        spot.tell(f"{spot.about}: {noun} in another order: {now}", was, now)


def _items(items: Sequence[Any], words: Callable[[Any], str]) -> str:
    """Short names as a list; what is long, or a sentence of its own, each in quotes."""
    said = [words(one) for one in items]
    is_quoted = any(
        isinstance(one, Matcher | Effect) or len(told) > _LONG for one, told in zip(items, said, strict=True)
    )
    return listed([f"“{one}”" for one in said] if is_quoted else said)


def _tell_alike(spot: Spot, phrase: str, gone: Sequence[Any], new: Sequence[Any]) -> None:
    """Items that read the same and are not: texts that differ in another language, or what has no words."""
    for before, after in zip(gone, new, strict=True):
        if isinstance(before, Words) and isinstance(after, Words):
            tell_words(spot, phrase, before, after)
        else:
            spot.tell(f"{spot.about}: {phrase} changed in its details", repr(before), repr(after))


def _without(some: Sequence[Any], others: Sequence[Any]) -> list[Any]:
    """Those of some that the others do not have, counting how often each is there."""
    rest = list(others)
    left = []
    for one in some:
        place = next((number for number, other in enumerate(rest) if same(one, other)), None)
        if place is None:
            left.append(one)
        else:
            del rest[place]
    return left


def _tell_entries(spot: Spot, phrase: str, before: Mapping[Any, Any], after: Mapping[Any, Any]) -> None:
    for key in dict.fromkeys((*after, *before)):
        one, other = before.get(key), after.get(key)
        if same(one, other):
            continue
        words = _value_words(spot, str(key))
        spoken = f"{phrase.rstrip(':')} {str(key).replace('_', ' ')}:"
        here = spot.below(str(key))
        if spot.key.endswith("_in"):  # by language
            here = in_words(here, str(key), spot.comparing.language)
        here.tell_change(spoken, words(one), words(other))


def _phrase(name: str) -> str:
    return PHRASES.get(name, name.replace("_", " "))


def _value_words(spot: Spot, name: str) -> Callable[[Any], str]:
    """How a value of this field is said."""
    lexicon, language = spot.comparing.lexicon, spot.comparing.language

    def say(value: Any) -> str:
        if value is None or value in ("", (), frozenset()):
            return NOTHING
        return _said(spot, lexicon, name, value, language)

    return say


def _said(spot: Spot, policy: Policy, name: str, value: Any, language: str) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int) and name in _DURATIONS:
        return format_duration(value)
    if isinstance(value, Words):
        return value.text(language)
    if isinstance(value, Matcher):
        told = condition(policy, value, language) or "always"
        return f"when {told}" if name in _LIMITS and value else told
    if isinstance(value, Effect):
        return effects(policy, [value], spot.subject, language)
    if isinstance(value, Mark):
        return value.name
    if isinstance(value, frozenset):
        return events(value)
    if isinstance(value, Choice):
        return choice_words(value, lambda one: _said(spot, policy, name, one, language) if one is not None else NOTHING)
    if name == "notify":
        return person(policy, str(value), language)
    if name in _NAMES:
        return default_words(policy, name, str(value), language)
    if name == "open_to":
        return calendar_words(str(value))
    if isinstance(value, tuple):
        return listed([_said(spot, policy, name, one, language) for one in value])
    return f"{value:g}" if isinstance(value, float) else str(value)
