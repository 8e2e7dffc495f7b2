"""What we write to customers by ourselves, in their language: one file for each language, English where one is silent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, lru_cache
from html import unescape
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import yaml
from babel.dates import format_date, format_time, get_timezone_location
from django.template import Context, Engine, Template

FOLDER: Final = Path(__file__).parent / "letters"
FALLBACK: Final = "en"
STRONG, END, LINK, LINK_END = "\ue000", "\ue001", "\ue002", "\ue003"
"""Stand for what our own files mark, so that nothing in a value, such as a title, can be read as a mark."""


@dataclass(frozen=True, slots=True)
class Words:
    """A letter of ours."""

    title: str
    text: str
    html: str


def language_of(wanted: str) -> str:
    """The language in which we write to somebody who reads `wanted`: itself, its main language, or English."""
    known = languages()
    return next((one for one in (wanted.lower(), wanted.lower().partition("-")[0]) if one in known), FALLBACK)


@cache
def languages() -> frozenset[str]:
    return frozenset(path.stem for path in FOLDER.glob("*.yaml"))


def letter(name: str, wanted: str, values: Mapping[str, object]) -> Words:
    """A letter with its values, as text and as HTML. A title that the file does not have is empty."""
    language = language_of(wanted)
    title = _template(language, name, "title").render(Context(values, autoescape=False))
    body = _template(language, name, "text").render(Context(values))
    return Words(" ".join(title.split()), _as_text(body), _as_html(body))


def sentence(name: str, wanted: str) -> str:
    """A short text with {places}; empty where there is none of that name."""
    return _said(language_of(wanted), *name.partition("/")[::2])


def moment_in_words(moment: datetime, zone: ZoneInfo, wanted: str = FALLBACK) -> str:
    """`Monday, March 2, 2026 at 10:15 AM (New York time)`. Minutes are rounded down: never later than promised."""
    language, there = language_of(wanted), moment.astimezone(zone)
    time = format_time(there, "short", zone, language).replace("\u202f", " ")
    city = get_timezone_location(zone, language, return_city=True)
    place = "UTC" if zone.key == "UTC" else sentence("place", language).format(city=city)
    return sentence("moment", language).format(day=format_date(there.date(), "full", language), time=time, place=place)


def day_in_words(day: date, wanted: str) -> str:
    return format_date(day, "long", language_of(wanted))


# -- files -------------------------------------------------------------------------------------------------------------------


@cache
def file_of(language: str) -> Mapping[str, Any]:
    """Everything that a language says."""
    read: Mapping[str, Any] = yaml.safe_load((FOLDER / f"{language}.yaml").read_text(encoding="utf-8"))
    return read


def _said(language: str, section: str, name: str) -> str:
    for one in (language, FALLBACK):
        found = file_of(one).get(section)
        text = found.get(name) if name and isinstance(found, Mapping) else found
        if isinstance(text, str):
            return text
    return ""


@lru_cache(maxsize=128)
def _template(language: str, name: str, part: str) -> Template:
    marked = re.sub(r"\*\*(.+?)\*\*", rf"{STRONG}\1{END}", _said(language, name, part))
    return Engine().from_string(re.sub(r"<(\{\{.+?\}\})>", rf"{LINK}\1{LINK_END}", marked))


_MARKS: Final = str.maketrans(dict.fromkeys((STRONG, END, LINK, LINK_END), ""))


def _as_text(body: str) -> str:
    return unescape(body.translate(_MARKS)).strip() + "\n"


def _as_html(body: str) -> str:
    linked = re.sub(rf"{LINK}(.*?){LINK_END}", r'<a href="\1">\1</a>', body.strip())
    strong = linked.replace(STRONG, "<strong>").replace(END, "</strong>")
    return "".join(f"<p>{part.replace(chr(10), '<br>')}</p>" for part in re.split(r"\n{2,}", strong))
