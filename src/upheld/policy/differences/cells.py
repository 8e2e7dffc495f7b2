"""Tables held against each other cell by cell; cells that change alike are told in one sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import product
from typing import Any

from upheld.kernel.text import listed
from upheld.policy.declared import ATTRIBUTE_SECTIONS
from upheld.policy.differences.difference import Comparing, Spot
from upheld.policy.matching import Choice
from upheld.policy.model import Policy
from upheld.policy.sentences import choice_rows
from upheld.policy.wording import OTHER, label

MOST_CELLS = 20_000
_PLURALS = {
    "plan": "all plans",
    "priority": "all priorities",
    "category": "all categories",
    "department": "all departments",
    "channel": "all channels",
}
_FIRST = ("plan", "priority")

Box = tuple[tuple[str, ...], ...]  # for each attribute, the values that it stands for
Words = Callable[[Any], str]
Domains = Sequence[Sequence[str]]  # for each attribute, all its values
Changes = dict[tuple[Any, Any], list[tuple[str, ...]]]  # the cells, by what stood in them and what stands there now

EVERYBODY = "Everybody"


def tell_cells(spot: Spot, thing: str, old: Choice[Any], new: Choice[Any], words: Words, verb: str = "") -> None:
    """`Enterprise, P1: first response 15 min → 10 min`. `thing` stands inside a sentence, `verb` after it where one is needed."""
    said = f"{thing} {verb}".rstrip()
    if old.table is None and new.table is None:
        spot.tell_change(verb, words(old.otherwise), words(new.otherwise))
        return
    attributes = sorted(dict.fromkeys((*new.by, *old.by)), key=_rank)
    domains = [_domain(spot.comparing, name, old, new) for name in attributes]
    changes = _changes(attributes, domains, old, new) if _size(domains) <= MOST_CELLS else {}
    table = _Table(spot, said, attributes, domains, words)
    for (before, after), cells in table.without_those_of_one_policy(changes).items():
        for box in boxes(cells):
            case = table.case(box)
            spot.tell(f"{case}: {said} {words(before)} → {words(after)}", words(before), words(after))
    if not changes:
        _tell_the_rest(spot, said, old, new, words)


def _tell_the_rest(spot: Spot, said: str, old: Choice[Any], new: Choice[Any], words: Words) -> None:
    """No case that can be named has another answer, and yet the tables are not the same."""
    before, after = (choice_words(one, words) for one in (old, new))
    if old.otherwise != new.otherwise and old.table == new.table:
        before, after = words(old.otherwise), words(new.otherwise)
        spot.tell(f"Everybody else: {said} {before} → {after}", before, after)
    elif old.by != new.by:
        depends = f"{_depends(old)} → {_depends(new)}"
        spot.tell(f"{spot.about}: {said} depends on other things now: {depends}", before, after)
    else:
        spot.tell(f"{spot.about}: the table is written in another way; every case stays as it was", before, after)


def choice_words(choice: Choice[Any], words: Words) -> str:
    """A whole table in one line."""
    if choice.table is None:
        return words(choice.otherwise)
    return "; ".join(f"{', '.join(key)}: {words(value)}" for key, value in choice_rows(choice))


def _depends(choice: Choice[Any]) -> str:
    return listed([name.replace("_", " ") for name in choice.by]) or "nothing"


def _changes(
    attributes: Sequence[str], domains: Sequence[Sequence[str]], old: Choice[Any], new: Choice[Any]
) -> Changes:
    """The cells that have another answer now, by what it was and is."""
    found: Changes = {}
    for cell in product(*domains):
        case = dict(zip(attributes, cell, strict=True))
        before, after = old.pick(case), new.pick(case)
        if before != after:
            found.setdefault((before, after), []).append(cell)
    return found


def _domain(comparing: Comparing, attribute: str, old: Choice[Any], new: Choice[Any]) -> list[str]:
    """All values that the attribute can have: what both policies declare, else what the tables name and any other."""
    values: dict[str, None] = {}
    section = ATTRIBUTE_SECTIONS.get(attribute, "")
    for policy in (comparing.old, comparing.new):
        values.update(dict.fromkeys(getattr(policy, section, ()) if section else ()))
    is_declared = bool(values)
    for choice in (new, old):
        if choice.table is not None and attribute in choice.by:
            values.update(dict.fromkeys(key[choice.by.index(attribute)] for key in choice.table))
    return [*values] if is_declared else [*values, OTHER]


def _size(domains: Iterable[Sequence[str]]) -> int:
    size = 1
    for domain in domains:
        size *= len(domain)
    return size


def boxes(cells: Sequence[tuple[str, ...]]) -> list[Box]:
    """The cells as few boxes, each a product of values: neighbours that differ in one attribute alone are put together."""
    found: list[Box] = [tuple((value,) for value in cell) for cell in cells]
    for place in range(len(cells[0]) if cells else 0):
        merged: dict[Any, list[str]] = {}
        for box in found:
            merged.setdefault((box[:place], box[place + 1 :]), []).extend(box[place])
        found = [(*head, tuple(values), *tail) for (head, tail), values in merged.items()]
    return found


class _Table:
    """Puts the cells of one table into words."""

    def __init__(self, spot: Spot, said: str, attributes: Sequence[str], domains: Domains, words: Words) -> None:
        self._spot = spot
        self._comparing = spot.comparing
        self._said = said
        self._attributes = attributes
        self._domains = domains
        self._words = words

    def without_those_of_one_policy(self, changes: Changes) -> Changes:
        """A plan that is new, or gone, has all its cells told in one sentence; what is left is given back."""
        for place, name in enumerate(self._attributes):
            for value in self._domains[place]:
                policy = self._only_in(name, value)
                if policy is None:
                    continue
                own = {pair: [cell for cell in cells if cell[place] == value] for pair, cells in changes.items()}
                changes = {pair: [cell for cell in cells if cell[place] != value] for pair, cells in changes.items()}
                told = {pair: cells for pair, cells in own.items() if cells}
                self._tell_whole(name, value, told, policy is self._comparing.new)
        return {pair: cells for pair, cells in changes.items() if cells}

    def _tell_whole(self, name: str, value: str, changes: Changes, is_new: bool) -> None:
        if not changes:
            return
        place = self._attributes.index(name)
        parts = []
        for (before, after), cells in changes.items():
            for box in boxes(cells):
                rest = self.case(box[:place] + box[place + 1 :], but=place)
                time = self._words(after if is_new else before)
                parts.append(time if rest == EVERYBODY else f"{rest} {time}")
        told = ", ".join(parts)
        one = self._value(name, value)
        if is_new:
            self._spot.tell(f"{one} (new): {self._said} {told}", "", told, "added")
        else:
            self._spot.tell(f"{one} (gone): no longer {self._said} {told}", told, "", "removed")

    def _only_in(self, name: str, value: str) -> Policy | None:
        section = ATTRIBUTE_SECTIONS.get(name)
        old, new = self._comparing.old, self._comparing.new
        if section is None or (value in getattr(old, section)) == (value in getattr(new, section)):
            return None
        return old if value in getattr(old, section) else new

    def case(self, box: Box, but: int | None = None) -> str:
        """`Enterprise, all priorities`; `Everybody` where no attribute narrows it down."""
        told = []
        narrowed = False
        places = [place for place in range(len(self._attributes)) if place != but]
        for place, values in zip(places, box, strict=True):
            name, domain = self._attributes[place], self._domains[place]
            if len(values) == len(domain) and len(domain) > 1:
                told.append(_PLURALS.get(name, f"every {name.replace('_', ' ')}"))
            else:
                narrowed = True
                told.append(listed([self._value(name, value) for value in values]))
        text = ", ".join(told) if narrowed else EVERYBODY
        return text[:1].upper() + text[1:]

    def _value(self, name: str, value: str) -> str:
        spoken = name.replace("_", " ")
        if value == OTHER:
            return f"any other {spoken}"
        told = label(self._comparing.lexicon, name, value, self._comparing.language)
        return told if name in ATTRIBUTE_SECTIONS and name != "language" else f"{spoken} {told}"


def _rank(name: str) -> int:
    return [*_FIRST, name].index(name)
