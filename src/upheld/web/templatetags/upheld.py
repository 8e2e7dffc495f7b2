"""What templates say in one word: icons, times in the viewer's zone, durations, names from the policy."""

from __future__ import annotations

import re
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django import template
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape, format_html, format_html_join, urlize
from django.utils.safestring import SafeString, mark_safe
from lucide.templatetags.lucide import lucide

from upheld.channels.mail.outgoing.answers import in_words
from upheld.kernel.durations import format_duration
from upheld.kernel.text import initials as initials_of
from upheld.tickets.models import Ticket
from upheld.web import names, times
from upheld.web.templatetags import folding

register = template.Library()
# What Django's `urlize` looks for: a scheme, `www.`, a mail address, or one of these names at the end of a host.
MAY_LINK = re.compile(r"https?://|www\.|@|\.(?:com|edu|gov|int|mil|net|org)\b", re.IGNORECASE)
register.tag("url", folding.url)
register.tag("static", folding.static)


@register.simple_tag
def icon(name: str, label: str = "", size: int = 16) -> SafeString:
    """A line icon. Without a label it is decoration and screen readers pass over it; then a text has to stand next to it."""
    return _icon(str(name), str(label), size)


register.tag("icon", folding.simple(register.tags["icon"]))


@lru_cache(maxsize=512)
def _icon(name: str, label: str, size: int) -> SafeString:
    spoken = {"role": "img", "aria_label": label} if label else {"aria_hidden": "true"}
    return mark_safe(lucide(name, size=size, stroke_width="1.75", **spoken))  # noqa: S308 - drawn by the package from its own files


@register.simple_tag
def options(choices: tuple[tuple[Any, str], ...], chosen: Any) -> SafeString:
    """The `<option>`s of a select, remembered: a ticket has seven of them, and they rarely change."""
    return _options(choices, chosen)


@lru_cache(maxsize=1024)
def _options(choices: tuple[tuple[Any, str], ...], chosen: Any) -> SafeString:
    return format_html_join(
        "",
        '<option value="{}"{}>{}</option>',
        ((value, mark_safe(" selected") if str(value) == str(chosen) else "", label) for value, label in choices),
    )


@register.filter
def when(moment: datetime | None, form: str = "short") -> SafeString | str:
    """A `<time>` in the viewer's zone: `14:05` today, else `Tue 14:05`, `3 Mar, 14:05`; the title says it in full.

    Forms: short, day, full, clock.
    """
    if moment is None:
        return ""
    local = timezone.localtime(moment)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        moment.isoformat(timespec="seconds"),
        times.full(local),
        times.said(local, timezone.localtime(), form),
    )


@register.filter
def day(value: date | None) -> str:
    return times.day(value) if value else ""


@register.filter
def ago(moment: datetime | None) -> SafeString | str:
    """`5 min ago`, in a `<time>`."""
    if moment is None:
        return ""
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        moment.isoformat(timespec="seconds"),
        times.full(timezone.localtime(moment)),
        times.ago(moment, timezone.now()),
    )


@register.filter
def open_time(us: int | None) -> str:
    """Microseconds of open time as words: `1 h 30 min`."""
    return "" if us is None else format_duration(int(us))


@register.filter
def named(name: Any, section: str) -> str:
    """The policy's words for a name: `{{ ticket.plan|named:"plans" }}`. A name that the policy lost is shown as it is."""
    return names.label(section, name)


@register.filter
def status_name(status: str) -> str:
    return str(dict(Ticket.Status.choices).get(status, status))


@register.filter
def initials(person: Any) -> str:
    return initials_of(str(person))


@register.filter
def file_size(size: int) -> str:
    for unit, limit in (("B", 1), ("KB", 1024), ("MB", 1024**2)):
        if size < limit * 1024:
            return f"{size / limit:.3g} {unit}" if unit != "B" else f"{size} B"
    return f"{size / 1024**3:.3g} GB"


@register.filter
def rank(priority: str) -> int:
    """1 for the most urgent priority of the policy; 4 at most, since four bars are drawn."""
    return names.rank(priority)


@register.filter
def ticket_address(number: int) -> str:
    """The page of a ticket. For lists: Django takes as long for one address as for the rest of its line."""
    return _address_of_none().replace("/0/", f"/{number}/")


@lru_cache(maxsize=1)
def _address_of_none() -> str:
    return reverse("desk:ticket", args=[0])


@register.filter
def linked(text: str) -> SafeString:
    """The text with its addresses as links. Most texts have none, and are not looked through word by word."""
    return mark_safe(urlize(text, nofollow=True, autoescape=True)) if MAY_LINK.search(text) else escape(text)  # noqa: S308


register.filter("in_words", in_words)


@register.filter
def path_part(name: str) -> str:
    """A file's name as the last part of an address."""
    return name.replace("/", "_") or "file"


@register.filter
def get(mapping: Any, key: Any) -> Any:
    return mapping.get(key) if mapping else None
