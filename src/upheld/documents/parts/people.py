"""Levels, ladders, what raises, and the directory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from upheld.documents.parts.ways import hours_of
from upheld.documents.scope import NO, Scope, labelled
from upheld.documents.tree import Block, Heading, Items, Paragraph, Run, Runs, Table, joined, link, text
from upheld.policy.matching import Matcher, OneOf
from upheld.policy.model import Department, Ladder, Level, Rung, Words
from upheld.policy.prose import Placeholder

Blocks = list[Block]
BELOW = 0  # a heading one level below the one that it stands under
PARTS = ("limit", "duties", "abilities", "hands_on")


def _levels(scope: Scope, _: Placeholder) -> Blocks:
    head = tuple(text(scope.phrase(f"head.{key}")) for key in ("level", "name", "about"))
    rows = tuple(
        (text(str(level.number)), text(scope.said(level.label), bold=True), text(scope.said(level.about) or NO))
        for level in scope.policy.levels.values()
    )
    return [Table(text(scope.phrase("caption.levels")), head, rows)] if rows else []


def _level_details(scope: Scope, one: Placeholder) -> Blocks:
    """Without a number: every level, each under a heading of its own."""
    if one.arguments:
        return _details(scope, scope.policy.levels[int(one.arguments[0])], BELOW)
    blocks: Blocks = []
    for level in scope.policy.levels.values():
        number = scope.phrase("level.of", number=level.number)
        title = scope.phrase("value.colon", what=number, which=scope.said(level.label))
        blocks.append(Heading(2, text(title), f"level-{level.number}"))
        blocks += [Paragraph(text(about))] if (about := scope.said(level.about)) else []
        blocks += _details(scope, level, 3)
    return blocks


def _details(scope: Scope, level: Level, depth: int) -> Blocks:
    blocks: Blocks = []
    for part in PARTS:
        lines: tuple[Words, ...] = getattr(level, part)
        if lines:
            blocks.append(Heading(depth, text(scope.phrase(f"level.{part}")), f"level-{level.number}-{part}"))
            blocks.append(Items(tuple((Paragraph(text(scope.said(line))),) for line in lines)))
    return blocks


def _ladders(scope: Scope, _: Placeholder) -> Blocks:
    return [table for ladder in scope.policy.ladders.values() for table in ladder_blocks(scope, ladder)]


def _rungs(scope: Scope, one: Placeholder) -> Blocks:
    return ladder_blocks(scope, scope.policy.ladders[str(one.arguments[0])])


def ladder_blocks(scope: Scope, ladder: Ladder) -> Blocks:
    """The rungs of a ladder as a table; its column of contacts is left out where no rung has any."""
    reached = any(rung.contact for rung in ladder.rungs)
    keys = ["step", "name", "stands", *(["contact"] if reached else [])]
    rows = []
    for rung in ladder.rungs:
        row = [text(str(rung.number)), labelled(scope, rung.label, rung.about), text(stands(scope, rung))]
        rows.append((*row, *([text(rung.contact or NO)] if reached else [])))
    caption = text(scope.phrase("caption.rungs", ladder=scope.said(ladder.label)))
    table = Table(caption, tuple(text(scope.phrase(f"head.{key}")) for key in keys), tuple(rows))
    return [table]


def stands(scope: Scope, rung: Rung) -> str:
    """Who is on the rung, in words."""
    said = []
    for kind, value in rung.stands.items():
        match kind:
            case "level":
                said.append(scope.phrase("stands.level", number=value, name=scope.name("level", value)))
            case "role":
                said.append(scope.name("role", value))
            case "team":
                said.append(scope.phrase("stands.team", team=value))
            case "department":
                said.append(scope.name("department", value))
            case _:
                said.append(str(value))
    return scope.speech.listed(said) or scope.phrase("value.nobody")


def _triggers(scope: Scope, _: Placeholder) -> Blocks:
    rows = [*_conditions(scope), *_breaches(scope)]
    head = (text(scope.phrase("head.trigger")), text(scope.phrase("head.step")))
    return [Table(text(scope.phrase("caption.triggers")), head, tuple(rows))] if rows else []


def _conditions(scope: Scope) -> Iterator[tuple[Runs, Runs]]:
    for ladder in scope.policy.ladders.values():
        up = text(scope.phrase("trigger.to_next", ladder=scope.said(ladder.label)))
        for matcher in ladder.raised_by:
            yield text(_mark(scope, matcher) or scope.condition(matcher)), up
        if ladder.on_request is not None:
            who = scope.condition(ladder.on_request)
            asked = scope.phrase("trigger.on_request", who=who) if who else scope.phrase("trigger.on_request_all")
            yield text(asked), up


def _mark(scope: Scope, matcher: Matcher) -> str:
    """`the request is marked major incident`, where that is all that raises; else nothing."""
    name, test = matcher.tests[0] if len(matcher.tests) == 1 else ("", None)
    if name != "tags" or not isinstance(test, OneOf):
        return ""
    marks = [scope.name("tags", value) for value in sorted(test.values, key=str)]
    return scope.phrase("trigger.condition", what=scope.speech.listed(marks, style="or"))


def _breaches(scope: Scope) -> Iterator[tuple[Runs, Runs]]:
    for clause in scope.policy.clauses.values():
        for key, effects in (("trigger.warning", clause.on_warn), ("trigger.breach", clause.on_breach)):
            for effect in effects:
                ladder = scope.policy.ladders.get(effect.value) if effect.kind == "raise" else None
                if ladder is not None:
                    said = scope.phrase(key, clause=scope.said(clause.label))
                    yield text(said, clause=clause.name), text(_goal(scope, ladder, effect.options.get("to")))


def _goal(scope: Scope, ladder: Ladder, to: Any) -> str:
    name = scope.said(ladder.label)
    if not to or int(to) > len(ladder.rungs):
        return scope.phrase("trigger.to_next", ladder=name)
    return scope.phrase("trigger.to", ladder=name, number=to, rung=scope.said(ladder.rungs[int(to) - 1].label))


def _directory(scope: Scope, _: Placeholder) -> Blocks:
    departments = scope.policy.departments.values()
    led = any(one.lead for one in departments)
    keys = ["department", "contact", "staffed", *(["lead"] if led else [])]
    rows = []
    for one in departments:
        row = [labelled(scope, one.label, one.about), _contact(scope, one), text(_staffed(scope, one))]
        rows.append((*row, *([text(one.lead or NO)] if led else [])))
    head = tuple(text(scope.phrase(f"head.{key}")) for key in keys)
    table = [Table(text(scope.phrase("caption.departments")), head, tuple(rows))] if rows else []
    staffed = dict.fromkeys(one.calendar for one in departments if one.calendar and one.calendar != "always")
    return [*table, *hours_of(scope, staffed), *_ladders(scope, _)]


def _contact(scope: Scope, one: Department) -> Runs:
    mail = link(one.mail, f"mailto:{one.mail}") if one.mail else ()
    return joined([mail, text(one.phone, code=True)], ", ") or (Run(NO),)


def _staffed(scope: Scope, one: Department) -> str:
    """What the hours are called; their week stands once, below, and not in every line beside long addresses."""
    return scope.calendar(one.calendar) if one.calendar else NO


BLOCKS: dict[str, Callable[[Scope, Placeholder], Any]] = {
    "levels": _levels,
    "level_details": _level_details,
    "ladders": _ladders,
    "rungs": _rungs,
    "triggers": _triggers,
    "directory": _directory,
}
