"""Markup of a message as its reader sees it: its own pictures in place, those from outside held back, times in their zone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from html import escape, unescape
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from django.urls import reverse
from django.utils import timezone

from upheld.tickets.picturing import digest, is_outside, is_unseen
from upheld.web import times
from upheld.web.templatetags.upheld import path_part

_MARK: Final = re.compile(
    r'<img((?:\s+[a-z-]+="[^"]*")*)\s*/?>|<time((?:\s+[a-z-]+="[^"]*")*)\s*>([^<>]*)</time>', re.IGNORECASE
)
_OPTION: Final = re.compile(r'([a-z-]+)="([^"]*)"', re.IGNORECASE)
_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


@dataclass(slots=True)
class Pictured:
    """The markup, and how many pictures from outside it holds back."""

    html: str
    held_back: int = 0
    shown: set[str] = field(default_factory=set)  # Content-IDs of the pictures that stand in the text


def pictured(
    html: str, files: Iterable[Mapping[str, Any]] = (), outside: Mapping[str, Mapping[str, Any]] | None = None
) -> Pictured:
    """`files` are `{pk, name, content_id}` of the message; `outside` was fetched: digest of the address → `{pk, failure}`."""
    found = Pictured(html)
    if "<img" not in html and "<time" not in html:
        return found
    own = {one["content_id"]: one for one in files if one.get("content_id")}

    def drawn(mark: re.Match[str]) -> str:
        if mark[2] is not None:
            return _time(mark)
        options = {name.lower(): value for name, value in _OPTION.findall(mark[1])}
        source = unescape(options.get("src", "")).strip()
        if source.lower().startswith("cid:"):
            return _own(found, own, unquote(source[4:]).strip("<> "), options)
        if is_outside(source):
            return _outside(found, outside or {}, source, options)
        return _picture(source, options) if source else ""

    found.html = _MARK.sub(drawn, html)
    return found


def _own(found: Pictured, own: Mapping[str, Mapping[str, Any]], name: str, options: dict[str, str]) -> str:
    one = own.get(name)
    if one is None:
        return _note("Picture that is not in the mail", options)
    found.shown.add(name)
    return _picture(reverse("attachment-inline", args=[one["pk"], path_part(one["name"])]), options)


def _outside(found: Pictured, fetched: Mapping[str, Mapping[str, Any]], source: str, options: dict[str, str]) -> str:
    if is_unseen(options):
        return ""
    one = fetched.get(digest(source))
    if one is not None and not one["failure"]:
        return _picture(reverse("desk:outside-picture", args=[one["pk"]]), options)
    if one is None:
        found.held_back += 1
    words = f"Picture from {_host(source)}"
    return _note(f"{words}: {one['failure']}" if one is not None else words, options)


def _host(source: str) -> str:
    try:
        return (urlsplit(source).hostname or "elsewhere")[:80]
    except ValueError:
        return "elsewhere"


def _picture(href: str, options: dict[str, str]) -> str:
    kept = "".join(f' {name}="{options[name]}"' for name in ("alt", "width", "height") if name in options)
    return f'<img src="{escape(href)}" loading="lazy"{kept if "alt" in options else kept + " alt=" + chr(34) * 2}>'


def _note(words: str, options: dict[str, str]) -> str:
    alt = unescape(options.get("alt", "")).strip()[:120]
    return f'<span class="held-back">{escape(f"{words} – {alt}" if alt else words)}</span>'


def _time(mark: re.Match[str]) -> str:
    said = next((value for name, value in _OPTION.findall(mark[2]) if name.lower() == "datetime"), "")
    if not _INSTANT.fullmatch(said):
        return mark[0]
    try:
        at = datetime.fromisoformat(said)
    except ValueError:
        return mark[0]
    return f'<time datetime="{said}">{escape(_short(timezone.localtime(at)))}</time>'


def _short(at: datetime) -> str:
    return f"{at:%A} {at.day} {at:%B %Y, %H:%M} {times.zone_name(at)}"
