"""One language: its phrases, and the way it writes durations, numbers, days and lists. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time, get_timezone_location
from babel.lists import format_list
from babel.numbers import format_decimal, format_percent
from babel.units import format_unit

from upheld.kernel.durations import DAY, HOUR, MINUTE, SECOND, Micros

PHRASES = Path(__file__).parent / "phrases"
FALLBACK = "en"
_HOURS_UP_TO = 72 * HOUR
_BETWEEN_GROUPS = {"ar": "؛ ", "fa": "؛ ", "ur": "؛ ", "ja": "；", "zh": "；"}
_CLOCKS = {"ko": "HH:mm"}  # its own short form mixes in the English AM and PM


@lru_cache(maxsize=64)
def phrases(language: str) -> dict[str, str]:
    """The shared phrases of a language; of its main language, then of English, where it has none of its own."""
    for name in (language, language.partition("-")[0]):
        path = PHRASES / f"{name}.yaml"
        if path.is_file():
            found: dict[str, str] = yaml.safe_load(path.read_text(encoding="utf-8"))
            return found
    return phrases(FALLBACK)


def languages_with_phrases() -> list[str]:
    return sorted(path.stem for path in PHRASES.glob("*.yaml"))


class Speech:
    """How documents in one language speak. `language` is the code that the policy uses, `ja` or `pt-BR`."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.locale = _locale(language)
        self._phrases = phrases(language)

    @property
    def is_right_to_left(self) -> bool:
        return self.locale.text_direction == "rtl"

    def say(self, key: str, **values: object) -> str:
        """The phrase with these values. Raises KeyError for a phrase that there is not."""
        text = self._phrases.get(key) or phrases(FALLBACK)[key]
        return text.format(**values) if values else text

    def has(self, key: str) -> bool:
        return key in phrases(FALLBACK)

    def name_of(self, language: str) -> str:
        """A language's name in this one: `German`, `Deutsch`."""
        return _locale(language).get_display_name(self.locale) or language

    def duration(self, micros: Micros) -> str:
        """`1 hour, 30 minutes`; exact. Up to 72 hours in hours, as promises are made, beyond that in days and hours."""
        units = [(HOUR, "duration-hour"), (MINUTE, "duration-minute"), (SECOND, "duration-second")]
        if micros > _HOURS_UP_TO:
            units.insert(0, (DAY, "duration-day"))
        said, rest = [], micros
        for size, unit in units:
            count, rest = divmod(rest, size)
            if count:
                said.append(self._amount(count, unit))
        if rest or not said:
            said.append(self._amount(rest / SECOND, "duration-second"))
        return self.listed(said, style=self._joins_units)

    @property
    def _joins_units(self) -> str:
        """The first of the styles for durations that the language has whole; few have both."""
        have = self.locale.list_patterns
        whole = (style for style in ("unit", "unit-short") if {"start", "end", "2"} <= set(have.get(style, {})))
        return next(whole, "standard")

    def _amount(self, count: float, unit: str) -> str:
        """Some languages write a unit out in its short form only; asked for the long one, Babel then gives the unit's key."""
        long = format_unit(count, unit, length="long", locale=self.locale)
        return long if unit not in long else format_unit(count, unit, length="short", locale=self.locale)

    def between(self, durations: Iterable[Micros]) -> str:
        """`15 minutes to 48 hours`, or the one duration that there is."""
        values = sorted(set(durations))
        if not values:
            return self.say("value.not_promised")
        if len(values) == 1:
            return self.duration(values[0])
        return self.say("value.range", least=self.duration(values[0]), most=self.duration(values[-1]))

    def number(self, value: float) -> str:
        return str(format_decimal(value, locale=self.locale))

    def share(self, value: float) -> str:
        """`99.5 %` of 0.995, with as many digits as it has."""
        return str(format_percent(value, locale=self.locale, decimal_quantization=False))

    def day(self, day: date, *, weekday: bool = False) -> str:
        return str(format_date(day, format="full" if weekday else "long", locale=self.locale))

    def weekday(self, number: int) -> str:
        """The name of a day of the week, Monday being 0, as it stands alone."""
        return str(self.locale.days["stand-alone"]["wide"][number])

    def time(self, minute: int) -> str:
        """A time of day by its minute; midnight at the end of a day as the language writes 24:00."""
        if minute >= 24 * 60 and minute % (24 * 60) == 0:
            return "24:00" if "H" in self._clock else self.time(0)
        wall = time(minute // 60 % 24, minute % 60)
        return str(format_time(datetime.combine(date(2026, 1, 1), wall), format=self._clock, locale=self.locale))

    @property
    def _clock(self) -> Any:
        return _CLOCKS.get(self.locale.language) or str(self.locale.time_formats["short"].pattern)

    def zone(self, name: str) -> str:
        """The place of a time zone in this language: `New York`, `Tokio`."""
        return str(get_timezone_location(name, locale=self.locale, return_city=True)) if name else ""

    def enumerated(self, words: Iterable[str]) -> str:
        """`a, b, c`, with the comma of the language."""
        middle = str(self.locale.list_patterns["standard"]["middle"])
        comma = middle.partition("{0}")[2].partition("{1}")[0] or ", "
        return comma.join(words)

    def parted(self, words: Iterable[str]) -> str:
        """`a, b; c, d`, with what the language writes between two groups."""
        return _BETWEEN_GROUPS.get(self.locale.language, "; ").join(words)

    def listed(self, words: Sequence[str], *, style: Any = "standard") -> str:
        """`a, b and c`; with the style `or`, `a, b or c`."""
        return str(format_list(list(words), style=style, locale=self.locale)) if words else ""


@lru_cache(maxsize=64)
def _locale(language: str) -> Locale:
    try:
        return Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale.parse(FALLBACK)
