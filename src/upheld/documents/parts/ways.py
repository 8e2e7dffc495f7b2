"""Plans, services, channels, addresses, hours and holidays as tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from upheld.documents.scope import NO, Scope, grouped, labelled, without_empty
from upheld.documents.tree import Block, Items, Paragraph, Run, Runs, Table, link, text
from upheld.documents.weeks import special_days, used_calendars, week_lines, week_said, year_from
from upheld.policy.model import Channel, PhoneNumber, Plan
from upheld.policy.prose import Placeholder

Blocks = list[Block]


def _plans_shown(scope: Scope) -> dict[str, Plan]:
    return {name: plan for name, plan in scope.policy.plans.items() if not scope.plan or name == scope.plan}


def _plans(scope: Scope, _: Placeholder) -> Blocks:
    language = scope.speech.language
    rows = tuple(
        (
            text(scope.said(plan.label), bold=True),
            text(scope.said(plan.about) or NO),
            text(plan.level_in.get(language, plan.level)),
        )
        for plan in _plans_shown(scope).values()
    )
    head = tuple(text(scope.phrase(f"head.{key}")) for key in ("plan", "about", "support"))
    return [Table(text(scope.phrase("caption.plans")), *without_empty(head, rows))] if rows else []


def services_of(scope: Scope, plan: Plan) -> dict[str, str]:
    """The plan's services as the document's language says them, by the policy's word."""
    told = plan.services_in.get(scope.speech.language, plan.services)
    return dict(zip(plan.services, told, strict=True))


def _services(scope: Scope, _: Placeholder) -> Blocks:
    plans = _plans_shown(scope)
    said: dict[str, str] = {}
    for plan in plans.values():
        said |= services_of(scope, plan)
    if scope.plan:
        items = tuple((Paragraph(text(service)),) for service in said.values())
        return [Items(items)] if items else []
    head = (text(scope.phrase("head.service")), *(text(scope.said(plan.label)) for plan in plans.values()))
    included = scope.phrase("value.included")
    rows = tuple(
        (text(shown), *(text(included if service in plan.services else NO) for plan in plans.values()))
        for service, shown in said.items()
    )
    return [Table(text(scope.phrase("caption.services")), head, rows)] if rows else []


def _channels(scope: Scope, _: Placeholder) -> Blocks:
    plans = _plans_shown(scope)
    key = "caption.channels_of_plan" if scope.plan or not plans else "caption.channels"
    names = [text(scope.said(plan.label)) for plan in plans.values()] if not scope.plan else []
    head = (text(scope.phrase("head.channel")), *(names or [text(scope.phrase("head.hours"))]))
    rows = tuple(
        (_channel(scope, channel), *(text(_open_to(scope, channel, plan)) for plan in [*plans] or [""]))
        for channel in scope.policy.channels.values()
    )
    return [Table(text(scope.phrase(key)), head, rows)] if rows else []


def _channel(scope: Scope, channel: Channel) -> Runs:
    said = labelled(scope, channel.label, channel.about)
    only = scope.phrase("value.only_for", what=scope.condition(channel.only)) if channel.only else ""
    return (*said, Run(f" ({only})")) if only else said


def _open_to(scope: Scope, channel: Channel, plan: str) -> str:
    fixed = {**scope.fixed, **({"plan": plan} if plan else {})}
    said = []
    for whom, name in grouped(scope, channel.open_to, fixed):
        which = scope.calendar(None) if name is None else week_said(scope.speech, scope.policy.calendars[name])
        said.append(scope.phrase("value.colon", what=whom, which=which) if whom else which)
    return scope.speech.parted(said)


def _addresses(scope: Scope, _: Placeholder) -> Blocks:
    rows: list[tuple[Runs, Runs]] = []
    menus: list[Table] = []
    for channel in scope.policy.channels.values():
        rows += [
            (_where(scope, channel, one.department), link(one.address, f"mailto:{one.address}"))
            for one in channel.addresses
        ]
        for number in channel.numbers:
            rows.append((_whose(scope, channel, number), _number(scope, number)))
            if number.menu:
                menus.append(_menu(scope, number))
        if channel.url:
            rows.append((text(scope.said(channel.label)), link(channel.url.removeprefix("https://"), channel.url)))
    head = (text(scope.phrase("head.contact")), text(scope.phrase("head.address")))
    return [Table(text(scope.phrase("caption.addresses")), head, tuple(rows)), *menus] if rows else []


def _where(scope: Scope, channel: Channel, department: str) -> Runs:
    held = scope.policy.departments.get(department)
    whose = scope.said(held.label) if held else ""
    channel_name = scope.said(channel.label)
    return text(scope.phrase("value.colon", what=channel_name, which=whose) if whose else channel_name)


def _whose(scope: Scope, channel: Channel, number: PhoneNumber) -> Runs:
    about = scope.said(number.about) if scope.speech.language in number.about.texts else ""
    name = scope.said(channel.label)
    return text(scope.phrase("value.colon", what=name, which=about) if about and about != name else name)


def _number(scope: Scope, number: PhoneNumber) -> Runs:
    shown = text(number.number, code=True)
    return (*shown, Run(" ("), Run(number.spelled, is_code=True), Run(")")) if number.spelled else shown


def _menu(scope: Scope, number: PhoneNumber) -> Table:
    head = (text(scope.phrase("head.menu")), text(scope.phrase("head.department")))
    rows = tuple((text(key, code=True), text(scope.name("department", to))) for key, to in number.menu.items())
    return Table(text(scope.phrase("caption.menu", number=number.number)), head, rows)


def _hours(scope: Scope, _: Placeholder) -> Blocks:
    return hours_of(scope, used_calendars(scope.policy))


def hours_of(scope: Scope, names: Iterable[str]) -> Blocks:
    """The week of each of these calendars, as one table; none where there are no names."""
    rows: list[tuple[Runs, ...]] = []
    for name in names:
        calendar = scope.policy.calendars[name]
        zone = scope.speech.zone(calendar.zone or "") or NO
        for days, hours in week_lines(scope.speech, calendar) or [
            (scope.phrase("value.every_day"), scope.phrase("value.closed"))
        ]:
            rows.append((text(_begun(scope.calendar(name))), text(days), text(hours), text(zone)))
    head = tuple(text(scope.phrase(f"head.{key}")) for key in ("calendar", "day", "hours", "zone"))
    return [Table(text(scope.phrase("caption.hours")), *without_empty(head, tuple(rows)))] if rows else []


def _begun(said: str) -> str:
    return said[:1].upper() + said[1:]


def _holidays(scope: Scope, _: Placeholder) -> Blocks:
    first, last = year_from(scope.today)
    head = tuple(text(scope.phrase(f"head.{key}")) for key in ("date", "reason", "calendar", "hours"))
    rows = tuple(
        (text(scope.speech.day(day, weekday=True)), text(why or NO), text(whose), text(hours))
        for day, why, whose, hours in special_days(scope, first, last)
    )
    caption = scope.phrase("caption.holidays", first=scope.speech.day(first), last=scope.speech.day(last))
    return [Table(text(caption), head, rows)] if rows else []


BLOCKS: dict[str, Callable[[Scope, Placeholder], Any]] = {
    "plans": _plans,
    "services": _services,
    "channels": _channels,
    "addresses": _addresses,
    "hours": _hours,
    "holidays": _holidays,
}
