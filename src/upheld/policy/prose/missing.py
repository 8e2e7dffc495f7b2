"""Which of a policy's words a language does not have, so that its documents fall back to the first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from upheld.policy.model import Policy, Words

_SECTIONS = (
    "plans",
    "priorities",
    "categories",
    "departments",
    "product_areas",
    "brands",
    "channels",
    "clauses",
    "levels",
    "ladders",
    "targets",
    "intake",
    "closing",
    "regions",
)
_KEYS = {"label": "name", "services_in": "services", "level_in": "level"}


def missing_words(policy: Policy, language: str) -> list[str]:
    """`plans.gold.name`, …: the texts that fall back to another language, in the order of the policy; none for its first."""
    if language == policy.languages[0]:
        return []
    found = [
        f"{section}.{name}.{path}"
        for section in _SECTIONS
        for name, thing in getattr(policy, section).items()
        for path in _missing_in(thing, language)
    ]
    named = (f"calendars.{name}.name" for name, words in policy.calendar_names.items() if language not in words.texts)
    return [*found, *named]


def _missing_in(thing: Any, language: str) -> Iterator[str]:
    for one in fields(thing):
        value, key = getattr(thing, one.name), _KEYS.get(one.name, one.name)
        if isinstance(value, Words):
            if value.texts and language not in value.texts:
                yield key
        elif one.name in ("services", "level") and hasattr(thing, f"{one.name}_in"):
            if value and language not in getattr(thing, f"{one.name}_in"):
                yield key
        elif isinstance(value, tuple):
            yield from _missing_in_list(value, key, language)


def _missing_in_list(values: tuple[Any, ...], key: str, language: str) -> Iterator[str]:
    for number, value in enumerate(values, 1):
        if isinstance(value, Words):
            if value.texts and language not in value.texts:
                yield f"{key}.{number}"
        elif is_dataclass(value):
            yield from (f"{key}.{number}.{path}" for path in _missing_in(value, language))
