"""What a policy declares and nothing ever uses, and who is left without: rungs, plans."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from itertools import chain
from typing import Any

from upheld.kernel.text import nearest
from upheld.policy.lint.findings import Findings
from upheld.policy.matching import Choice, Matcher, OneOf
from upheld.policy.model import Policy, Words
from upheld.policy.prose.folder import NAMES


def look_for_the_unused(policy: Policy, findings: Findings) -> None:
    _calendars(policy, findings)
    _departments(policy, findings)
    _categories(policy, findings)
    _ladders(policy, findings)
    _levels(policy, findings)
    _plans(policy, findings)
    _priorities(policy, findings)
    _languages(policy, findings)
    _regions(policy, findings)
    _brands(policy, findings)


def _calendars(policy: Policy, findings: Findings) -> None:
    used = {policy.defaults.get("calendar", ""), "always"}
    used |= {department.calendar for department in policy.departments.values()}
    for choice in chain(
        (clause.calendar for clause in policy.clauses.values()), (one.open_to for one in policy.channels.values())
    ):
        used |= set(choice.values())
    for name in policy.calendars:
        if name not in used:
            findings.add(
                "warning",
                "hours.yaml",
                ("calendars", name),
                f"No clause, channel or department uses the calendar '{name}'.",
                "Whoever changes its hours changes nothing.",
                "Use it, or take it out.",
            )


def _departments(policy: Policy, findings: Findings) -> None:
    used = {policy.defaults.get("department", ""), *_matched(policy, "department")}
    used |= {category.department for category in policy.categories.values()}
    for channel in policy.channels.values():
        used |= {address.department for address in channel.addresses}
        used |= {department for number in channel.numbers for department in number.menu.values()}
    used |= {recipient.removeprefix("department:") for recipient in _recipients(policy)}
    used |= {str(rung.stands.get("department")) for ladder in policy.ladders.values() for rung in ladder.rungs}
    for name in policy.departments:
        if name not in used:
            findings.add(
                "note",
                "policy.yaml",
                ("departments", name),
                f"No ticket ever goes to the department '{name}' by itself.",
                "No category, address, menu, rung or recipient leads there.",
                "Give it a category, an address or a rung, unless tickets are only handed to it.",
            )


def _categories(policy: Policy, findings: Findings) -> None:
    used = {policy.defaults.get("category", ""), *_matched(policy, "category")}
    used |= {address.category for channel in policy.channels.values() for address in channel.addresses}
    for name, category in policy.categories.items():
        if name not in used and not (category.keywords or category.department or category.priority):
            findings.add(
                "note",
                "policy.yaml",
                ("categories", name),
                f"The category '{name}' decides nothing.",
                "It has no department, priority or keywords, and no clause or address speaks of it.",
                "Give it a department or keywords, unless it is for reading only.",
            )


def _ladders(policy: Policy, findings: Findings) -> None:
    effects = (effect for clause in policy.clauses.values() for effect in (*clause.on_warn, *clause.on_breach))
    used = {effect.value for effect in effects if effect.kind == "raise"} | {policy.defaults.get("ladder", "")}
    used |= {recipient.partition(":")[0] for recipient in _recipients(policy)}
    for name, ladder in policy.ladders.items():
        if name not in used and not ladder.raised_by and ladder.on_request is None:
            findings.add(
                "note",
                "escalation.yaml",
                ("ladders", name),
                f"Nothing raises a ticket on the ladder '{name}' by itself.",
                "It is climbed by hand only.",
                "Add 'raised_by:' or 'on_request:', or an effect {raise: …}, unless that is meant.",
            )
        for position, rung in enumerate(ladder.rungs):
            if not rung.stands:
                findings.add(
                    "error",
                    "escalation.yaml",
                    ("ladders", name, "rungs", position),
                    f"Nobody stands on rung {rung.number} of the ladder '{name}'.",
                    "A ticket that is raised here reaches nobody.",
                    "Add 'stands:' or 'level:'.",
                )


def _levels(policy: Policy, findings: Findings) -> None:
    used = {rung.level for ladder in policy.ladders.values() for rung in ladder.rungs}
    used |= {rung.stands.get("level") for ladder in policy.ladders.values() for rung in ladder.rungs}
    named = {*_recipients(policy), *(f"level-{value}" for value in _matched(policy, "level"))}
    for number in policy.levels:
        if number not in used and f"level-{number}" not in named:
            findings.add(
                "warning",
                "escalation.yaml",
                ("levels", str(number)),
                f"No rung and no recipient is of level {number}.",
                "Nothing is ever handed on to it.",
                f"Add a rung {{level: {number}}}, or take the level out.",
            )


def _plans(policy: Policy, findings: Findings) -> None:
    for plan in policy.plans:
        if policy.channels and not any(_serves(channel.open_to, plan) for channel in policy.channels.values()):
            findings.add(
                "error",
                "policy.yaml",
                ("plans", plan),
                f"No channel is open to the plan '{plan}'.",
                "Its customers cannot reach anybody.",
                "Open a channel to it in channels.yaml.",
            )


def _priorities(policy: Policy, findings: Findings) -> None:
    """Told only where something decides about priorities at all: a small policy may leave it to people."""
    given = {category.priority for category in policy.categories.values()}
    given |= set(policy.impact_urgency.values()) if policy.impact_urgency else set()
    if not given - {""}:
        return
    given |= {policy.defaults.get("priority", ""), *_matched(policy, "priority")}
    given |= {address.priority for channel in policy.channels.values() for address in channel.addresses}
    for clause in policy.clauses.values():
        given |= {str(effect.options.get("priority")) for effect in (*clause.on_warn, *clause.on_breach)}
    for name in policy.priorities:
        if name not in given:
            findings.add(
                "note",
                "policy.yaml",
                ("priorities", name),
                f"Nothing gives a ticket the priority '{name}', and nothing follows from it.",
                "No cell of the matrix, category, address or clause names it.",
                "Name it in the matrix or in a clause, or take it out.",
            )


def _languages(policy: Policy, findings: Findings) -> None:
    for position, language in enumerate(policy.languages):
        has_files = any(name.startswith(f"words/{language}/") for name in policy.sources)
        if position and not has_files and not _is_spoken(policy, language):
            findings.add(
                "note",
                "policy.yaml",
                ("languages", position),
                f"Nothing is said in the language '{language}'.",
                f"Whoever reads it reads '{policy.languages[0]}' instead.",
                f"Write the names in words/{language}/names.yaml, or take the language out.",
            )


def _brands(policy: Policy, findings: Findings) -> None:
    reached: dict[str, list[str]] = {name: [] for name in policy.brands}
    for channel in policy.channels.values():
        for address in channel.addresses:
            reached.setdefault(address.brand, []).append(address.address)
    for name, brand in policy.brands.items():
        if not reached[name]:
            findings.add(
                "warning",
                "policy.yaml",
                ("brands", name),
                f"No mail ever comes to the brand '{name}'.",
                "No address of channels.yaml has it, so no ticket is of it and nothing is written under its name.",
                f"Write 'brand: {name}' at one of its addresses, or take the brand out.",
            )
        elif brand.mail and brand.mail.lower() not in reached[name]:
            findings.add(
                "warning",
                "policy.yaml",
                ("brands", name, "mail"),
                f"The brand '{name}' writes from {brand.mail}, which is no address of it in channels.yaml.",
                "What customers answer there is not known to be for this brand.",
                f"Add {brand.mail} to the addresses, with 'brand: {name}'.",
            )


def _regions(policy: Policy, findings: Findings) -> None:
    """Accounts may have regions that no clause tells apart, so only one is told of that looks like a clause's, misspelled."""
    used = {*_matched(policy, "region")}
    for region in policy.regions:
        near = nearest(region, sorted(used - {*policy.regions}))
        if region not in used and near:
            files = (name for name in policy.sources if name.endswith(f"/{NAMES}"))
            findings.add(
                "note",
                next(name for name in files if findings.node(name, ("regions", region)) is not None),
                ("regions", region),
                f"Nothing in the policy depends on the region '{region}', and '{near}' has no name.",
                "Only accounts that are of this very region are shown with it.",
                f"Did you mean '{near}'?",
            )


def _is_spoken(value: Any, language: str) -> bool:
    """Whether any text below this has the language."""
    if isinstance(value, Words):
        return language in value.texts
    if is_dataclass(value) and not isinstance(value, type):
        return any(_is_spoken(getattr(value, one.name), language) for one in fields(value))
    if isinstance(value, Mapping):
        return any(_is_spoken(one, language) for one in value.values())
    return isinstance(value, tuple) and any(_is_spoken(one, language) for one in value)


def _serves(open_to: Choice[str], plan: str) -> bool:
    if open_to.table is None or "plan" not in open_to.by:
        return any(True for _ in open_to.values()) or open_to == Choice()
    position = open_to.by.index("plan")
    rows = [calendar for key, calendar in open_to.table.items() if key[position] == plan]
    return any(calendar is not None for calendar in (rows or [open_to.otherwise]))


def _recipients(policy: Policy) -> Iterator[str]:
    for clause in policy.clauses.values():
        for effect in (*clause.on_warn, *clause.on_breach):
            if effect.kind != "raise":
                yield effect.value
    for notification in policy.notifications.values():
        yield from notification.notify


def _matched(policy: Policy, attribute: str) -> Iterator[str]:
    """The values of an attribute that any condition or table of the policy names."""
    matchers: list[Matcher] = []
    for clause in policy.clauses.values():
        matchers += [clause.when, *clause.unless, *clause.pauses_while]
        for choice in (clause.within, clause.calendar):
            if choice is not None and choice.table is not None and attribute in choice.by:
                yield from (key[choice.by.index(attribute)] for key in choice.table)
    matchers += [channel.only for channel in policy.channels.values()]
    matchers += [notification.when for notification in policy.notifications.values()]
    matchers += [matcher for ladder in policy.ladders.values() for matcher in ladder.raised_by]
    for matcher in matchers:
        for name, test in matcher.tests:
            if name == attribute and isinstance(test, OneOf):
                yield from map(str, test.values)
