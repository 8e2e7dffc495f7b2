"""Where a new mail goes: by the address it was sent to, then by what it speaks of. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from upheld.policy import Policy
from upheld.policy.model import Address, Category, Channel

LOOKED_AT: Final = 20_000  # letters of the text in which keywords are looked for
_WORD: Final = re.compile(r"\w+")
_DOTS_OF_I: Final = str.maketrans({"\u0130": "i", "\u0131": "i"})


@dataclass(frozen=True, slots=True)
class Route:
    """Names of the policy; an empty one is left to the action that opens the ticket."""

    channel: str
    department: str = ""
    category: str = ""
    priority: str = ""
    language: str = ""
    brand: str = ""


def route(policy: Policy, addresses: Sequence[str], title: str, text: str) -> Route:
    """`addresses` are those that the mail was sent to, the surest first. What the address says wins over what the words say."""
    channel, address = _door(policy, addresses)
    category = address.category or category_by_words(policy, title, text)
    department = address.department or _department_by_mail(policy, addresses)
    brand = address.brand or _brand_by_mail(policy, addresses)
    return Route(channel, department, category, address.priority, address.language, brand)


def category_by_words(policy: Policy, title: str, text: str) -> str:
    """The category with the most keywords in the mail; in the title they count twice. Of equals, the first of the policy."""
    best, most = "", 0
    text = text[:LOOKED_AT]
    said = _words(f"{title}\n{text}")
    for category in policy.categories.values():
        words = _pattern(category) if _may_speak_of(category, said) else None
        count = 2 * len(words.findall(title)) + len(words.findall(text)) if words else 0
        if count > most:
            best, most = category.name, count
    return best


def _may_speak_of(category: Category, said: frozenset[str]) -> bool:
    """Whether all words of one of its keywords occur, wherever; to look for what cannot be there takes the longest."""
    return any(words <= said for words in _words_of(category.keywords))


@lru_cache(maxsize=512)
def _words_of(keywords: tuple[str, ...]) -> tuple[frozenset[str], ...]:
    return tuple(map(_words, keywords))


def _words(text: str) -> frozenset[str]:
    """The words of a text, such that two that a pattern takes for the same, whatever their case, are the same."""
    return frozenset(word.translate(_DOTS_OF_I).casefold() for word in set(_WORD.findall(text)))


def own_addresses(policy: Policy) -> frozenset[str]:
    """Every mail address of ours that the policy names, in lower case."""
    doors = {address.address.lower() for _, address in _doors(policy)}
    departments = {one.mail.lower() for one in policy.departments.values() if one.mail}
    return frozenset(doors | departments | {one.mail.lower() for one in policy.brands.values() if one.mail})


def _door(policy: Policy, addresses: Sequence[str]) -> tuple[str, Address]:
    doors = _doors(policy)
    for wanted in addresses:
        for channel, address in doors:
            if address.address.lower() == wanted:
                return channel.name, address
    first = next((channel.name for channel in policy.channels.values() if channel.kind == "email"), "email")
    return first, Address("")


def _doors(policy: Policy) -> list[tuple[Channel, Address]]:
    return [
        (channel, address)
        for channel in policy.channels.values()
        if channel.kind == "email"
        for address in channel.addresses
    ]


def _department_by_mail(policy: Policy, addresses: Sequence[str]) -> str:
    by_mail = {one.mail.lower(): one.name for one in policy.departments.values() if one.mail}
    return next((by_mail[address] for address in addresses if address in by_mail), "")


def _brand_by_mail(policy: Policy, addresses: Sequence[str]) -> str:
    by_mail = {one.mail.lower(): one.name for one in policy.brands.values() if one.mail}
    return next((by_mail[address] for address in addresses if address in by_mail), "")


def _pattern(category: Category) -> re.Pattern[str] | None:
    return _compiled(category.keywords) if category.keywords else None


@lru_cache(maxsize=512)
def _compiled(keywords: tuple[str, ...]) -> re.Pattern[str]:
    words = "|".join(
        r"\s+".join(map(re.escape, keyword.split())) for keyword in sorted(keywords, key=len, reverse=True)
    )
    return re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE)
