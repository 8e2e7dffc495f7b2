"""The chapters on the company itself: plans, priorities, departments and categories, rules."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from upheld.kernel.durations import format_duration
from upheld.kernel.text import listed
from upheld.policy.chapters.blocks import Block, Facts, Sentences, Table
from upheld.policy.chapters.commitments import value_words
from upheld.policy.model import Approval, Policy
from upheld.policy.wording import label

DEFAULTS = {
    "plan": "Plan of an account that has none",
    "priority": "Priority of a ticket for which nothing else decides",
    "category": "Category of a ticket for which nothing else decides",
    "department": "Department of a ticket for which nothing else decides",
    "product_area": "Product area of a ticket for which nothing else decides",
    "channel": "Channel that is offered first",
    "calendar": "Calendar that answers “are we open?”",
    "language": "Language of a customer of whom none is known",
    "ladder": "Ladder on which a ticket is raised where none is named",
}


def plans(policy: Policy, language: str) -> list[Block]:
    """What each plan is, and a table of which service comes with which."""
    entries = []
    for plan in policy.plans.values():
        level = plan.level_in.get(language, plan.level)
        lines = [plan.about.text(language), f"Support: {level}." if level else ""]
        entries.append((plan.label.text(language), tuple(line for line in lines if line)))
    blocks: list[Block] = [Facts(tuple(entries))] if entries else []
    by_plan = {plan.name: plan.services_in.get(language, plan.services) for plan in policy.plans.values()}
    services = list(dict.fromkeys(service for some in by_plan.values() for service in some))
    if services:
        rows = [(service, *("yes" if service in some else "–" for some in by_plan.values())) for service in services]
        columns = ("Service", *(plan.label.text(language) for plan in policy.plans.values()))
        blocks.append(Table("What each plan includes", columns, tuple(rows)))
    return blocks


def priorities(policy: Policy, language: str) -> list[Block]:
    """The priorities with examples, and the table that gives a ticket its priority by impact and urgency."""
    entries = []
    for priority in policy.priorities.values():
        examples = [f"For example: {one.text(language)}" for one in priority.examples]
        about = priority.about.text(language)
        entries.append(
            (value_words(policy, "priority", priority.name, language), (*([about] if about else []), *examples))
        )
    blocks: list[Block] = [Facts(tuple(entries))] if entries else []
    matrix = policy.impact_urgency
    if matrix is not None and matrix.table is not None and len(matrix.by) == 2:
        heads, columns = (list(dict.fromkeys(key[place] for key in matrix.table)) for place in (0, 1))
        rows = [
            (head, *(str(matrix.pick(dict(zip(matrix.by, (head, one), strict=True))) or "–") for one in columns))
            for head in heads
        ]
        caption = f"Priority by {matrix.by[0]} (down) and {matrix.by[1]} (across)"
        blocks.append(Table(caption, ("", *columns), tuple(rows)))
    return blocks


def departments(policy: Policy, language: str) -> list[Block]:
    """Who takes care of what: departments, categories and where they go, product areas."""
    blocks: list[Block] = []
    if policy.departments:
        entries = []
        for one in policy.departments.values():
            known = [
                one.about.text(language),
                *(
                    f"{what}: {value}"
                    for what, value in (("Mail", one.mail), ("Telephone", one.phone), ("Lead", one.lead))
                    if value
                ),
                f"Staffed: {label(policy, 'calendar', one.calendar, language)}" if one.calendar else "",
            ]
            entries.append((one.label.text(language), tuple(line for line in known if line)))
        blocks.append(Facts(tuple(entries), "Departments"))
    if policy.categories:
        blocks.append(_categories(policy, language))
    if policy.product_areas:
        names = tuple(one.label.text(language) for one in policy.product_areas.values())
        blocks.append(Sentences(names, "Parts of the product"))
    return blocks


def _categories(policy: Policy, language: str) -> Table:
    """Columns that no category fills are left out."""
    rows = [
        (
            one.label.text(language),
            one.about.text(language),
            label(policy, "department", one.department, language) if one.department else "–",
            one.priority or "–",
            ", ".join(one.keywords),
        )
        for one in policy.categories.values()
    ]
    heads = ("Category", "About", "Goes to", "Priority", "Suggested by the words")
    kept = [place for place in range(len(heads)) if any(row[place] for row in rows)]
    columns = tuple(heads[place] for place in kept)
    return Table(
        "What tickets are about, and where they go", columns, tuple(tuple(row[place] for place in kept) for row in rows)
    )


def rules(policy: Policy, language: str) -> list[Block]:
    """Rules of the desk, what holds where nothing else decides, and how the policy changes."""
    blocks: list[Block] = []
    if policy.rules:
        blocks.append(Sentences(tuple(rule_sentence(name, value) for name, value in policy.rules.items())))
    if policy.defaults:
        entries = [
            (DEFAULTS.get(name, name), (default_words(policy, name, value, language),))
            for name, value in policy.defaults.items()
        ]
        blocks.append(Facts(tuple(entries), "Where nothing else decides"))
    blocks.append(Sentences(tuple(_approval(policy.approval)), "How this policy changes"))
    return blocks


def _approval(approval: Approval) -> Iterator[str]:
    roles = listed([f"{'an' if role[0] in 'aeiou' else 'a'} {role}" for role in approval.roles])
    yield f"A new version is approved by {roles}, none of whom wrote it."
    if approval.acknowledge_within is not None:
        yield f"Everybody here confirms within {format_duration(approval.acknowledge_within)} that they have read it."
    if approval.remind_every is not None:
        yield f"Who has not is reminded every {format_duration(approval.remind_every)}."


def rule_sentence(name: str, value: Any) -> str:
    """A rule as a sentence; one that is switched off says so."""
    time = format_duration(value) if isinstance(value, int) and not isinstance(value, bool) else ""
    match name:
        case "reopen_within":
            return f"An answer up to {time} after the resolution reopens the ticket; a later one begins a new ticket."
        case "close_resolved_after":
            return f"A resolved ticket closes by itself after {time}."
        case "close_waiting_after":
            return f"A ticket that waits for the customer closes by itself after {time}."
        case "remind_waiting_after":
            return f"A customer for whom we wait is reminded after {time}."
        case "reopen_closed":
            return f"An answer {'may' if value else 'may not'} reopen a ticket that is closed already."
        case "acknowledge_mail":
            return f"A mail that opens a ticket is {'acknowledged at once' if value else 'not acknowledged'}."
        case "autoclose":
            return "Tickets close by themselves." if value else "No ticket closes by itself."
    return f"{name.replace('_', ' ').capitalize()}: {time or value}."


def default_words(policy: Policy, name: str, value: str, language: str) -> str:
    if name == "ladder" and value in policy.ladders:
        return policy.ladders[value].label.text(language)
    return value_words(policy, name, value, language)
