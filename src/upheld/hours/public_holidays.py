"""Public holidays by country and region, from the library ``holidays``.

It is imported when the first rule is read: it costs a tenth of a second, and most commands
never ask. Names are English where the library knows them in English, else native; rules may
name a holiday either way. The library knows some moving feasts for limited years only; outside
those the days are ordinary ones.
"""

import re
import threading
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

from upheld.hours.spans import Spans

if TYPE_CHECKING:
    from holidays import HolidayBase

_LOOKED_AT_FOR_NAMES = range(2015, 2036)
_one_at_a_time = threading.Lock()


@dataclass(frozen=True, slots=True)
class HolidayRule:
    """What the holidays of one country, or of a region in it, do to a calendar."""

    country: str
    region: str | None
    hours: Spans
    only: tuple[str, ...] = ()
    excepted: tuple[str, ...] = ()
    observed: bool = True

    @property
    def place(self) -> str:
        return f"{self.country}-{self.region}" if self.region else self.country

    def days(self, year: int) -> dict[date, str]:
        """The days of the year that the rule covers, with the holiday's name."""
        chosen = {}
        for day, names in _holidays(self.country, self.region, self.observed, year).items():
            kept = [english for english, native in names if self._covers(english, native)]
            if kept:
                chosen[day] = "; ".join(kept)
        return chosen

    def leaves_nothing_to(self, later: "HolidayRule") -> bool:
        """Whether every day of ``later`` is covered here already."""
        if (self.country, self.region, self.observed) != (later.country, later.region, later.observed):
            return False
        mine, theirs = _keys(self.only), _keys(later.only)
        if mine and not (theirs and theirs <= mine):
            return False
        spared = _keys(self.excepted)
        return not spared or (bool(theirs) and not theirs & spared) or spared <= _keys(later.excepted)

    def _covers(self, *names: str) -> bool:
        keys = {key for name in names for key in _name_keys(name)}
        if self.only and not keys & _keys(self.only):
            return False
        return not keys & _keys(self.excepted)


def country_codes() -> frozenset[str]:
    """Every country code that is known. Loads no country: that costs as much again as the library itself."""
    from holidays.registry import EntityLoader

    return frozenset(EntityLoader.get_country_codes())


def regions(country: str) -> list[str]:
    """Codes and other accepted names of a country's regions."""
    import holidays

    entity = getattr(holidays, country)
    return [*entity.subdivisions, *entity.subdivisions_aliases]


@lru_cache(maxsize=256)
def known_names(country: str, region: str | None) -> tuple[str, ...]:
    """What the country's holidays are called, in English and natively."""
    names: dict[str, None] = {}
    for year in _LOOKED_AT_FOR_NAMES:
        for pairs in _holidays(country, region, True, year).values():
            names.update((_plain(name), None) for pair in pairs for name in pair)
    return tuple(names)


def is_known_name(name: str, known: Iterable[str]) -> bool:
    """Whether a rule may name a holiday so: case and kind of apostrophe do not count."""
    return _key(name) in _keys(known)


@lru_cache(maxsize=4096)
def _holidays(country: str, region: str | None, observed: bool, year: int) -> dict[date, list[tuple[str, str]]]:
    english, native = _languages(country)
    in_english = _listed(country, region, observed, year, english)
    if english == native:
        return {day: [(name, name) for name in names] for day, names in in_english.items()}
    natively = _listed(country, region, observed, year, native)
    paired = {}
    for day, names in in_english.items():
        others = natively.get(day, [])
        paired[day] = list(zip(names, others if len(others) == len(names) else names, strict=True))
    return paired


def _languages(country: str) -> tuple[str | None, str | None]:
    import holidays

    entity = getattr(holidays, country)
    native: str | None = entity.default_language
    english = [code for code in entity.supported_languages if code.startswith("en")]
    if native and native.startswith("en"):
        return native, native
    return ("en_US" if "en_US" in english else english[0] if english else native), native


def _listed(country: str, region: str | None, observed: bool, year: int, language: str | None) -> dict[date, list[str]]:
    import holidays

    with _one_at_a_time, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # "available only from 2001 to 2035" is said in the docs
        found: HolidayBase = holidays.country_holidays(
            country, subdiv=region, years=year, observed=observed, language=language
        )
        return {day: found.get_list(day) for day in sorted(found) if day.year == year}


def _plain(name: str) -> str:
    return re.sub(r"\s*\([^()]*\)$", "", name)


def _key(name: str) -> str:
    return " ".join(name.replace("’", "'").casefold().split())


def _keys(names: Iterable[str]) -> set[str]:
    return {_key(name) for name in names}


def _name_keys(name: str) -> tuple[str, str]:
    """As written, and without what stands in brackets: “Independence Day (observed)”."""
    return _key(name), _key(_plain(name))
