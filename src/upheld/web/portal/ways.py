"""The ways to reach the company: which of them this customer's plan has, and whether anybody is there now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from upheld.accounts.models import Account
from upheld.hours import Calendar
from upheld.kernel.instants import from_us, to_us
from upheld.policy import Policy
from upheld.policy.model import Channel
from upheld.web.times import clock, zone_name

ICONS = {
    "email": "mail",
    "phone": "phone",
    "chat": "message-circle",
    "forum": "users",
    "social": "megaphone",
    "sms": "message-square",
}


@dataclass(frozen=True, slots=True)
class Contact:
    """An address or a number, and what it is for."""

    text: str
    href: str
    about: str


@dataclass(frozen=True, slots=True)
class Way:
    """A channel as the customer reads it. `upsell` stands where the plan does not have it."""

    name: str
    about: str
    icon: str
    hours: str
    is_open: bool
    is_bought: bool
    contacts: tuple[Contact, ...]
    upsell: str


def ways(policy: Policy, account: Account | None, *, now: datetime, zone: ZoneInfo) -> list[Way]:
    """Every channel but this portal, those that one may use first. Hours are said in `zone`."""
    attributes = attributes_of(policy, account)
    found = [
        _way(policy, channel, attributes, now, zone) for channel in policy.channels.values() if channel.kind != "portal"
    ]
    return sorted((way for way in found if way.is_bought or way.upsell), key=lambda way: not way.is_bought)


def attributes_of(policy: Policy, account: Account | None) -> dict[str, str]:
    """What decides about entitlements; for whoever has no account, the policy's usual plan."""
    if account is None:
        return {"plan": policy.defaults.get("plan", next(iter(policy.plans), "")), "region": ""}
    return {"plan": account.plan, "region": account.region}


def _way(policy: Policy, channel: Channel, attributes: Mapping[str, str], now: datetime, zone: ZoneInfo) -> Way:
    name = channel.open_to.pick(attributes)
    calendar = policy.calendars.get(name) if name else None
    return Way(
        name=str(channel.label),
        about=str(channel.about),
        icon=ICONS.get(channel.kind, "message-circle"),
        hours=hours(calendar, channel.kind, now=now, zone=zone) if calendar else "",
        is_open=calendar is not None and calendar.is_open(to_us(now)),
        is_bought=calendar is not None,
        contacts=tuple(_contacts(policy, channel)) if calendar else (),
        upsell="" if calendar else str(channel.upsell),
    )


def hours(calendar: Calendar, kind: str, *, now: datetime, zone: ZoneInfo) -> str:
    """`Open now, until 20:00 CET`, `Opens on Monday at 08:00 CET`, `Day and night`."""
    if calendar.is_always:
        return "Write at any time" if kind in ("email", "forum", "social") else "Day and night"
    here = to_us(now)
    if calendar.is_open(here):
        closing = calendar.next_closing(here)
        return f"Open now, until {_moment(closing, now, zone)}" if closing is not None else "Open now"
    opening = calendar.next_opening(here)
    return f"Closed, opens {_moment(opening, now, zone, on='on ')}" if opening is not None else "Closed"


def _moment(instant: int, now: datetime, zone: ZoneInfo, on: str = "") -> str:
    local, today = from_us(instant).astimezone(zone), now.astimezone(zone).date()
    days = (local.date() - today).days
    at = f"{clock(local)} {zone_name(local)}"
    if days == 0:
        return f"at {at}" if on else at
    if days == 1:
        return f"tomorrow at {at}"
    day = f"{local:%A}" if days < 7 else f"{local:%A} {local.day} {local:%B}"
    return f"{on}{day} at {at}"


def _contacts(policy: Policy, channel: Channel) -> Iterator[Contact]:
    for address in channel.addresses:
        department = policy.departments.get(address.department)
        yield Contact(address.address, f"mailto:{address.address}", str(department.label) if department else "")
    for number in channel.numbers:
        spelled = f"{number.number} ({number.spelled})" if number.spelled else number.number
        yield Contact(spelled, f"tel:{_dialled(number.number)}", str(number.about))
    if channel.url:
        yield Contact(channel.url.removeprefix("https://"), channel.url, "")


def _dialled(number: str) -> str:
    return "".join(letter for letter in number if letter.isdigit() or letter == "+")
