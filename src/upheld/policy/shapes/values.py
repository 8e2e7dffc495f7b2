"""Single values: texts, names, numbers, durations, dates, addresses."""

from __future__ import annotations

import re
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from upheld.kernel.durations import parse_duration
from upheld.kernel.text import nearest, slug
from upheld.policy.reading import Reading, shortened
from upheld.policy.shapes.shape import Refused, Single

_PERCENT = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,4})?)\s*%")
_NUMBER = re.compile(r"[-+]?[0-9]{1,15}(?:\.[0-9]{1,9})?")
_LONGEST_DURATION = parse_duration("100y")


def _matching(words: str, pattern: str, *, title: str = "") -> Single[str]:
    compiled = re.compile(pattern)

    def parse(text: str, at: Reading) -> str:
        if compiled.fullmatch(text):
            return text
        raise ValueError(text)

    return Single(words, parse, {"type": "string", "pattern": pattern}, title=title)


def name_up_to(longest: int, *, title: str = "") -> Single[str]:
    """A name as it stands in keys, addresses and database columns, hence its length."""
    pattern = rf"^\w[\w.+-]{{0,{longest - 1}}}$"

    def parse(text: str, _: Reading) -> str:
        if re.fullmatch(pattern, text):
            return text
        better = slug(text, longest=longest)
        problem = (
            f"'{shortened(text)}' cannot be a name: names hold letters, digits, '-', '_' and '.', at most {longest}."
        )
        raise Refused(
            problem, f"Write '{better}'; what people read goes under 'name:'." if better else "Write a short name."
        )

    return Single("a name", parse, {"type": ["string", "number"], "pattern": pattern}, title=title)


def one_of(*names: str) -> Single[str]:
    """One of a few fixed words."""

    def parse(text: str, at: Reading) -> str:
        if text in names:
            return text
        near = nearest(text, names)
        remedy = f"Did you mean '{near}'?" if near else f"Write {' or '.join(names)}."
        raise Refused(f"'{shortened(text)}' is not one of {', '.join(names)}.", remedy)

    return Single(" or ".join(names), parse, {"enum": list(names)})


def whole(lowest: int, highest: int) -> Single[int]:
    def parse(text: str, at: Reading) -> int:
        if not re.fullmatch(r"[0-9]{1,9}", text) or not lowest <= int(text) <= highest:
            raise ValueError(text)
        return int(text)

    schema: dict[str, Any] = {"type": "integer", "minimum": lowest, "maximum": highest}
    if 0 < lowest <= highest <= 9:  # such numbers serve as keys as well, which are texts
        schema["pattern"] = f"^[{lowest}-{highest}]$"
    return Single(f"a whole number from {lowest} to {highest}", parse, schema)


def _yes_no(text: str, at: Reading) -> bool:
    lower = text.lower()
    if lower in ("true", "yes", "on"):
        return True
    if lower in ("false", "no", "off"):
        return False
    raise ValueError(text)


def _duration(text: str, at: Reading) -> int:
    if text.isdigit():
        raise Refused(
            f"'{shortened(text)}' is a number without a unit.", f"Write '{text[:6]}m', '{text[:6]}h' or '{text[:6]}d'."
        )
    micros = parse_duration(text)
    if not 0 < micros <= _LONGEST_DURATION:
        raise Refused(
            f"'{shortened(text)}' is not a length of time between nothing and 100 years.", "Write 15m, 4h or 2d."
        )
    return micros


def percent(text: str) -> float | None:
    """`50%` as 0.5; None when the text is no percentage."""
    found = _PERCENT.fullmatch(text.strip())
    return float(found[1]) / 100 if found else None


def _number(text: str, at: Reading) -> float:
    if not _NUMBER.fullmatch(text):
        raise ValueError(text)
    return float(text)


def _date(text: str, at: Reading) -> date:
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise ValueError(text)
    return date.fromisoformat(text)


def _zone(text: str, at: Reading) -> str:
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Refused(f"'{shortened(text)}' is not a time zone.", _nearest_zone(text)) from None
    return text


def _nearest_zone(text: str) -> str:
    from zoneinfo import available_timezones  # slow to gather, and needed only here

    near = nearest(text, sorted(available_timezones(), key=lambda zone: ("/" not in zone, zone)))
    return f"Did you mean '{near}'?" if near else "Write a zone such as America/New_York or UTC."


def _link(text: str, at: Reading) -> str:
    if re.fullmatch(r"https?://[^\s/]+\.?[^\s]*", text):
        return text
    raise Refused(
        f"'{shortened(text)}' is not a web address.", f"Write it in full: https://{shortened(text).lstrip('/')}"
    )


TEXT = Single("a text", lambda text, _: text, {"type": ["string", "number"]})
NAME = name_up_to(64, title="name")
NUMBER = Single("a number", _number, {"type": "number"})
YES_NO = Single("true or false", _yes_no, {"enum": [True, False, "yes", "no"]})
DURATION = Single(
    "a duration, as in 15m, 4h, 1h30m, 2d, 1w, 1mo, 1q or 1y",
    _duration,
    {
        "type": "string",
        "pattern": r"^\s*([0-9]{1,9}(mo|[smhdwqy]) ?)+$",
        "examples": ["15m", "4h", "1h30m", "2d", "1w", "1mo", "1q"],
    },
    title="duration",
)
DATE = Single("a date, as in 2026-01-31", _date, {"type": "string", "format": "date"})
ZONE = Single("a time zone, as in Europe/Berlin", _zone, {"type": "string", "examples": ["America/New_York", "UTC"]})
LINK = Single("a web address", _link, {"type": "string", "format": "uri", "pattern": "^https?://"})
MAIL = _matching("a mail address, as in help@example.com", r"^[^@\s<>\"]+@[^@\s<>\"]+\.[^@\s<>\"]+$", title="mail")
COLOUR = _matching(
    "a colour, as in '#1f6feb' or 'oklch(55% 0.2 260)'",
    r"^(#[0-9a-fA-F]{3,8}|(oklch|oklab|rgb|hsl|lch|lab)\([0-9a-z%.,/ +-]+\))$",
)
LANGUAGE = _matching("a language code, as in en or pt-BR", r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", title="language")
CURRENCY = _matching("a currency code, as in USD", r"^[A-Z]{3}$")
