"""The chapters on how the desk works: hours, escalation, channels, targets, notifications, intake."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from upheld.kernel.durations import SECOND, format_duration
from upheld.kernel.text import listed
from upheld.policy.chapters.blocks import Block, Facts, Group, Sentences, Table
from upheld.policy.chapters.commitments import value_words
from upheld.policy.matching import Choice
from upheld.policy.model import Address, Channel, Field, Ladder, Level, Notification, Policy, Target, Words
from upheld.policy.sentences import calendar_sentences, calendar_words, choice_rows
from upheld.policy.wording import condition, event, person

_BY = {"app": "in the workspace", "mail": "by mail"}
_ASKED = {
    "text": "one line",
    "long": "some lines",
    "number": "a number",
    "choice": "a choice",
    "datetime": "a day and time",
    "yes-no": "yes or no",
    "phone": "a telephone number",
}


def calendar_title(policy: Policy, name: str, language: str) -> str:
    """The name that people read: its own where it has one, else `office` as `Office hours`."""
    if name in policy.calendar_names:
        return policy.calendar_names[name].text(language)
    spoken = name.replace("-", " ").replace("_", " ")
    title = spoken[:1].upper() + spoken[1:]
    return title if name == "always" or "hour" in spoken.lower() else f"{title} hours"


def hours(policy: Policy, language: str) -> list[Block]:
    groups: list[Block] = []
    for name in policy.calendars:
        sentences = Sentences(tuple(calendar_sentences(policy, name)))
        groups.append(Group("calendar", name, calendar_title(policy, name, language), "", (sentences,)))
    return groups


def escalation(policy: Policy, language: str) -> list[Block]:
    groups: list[Block] = [_level(level, language) for level in policy.levels.values()]
    return groups + [_ladder(policy, ladder, language) for ladder in policy.ladders.values()]


def _level(level: Level, language: str) -> Group:
    parts = (
        ("How far it goes", level.limit),
        ("What it does", level.duties),
        ("What it can do", level.abilities),
        ("When it hands on", level.hands_on),
    )
    blocks = tuple(Sentences(_texts(texts, language), caption) for caption, texts in parts if texts)
    title = f"Level {level.number}"
    called = level.label.text(language)
    return Group(
        "level", level.name, title if called == title else f"{title}: {called}", level.about.text(language), blocks
    )


def _ladder(policy: Policy, ladder: Ladder, language: str) -> Group:
    rows = [
        (
            f"{rung.number}. {rung.label.text(language)}",
            stands_words(policy, rung.stands, language),
            rung.contact or "–",
            rung.about.text(language),
        )
        for rung in ladder.rungs
    ]
    has_about = any(row[3] for row in rows)
    columns: tuple[str, ...] = ("Rung", "Who stands there", "Contact", *(["About"] if has_about else []))
    table = Table(f"Rungs of {ladder.label.text(language)}", columns, tuple(row[: len(columns)] for row in rows))
    lines = [f"A ticket is raised at once when {condition(policy, one, language)}." for one in ladder.raised_by]
    if ladder.on_request is not None:
        asked = condition(policy, ladder.on_request, language)
        lines.append(f"Customers may ask for it when {asked}." if asked else "Every customer may ask for it.")
    blocks = (table, Sentences(tuple(lines))) if lines else (table,)
    return Group("ladder", ladder.name, ladder.label.text(language), ladder.about.text(language), blocks)


def stands_words(policy: Policy, stands: Mapping[str, Any], language: str) -> str:
    """`agents of level 2`, `leads of the department Support`, `help@vendor.example`."""
    parts = []
    if "level" in stands:
        parts.append(f"of level {stands['level']}")
    if "department" in stands:
        parts.append(f"of {person(policy, 'department:' + str(stands['department']), language)}")
    if "team" in stands:
        parts.append(f"of the team {stands['team']}")
    if "role" in stands:
        parts.append(f"with the role {stands['role']}")
    told = [f"agents {' '.join(parts)}"] if parts else []
    return listed([*told, *([str(stands["mail"])] if "mail" in stands else [])]) or "nobody"


def channels(policy: Policy, language: str) -> list[Block]:
    """Who may use which way to us and when: those that depend on the plan alone as one table, then each by itself."""
    blocks: list[Block] = []
    by_plan = [one for one in policy.channels.values() if one.open_to.table is None or one.open_to.by == ("plan",)]
    if policy.plans and by_plan:
        rows = [
            (one.label.text(language), *(_open(one.open_to.pick({"plan": plan})) for plan in policy.plans))
            for one in by_plan
        ]
        columns = ("Channel", *(plan.label.text(language) for plan in policy.plans.values()))
        blocks.append(Table("Who may use which channel, and when", columns, tuple(rows)))
    blocks += [_channel(policy, one, language) for one in policy.channels.values()]
    return [*blocks, _brands(policy, language)] if policy.brands else blocks


def _brands(policy: Policy, language: str) -> Facts:
    entries = []
    for brand in policy.brands.values():
        known = [
            brand.about.text(language),
            f"Writes from {brand.mail}." if brand.mail else "",
            brand.url,
            f"Below its mails: {brand.signature.text(language)}" if brand.signature.texts else "",
        ]
        entries.append((brand.label.text(language), tuple(line for line in known if line)))
    return Facts(tuple(entries), "Brands")


def _open(calendar: str | None) -> str:
    return "not included" if calendar is None else calendar_words(calendar)


def open_words(policy: Policy, open_to: Choice[str], language: str) -> str:
    """`Gold: around the clock; any other plan: not included`."""
    if open_to.table is None:
        return _open(open_to.otherwise)
    return "; ".join(
        f"{case_words(policy, open_to.by, key, language)}: {_open(value)}" for key, value in choice_rows(open_to)
    )


def case_words(policy: Policy, by: tuple[str, ...], key: tuple[str, ...], language: str) -> str:
    """`Enterprise, P1`, or `any other plan`."""
    if all(value == "other" for value in key):
        return f"any other {listed([name.replace('_', ' ') for name in by])}"
    return ", ".join(value_words(policy, name, value, language) for name, value in zip(by, key, strict=True))


def _channel(policy: Policy, channel: Channel, language: str) -> Group:
    entries: list[tuple[str, tuple[str, ...]]] = [("Open", (open_words(policy, channel.open_to, language),))]
    if channel.only:
        entries.append(("Only when", (condition(policy, channel.only, language),)))
    if channel.url:
        entries.append(("On the web", (channel.url,)))
    entries += [(one.address, (address_words(policy, one, language),)) for one in channel.addresses]
    for number in channel.numbers:
        menu = [f"{key}: {value_words(policy, 'department', value, language)}" for key, value in number.menu.items()]
        spelled = f"{number.number} ({number.spelled})" if number.spelled else number.number
        entries.append((spelled, tuple(filter(None, (number.about.text(language), *menu)))))
    if channel.upsell.texts:
        entries.append(("For plans without it", (channel.upsell.text(language),)))
    return Group(
        "channel", channel.name, channel.label.text(language), channel.about.text(language), (Facts(tuple(entries)),)
    )


def address_words(policy: Policy, address: Address, language: str) -> str:
    """`goes to Billing, as Billing question, P2 High, for the brand Acme`."""
    department = value_words(policy, "department", address.department, language) if address.department else ""
    known = (("category", address.category), ("priority", address.priority))
    kinds = ", ".join(value_words(policy, name, value, language) for name, value in known if value)
    brand = f"for the brand {value_words(policy, 'brand', address.brand, language)}" if address.brand else ""
    where = f"goes to {department}" if department else ""
    told = ", ".join(filter(None, (where, f"as {kinds}" if kinds else "", brand)))
    return told or "goes where its subject line leads"


def targets(policy: Policy, language: str) -> list[Block]:
    groups: list[Block] = []
    for target in policy.targets.values():
        lines = [*_figures(policy, target, language)]
        if target.measured.texts:
            lines.append(f"Measured: {target.measured.text(language)}.")
        block = Sentences(tuple(lines))
        groups.append(
            Group(
                "target", target.name, target.label.text(language), target.about.text(language), (block,), target.source
            )
        )
    return groups


def _figures(policy: Policy, target: Target, language: str) -> Iterator[str]:
    for words, choice in (("At least", target.at_least), ("At most", target.at_most)):
        if choice is None:
            continue
        if choice.table is None:
            yield f"{words} {figure_words(target, choice.otherwise)}."
            continue
        told = [
            f"{case_words(policy, choice.by, key, language)} {figure_words(target, value)}"
            for key, value in choice_rows(choice)
        ]
        yield f"{words}: {', '.join(told)}."


def figure_words(target: Target, figure: float | None) -> str:
    """`99.5%`, `5 min`, `4.5 of 5 points`."""
    if figure is None:
        return "nothing"
    if target.unit == "%":
        return f"{round(figure * 100, 6):g}%"
    if target.unit == "s":
        return format_duration(round(figure * SECOND))
    of = f" of {target.of:g}" if target.of is not None else ""
    return f"{figure:g}{of} {target.unit}".rstrip()


def notifications(policy: Policy, language: str) -> list[Block]:
    return (
        [Sentences(tuple(notification_sentence(policy, one, language) for one in policy.notifications.values()))]
        if policy.notifications
        else []
    )


def notification_sentence(policy: Policy, one: Notification, language: str) -> str:
    """`On “ticket opened” when plan is Gold: the team lead, by mail.`"""
    who = listed([person(policy, recipient, language) for recipient in one.notify])
    how = listed([_BY.get(way, way) for way in one.by])
    when = f" when {condition(policy, one.when, language)}" if one.when else ""
    return f"On {event(one.on)}{when}: {who}, {how}."


def intake(policy: Policy, language: str) -> list[Block]:
    asked = (("When a ticket begins", policy.intake), ("Before a ticket closes", policy.closing))
    return [_fields(caption, fields.values(), language) for caption, fields in asked if fields]


def _fields(caption: str, fields: Any, language: str) -> Facts:
    return Facts(tuple((field.label.text(language), _field(field, language)) for field in fields), caption)


def _field(field: Field, language: str) -> tuple[str, ...]:
    kind = listed([*field.choices], last="or") if field.choices else _ASKED.get(field.kind, field.kind)
    need = "required" if field.required else "helpful" if field.helpful else "if known"
    about = field.about.text(language)
    return (*([about] if about else []), f"{kind[:1].upper()}{kind[1:]}; {need}.")


def _texts(texts: tuple[Words, ...], language: str) -> tuple[str, ...]:
    return tuple(one.text(language) for one in texts)
