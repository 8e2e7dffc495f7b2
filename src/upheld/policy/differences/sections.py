"""The sections of a policy, each with its chapter, its noun, and how one of its things is compared and told in brief."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from upheld.policy.chapters.desk import address_words, calendar_title, notification_sentence, open_words
from upheld.policy.differences.cells import tell_cells
from upheld.policy.differences.clauses import clause_in_brief, tell_clause, whole_clause
from upheld.policy.differences.difference import Comparing, Spot
from upheld.policy.differences.equality import same
from upheld.policy.differences.escalation import ladder_in_brief, tell_ladder
from upheld.policy.differences.figures import figures_in_brief, tell_target
from upheld.policy.differences.hours import tell_calendar
from upheld.policy.differences.parts import tell_items, tell_parts
from upheld.policy.model import Address, Channel, PhoneNumber, Policy
from upheld.policy.sentences import calendar_sentences, calendar_words

T = TypeVar("T")
Tell = Callable[[Spot, Any, Any], None]
Brief = Callable[[Policy, Any, str], str]


def _called(policy: Policy, thing: Any, language: str) -> str:
    about = thing.about.text(language)
    name = thing.label.text(language)
    return f"{name}: {about}".rstrip(".") if about else name


def _tell_parts(spot: Spot, before: Any, after: Any) -> None:
    tell_parts(spot, before, after, but=("rank",))


def _tell_channel(spot: Spot, before: Channel, after: Channel) -> None:
    name = after.label.text(spot.comparing.language)

    def tell_opening(here: Spot, old: Any, new: Any) -> None:
        tell_cells(here, name, old, new, _opening)

    tell_parts(spot, before, after, {"open_to": tell_opening, "addresses": _tell_addresses, "numbers": _tell_numbers})


def _tell_addresses(spot: Spot, before: Sequence[Address], after: Sequence[Address]) -> None:
    def brief(address: Address) -> str:
        return f"{address.address}, {address_words(spot.comparing.lexicon, address, spot.comparing.language)}"

    _tell_keyed(spot, {one.address: one for one in before}, {one.address: one for one in after}, brief, "address")


def _tell_numbers(spot: Spot, before: Sequence[PhoneNumber], after: Sequence[PhoneNumber]) -> None:
    def brief(number: PhoneNumber) -> str:
        return ", ".join(filter(None, (number.number, number.spelled, number.about.text(spot.comparing.language))))

    if len({one.number for one in before}) == len(before) and len({one.number for one in after}) == len(after):
        _tell_keyed(spot, {one.number: one for one in before}, {one.number: one for one in after}, brief, "number")
    else:
        tell_items(spot, "numbers", before, after, brief)


def _tell_keyed(spot: Spot, old: Mapping[str, T], new: Mapping[str, T], brief: Callable[[T], str], noun: str) -> None:
    """Things that are told apart by a text of their own: new ones, those gone, what changed in the others, their order."""
    for key, one in new.items():
        if key not in old:
            spot.below(key).tell(f"{spot.about}: new {noun} {brief(one)}", "", brief(one), "added")
        else:
            tell_parts(spot.below(key, f"{spot.about}, {key}"), old[key], one)
    for key, one in old.items():
        if key not in new:
            spot.below(key).tell(f"{spot.about}: no longer the {noun} {brief(one)}", brief(one), "", "removed")
    was, now = (", ".join(key for key in some if key in old and key in new) for some in (old, new))
    if was != now:
        spot.tell(f"{spot.about}: {noun} in another order: {now}", was, now)


def _opening(calendar: str | None) -> str:
    return "not included" if calendar is None else calendar_words(calendar)


def _channel_in_brief(policy: Policy, channel: Any, language: str) -> str:
    return f"{channel.label.text(language)}, {open_words(policy, channel.open_to, language)}"


def _notification_in_brief(policy: Policy, notification: Any, language: str) -> str:
    return notification_sentence(policy, notification, language).rstrip(".")


def _calendar_in_brief(policy: Policy, calendar: Any, language: str) -> str:
    return f"{calendar_title(policy, calendar.name, language)}: {' '.join(calendar_sentences(policy, calendar.name))}".rstrip(
        "."
    )


@dataclass(frozen=True, slots=True)
class Section:
    """`field` of the policy holds its things by name. `prefix` stands before a thing's name at the beginning of a sentence."""

    field: str
    chapter: str
    noun: str
    plural: str
    tell: Tell = _tell_parts
    brief: Brief = _called
    prefix: str = ""
    whole: Brief | None = None


SECTIONS = (
    Section("plans", "plans", "plan", "plans", prefix="Plan "),
    Section("priorities", "priorities", "priority", "priorities", prefix="Priority "),
    Section("calendars", "hours", "calendar", "calendars", tell_calendar, _calendar_in_brief),
    Section("clauses", "commitments", "commitment", "commitments", tell_clause, clause_in_brief, whole=whole_clause),
    Section("levels", "escalation", "level", "levels", prefix="Level "),
    Section("ladders", "escalation", "ladder", "ladders", tell_ladder, ladder_in_brief, "Ladder "),
    Section("channels", "channels", "channel", "channels", _tell_channel, _channel_in_brief),
    Section("departments", "departments", "department", "departments", prefix="Department "),
    Section("categories", "departments", "category", "categories", prefix="Category "),
    Section("product_areas", "departments", "product area", "product areas", prefix="Product area "),
    Section("brands", "channels", "brand", "brands", prefix="Brand "),
    Section("regions", "words", "region", "regions", prefix="Region "),
    Section(
        "notifications",
        "notifications",
        "notification",
        "notifications",
        brief=_notification_in_brief,
        prefix="Notification ",
    ),
    Section("targets", "targets", "target", "targets", tell_target, figures_in_brief, "Target "),
    Section("intake", "intake", "question at the beginning", "questions at the beginning", prefix="Question "),
    Section("closing", "intake", "question at the end", "questions at the end", prefix="Question "),
)


def tell_section(comparing: Comparing, section: Section, renamed: Mapping[str, str]) -> None:
    """What was renamed, what is new, what is gone, what changed, and whether the rest stands in another order."""
    old: Mapping[Any, Any] = getattr(comparing.old, section.field)
    new: Mapping[Any, Any] = getattr(comparing.new, section.field)
    for before, after in renamed.items():
        told = f"The {section.noun} “{before}” is now called “{after}”; everything else about it is as it was"
        _spot(comparing, section, after, new[after]).tell(told, before, after)
    for name in new:
        if name not in old:
            _tell_one(comparing, section, name, new[name], comparing.new)
    for name in old:
        if name not in new:
            _tell_one(comparing, section, name, old[name], comparing.old)
    for name in new:
        if name in old and not same(old[name], new[name]):
            section.tell(_spot(comparing, section, name, new[name]), old[name], new[name])
    _tell_order(comparing, section, old, new)


def _tell_one(comparing: Comparing, section: Section, name: Any, thing: Any, of: Policy) -> None:
    """A thing that only one of the two policies has."""
    spot = _spot(comparing, section, name, thing)
    language = comparing.language
    brief = section.brief(of, thing, language)
    whole = section.whole(of, thing, language) if section.whole else brief
    if of is comparing.new:
        spot.tell(f"New {section.noun}: {brief}", "", whole, "added")
    else:
        spot.tell(f"No longer a {section.noun}: {brief}", whole, "", "removed")


def _spot(comparing: Comparing, section: Section, name: Any, thing: Any) -> Spot:
    subject = getattr(thing, "on", "ticket") if section.field == "clauses" else "ticket"
    return Spot(
        comparing, section.chapter, f"{section.field}.{name}", _about(comparing, section, str(name), thing), subject
    )


def _about(comparing: Comparing, section: Section, name: str, thing: Any) -> str:
    if section.field == "calendars":
        return calendar_title(comparing.lexicon, name, comparing.language)
    if section.field in ("levels", "priorities"):
        return f"{section.prefix}{name}"
    label = getattr(thing, "label", None)
    called = label.text(comparing.language) if label is not None else name
    return f"{section.prefix}“{called}”" if section.field in ("intake", "closing") else f"{section.prefix}{called}"


def _tell_order(comparing: Comparing, section: Section, old: Mapping[Any, Any], new: Mapping[Any, Any]) -> None:
    orders = [[str(name) for name in names if name in old and name in new] for names in (old, new)]
    if orders[0] != orders[1]:
        was, now = (", ".join(order) for order in orders)
        spot = Spot(comparing, section.chapter, section.field, f"The {section.plural}")
        spot.tell(f"{spot.about} come in another order: {now}", was, now)
