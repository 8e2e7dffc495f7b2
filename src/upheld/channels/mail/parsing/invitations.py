"""Calendar invitations (iCalendar, RFC 5545) as one line for a reader: what, when, where, who. Never raises."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from html import escape
from typing import Final
from zoneinfo import ZoneInfo

LONGEST: Final = 200_000
MOST_EVENTS: Final = 5
_LINE: Final = re.compile(r'([A-Za-z-]{1,40})((?:;[A-Za-z-]{1,40}=(?:"[^"]{0,400}"|[^";:]{0,400}))*):(.*)')
_MOMENT: Final = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)?(Z)?)?")
_DURATION: Final = re.compile(r"P(?:(\d{1,4})W)?(?:(\d{1,4})D)?(?:T(?:(\d{1,4})H)?(?:(\d{1,4})M)?(?:(\d{1,5})S)?)?")
_TITLES: Final = {
    "REQUEST": "Invitation",
    "CANCEL": "Cancelled",
    "REPLY": "Answer to an invitation",
    "COUNTER": "Another time is proposed",
}
_WINDOWS: Final = {
    "utc": "UTC", "gmt standard time": "Europe/London", "w. europe standard time": "Europe/Berlin",
    "romance standard time": "Europe/Paris", "central europe standard time": "Europe/Budapest",
    "central european standard time": "Europe/Warsaw", "fle standard time": "Europe/Helsinki",
    "gtb standard time": "Europe/Athens", "russian standard time": "Europe/Moscow",
    "eastern standard time": "America/New_York", "central standard time": "America/Chicago",
    "mountain standard time": "America/Denver", "pacific standard time": "America/Los_Angeles",
    "e. south america standard time": "America/Sao_Paulo", "india standard time": "Asia/Kolkata",
    "china standard time": "Asia/Shanghai", "tokyo standard time": "Asia/Tokyo", "korea standard time": "Asia/Seoul",
    "arab standard time": "Asia/Riyadh", "aus eastern standard time": "Australia/Sydney",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Invitation:
    """One line, as text (times in UTC or as written) and as markup (times as `time` elements, for the reader's zone)."""

    text: str
    html: str


@dataclass(frozen=True, slots=True)
class _Value:
    options: dict[str, str]
    text: str


@dataclass(frozen=True, slots=True)
class _When:
    """`at` is None where the zone is not known; then only the words stand."""

    words: str
    at: datetime | date | None = None

    @property
    def markup(self) -> str:
        if not isinstance(self.at, datetime):
            return escape(self.words)
        return f'<time datetime="{self.at:%Y-%m-%dT%H:%M:%SZ}">{escape(self.words)}</time>'


def invitations(calendar: str) -> list[Invitation]:
    """One for each event in it, a few at most."""
    try:
        return _invitations(calendar[:LONGEST])
    except (ValueError, OverflowError, KeyError):
        return []


def _invitations(calendar: str) -> list[Invitation]:
    method, zones, events = "", dict[str, tzinfo](), list[dict[str, _Value]]()
    within: list[str] = []
    zone = ""
    for name, value in _lines(calendar):
        if name == "BEGIN":
            within.append(value.text.upper())
            if within[-1] == "VEVENT" and len(events) < MOST_EVENTS:
                events.append({})
        elif name == "END":
            del within[-1:]
        elif within == ["VCALENDAR"] and name == "METHOD":
            method = value.text.upper()
        elif within[-1:] == ["VTIMEZONE"] and name == "TZID":
            zone = value.text
        elif within[-1:] == ["STANDARD"] and name == "TZOFFSETTO":
            zones[zone] = _offset(value.text)
        elif within[-1:] == ["VEVENT"] and events:
            events[-1].setdefault(name, value)
    return [_invitation(method, event, zones) for event in events if "DTSTART" in event]


def _invitation(method: str, event: dict[str, _Value], zones: dict[str, tzinfo]) -> Invitation:
    title = _TITLES.get(method, "In the calendar")
    what = _words(event, "SUMMARY") or "(no subject)"
    begins = _when(event["DTSTART"], zones)
    ends = _ends(event, begins, zones)
    where, who = _words(event, "LOCATION"), _organizer(event)
    tail = (f", in: {where}" if where else "") + (f", from {who}" if who else "")
    again = ", repeated" if "RRULE" in event else ""
    until = (f" to {ends.words}", f" to {ends.markup}") if ends else ("", "")
    return Invitation(
        f"{title}: {what}, {begins.words}{until[0]}{again}{tail}",
        f"<p>{escape(title)}: <strong>{escape(what)}</strong>, {begins.markup}{until[1]}{again}{escape(tail)}</p>",
    )


def _lines(calendar: str) -> Iterator[tuple[str, _Value]]:
    unfolded = re.sub(r"\r?\n[ \t]", "", calendar.replace("\r\r\n", "\r\n"))
    for line in unfolded.splitlines():
        found = _LINE.fullmatch(line[:5000].strip())
        if found is None:
            continue
        options = {}
        for option in re.findall(r';([A-Za-z-]+)=("[^"]*"|[^";:]*)', found[2]):
            options[option[0].upper()] = option[1].strip('"')
        yield found[1].upper(), _Value(options, found[3].strip())


def _words(event: dict[str, _Value], name: str) -> str:
    text = event[name].text if name in event else ""
    plain = re.sub(r"\\([nN,;\\])", lambda sign: " " if sign[1] in "nN" else sign[1], text)
    return " ".join(plain.split())[:200]


def _organizer(event: dict[str, _Value]) -> str:
    if "ORGANIZER" not in event:
        return ""
    value = event["ORGANIZER"]
    address = re.sub(r"^mailto:", "", value.text, flags=re.IGNORECASE)[:200]
    name = value.options.get("CN", "")[:120]
    return f"{name} <{address}>" if name and name != address else address


def _ends(event: dict[str, _Value], begins: _When, zones: dict[str, tzinfo]) -> _When | None:
    if "DTEND" in event:
        ends = _when(event["DTEND"], zones)
        if type(ends.at) is date and begins.at == ends.at - timedelta(days=1):
            return None  # of a whole day the end is the day after
        return ends
    if "DURATION" not in event or not isinstance(begins.at, datetime):
        return None
    found = _DURATION.fullmatch(event["DURATION"].text.lstrip("+"))
    if found is None:
        return None
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return _said(begins.at + timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds))


def _when(value: _Value, zones: dict[str, tzinfo]) -> _When:
    found = _MOMENT.fullmatch(value.text)
    if found is None:
        return _When(value.text[:40])
    day = date(int(found[1]), int(found[2]), int(found[3]))
    if found[4] is None:
        return _When(f"{day.day} {day:%B %Y}", day)
    written = datetime(day.year, day.month, day.day, int(found[4]), int(found[5]), int(found[6] or 0))  # noqa: DTZ001
    if found[7]:
        return _said(written.replace(tzinfo=UTC))
    name = value.options.get("TZID", "")
    zone = _zone(name, zones)
    if zone is None:
        return _When(f"{day.day} {day:%B %Y}, {written:%H:%M}" + (f" ({name[:60]})" if name else ""))
    return _said(written.replace(tzinfo=zone))


def _said(at: datetime) -> _When:
    instant = at.astimezone(UTC)
    return _When(f"{instant.day} {instant:%B %Y, %H:%M} UTC", instant)


def _zone(name: str, zones: dict[str, tzinfo]) -> tzinfo | None:
    known = _WINDOWS.get(name.lower(), name.lstrip("/"))
    try:
        return ZoneInfo(known) if known else None
    except (ValueError, OSError, KeyError):
        return zones.get(name)


def _offset(text: str) -> tzinfo:
    found = re.fullmatch(r"([+-])(\d\d)(\d\d)(?:\d\d)?", text)
    if found is None:
        return UTC
    offset = timedelta(hours=int(found[2]) % 24, minutes=int(found[3]) % 60)
    return timezone(-offset if found[1] == "-" else offset)
