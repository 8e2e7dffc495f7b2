"""Instants as people say them. Pure: what is now is always given."""

from __future__ import annotations

from datetime import date, datetime, timedelta

FAR = timedelta(days=300)


def clock(moment: datetime) -> str:
    return f"{moment:%H:%M}"


def day(value: date) -> str:
    return f"{value.day} {value:%b %Y}"


def full(local: datetime) -> str:
    """`Tuesday 3 March 2026, 14:05:09 EST`."""
    return f"{local:%A} {local.day} {local:%B %Y, %H:%M:%S} {zone_name(local)}"


def zone_name(local: datetime) -> str:
    """The zone's short name, or its offset where it has none (`UTC+03`)."""
    name = local.tzname() or ""
    return name if name[:1].isalpha() else f"UTC{name}"


def said(local: datetime, now: datetime, form: str = "short") -> str:
    """A local time next to a local now: `14:05`, `Tue 14:05`, `3 Mar 14:05`, `3 Mar 2024`.

    `full` always names the day, `zoned` the zone as well, `day` only the day.
    """
    if form == "clock":
        return clock(local)
    if form == "day":
        return _day(local, now)
    if form == "zoned":
        return f"{local:%a} {local.day} {local:%b}{_year(local, now)}, {clock(local)} {zone_name(local)}"
    if form == "full":
        return f"{_day(local, now)} {clock(local)}"
    if local.date() == now.date():
        return clock(local)
    if abs(local - now) > FAR:
        return f"{local.day} {local:%b %Y}"
    return f"{_day(local, now)} {clock(local)}"


def _day(local: datetime, now: datetime) -> str:
    days = (local.date() - now.date()).days
    near = {0: "today", -1: "yesterday", 1: "tomorrow"}
    if days in near:
        return near[days]
    if -7 < days < 7:
        return f"{local:%a}"
    return f"{local.day} {local:%b}{_year(local, now)}"


def _year(local: datetime, now: datetime) -> str:
    return "" if abs(local - now) < FAR else f"{local: %Y}"


def ago(moment: datetime, now: datetime) -> str:
    seconds = (now - moment).total_seconds()
    if seconds < 0:
        return f"in {span(-seconds)}"
    return "just now" if seconds < 60 else f"{span(seconds)} ago"


def span(seconds: float) -> str:
    """`12 m`, `3 h 20 m`, `40 h`, `9 d`: two units only while the second matters. Rounded down, never below `1 m`.

    The script that lets the minutes run says the same (static/upheld/countdown.js).
    """
    minutes = max(1, int(seconds // 60))
    hours, minutes = divmod(minutes, 60)
    if hours >= 48:
        return f"{hours // 24} d"
    if hours:
        return f"{hours} h {minutes} m" if minutes and hours < 10 else f"{hours} h"
    return f"{minutes} m"
