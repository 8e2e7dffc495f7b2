"""Times, clauses, targets and rules as tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from upheld.documents.scope import NO, Scope, attributes_left, cells, concerns, grouped, label_of, labelled
from upheld.documents.tree import Block, Runs, Table, text
from upheld.kernel.durations import SECOND
from upheld.policy.model import Clause, Target
from upheld.policy.prose import Placeholder

Blocks = list[Block]


def time_allowed(scope: Scope, clause: Clause, fixed: Mapping[str, object]) -> str:
    """`15 minutes`, `15 minutes to 48 hours`, `not promised`; of a series the points in time, and how often then."""
    if clause.within is not None:
        return scope.speech.between(value for _, value in cells(clause.within, fixed) if value is not None)
    points = scope.speech.listed([scope.speech.duration(point) for point in clause.at])
    again = scope.speech.duration(clause.then_every) if clause.then_every else ""
    if points and again:
        return scope.phrase("value.then", first=points, next=scope.phrase("time.every", duration=again))
    return points or again


def _time_in_table(scope: Scope, clause: Clause, fixed: Mapping[str, object]) -> str:
    said = time_allowed(scope, clause, fixed)
    if clause.within is None:
        return (
            scope.phrase("time.every", duration=said) if not clause.at else scope.phrase("time.after", durations=said)
        )
    return scope.phrase("time.until_over", duration=said) if clause.renews else said


def _table(scope: Scope, one: Placeholder) -> Blocks:
    """Without a clause: all whose times are a table."""
    if one.arguments:
        return [times(scope, scope.policy.clauses[str(one.arguments[0])])]
    clauses = [clause for clause in scope.policy.clauses.values() if clause.within and clause.within.table]
    return [times(scope, clause) for clause in clauses if concerns(clause, scope.fixed)]


def times(scope: Scope, clause: Clause) -> Table:
    """The times of a clause as far as the document does not know the answer already: priority by plan where both are open."""
    caption = text(scope.phrase("caption.table", clause=scope.said(clause.label)))
    if clause.within is None:
        return Table(caption, (), ((text(scope.said(clause.label)), _cell(scope, clause, scope.fixed)),))
    left = attributes_left(clause.within, scope.fixed)
    rows = cells(clause.within, scope.fixed)
    if len(left) == 2:
        return _matrix(scope, clause, caption, left)
    heads = [text(scope.attribute(name)) for name in left] or [text(scope.phrase("head.promise"))]
    found = []
    for key, value in rows:
        names = [text(scope.name(name, part)) for name, part in zip(left, key, strict=True)]
        if set(key) == {"other"}:
            names = [text(scope.phrase("value.other")), *(text(NO) for _ in left[1:])]
        found.append((*(names or [text(scope.said(clause.label))]), _time(scope, clause, value)))
    return Table(caption, (*heads, text(scope.phrase("head.time"))), tuple(found))


def _matrix(scope: Scope, clause: Clause, caption: Runs, left: list[str]) -> Table:
    assert clause.within is not None
    choice = clause.within
    keys = [key for key, _ in cells(choice, scope.fixed)]
    across = list(dict.fromkeys(key[1] for key in keys if key[1] != "other"))
    down = list(dict.fromkeys(key[0] for key in keys if key[0] != "other"))
    head = (text(scope.attribute(left[0])), *(text(scope.name(left[1], part)) for part in across))
    rows = []
    for first in down:
        picked = [choice.pick({**scope.fixed, left[0]: first, left[1]: second}) for second in across]
        rows.append((text(scope.name(left[0], first)), *(_time(scope, clause, value) for value in picked)))
    return Table(caption, head, tuple(rows))


def _time(scope: Scope, clause: Clause, value: int | None) -> Runs:
    said = scope.phrase("value.not_promised") if value is None else scope.speech.duration(value)
    return text(said, clause=clause.name)


def _cell(scope: Scope, clause: Clause, fixed: Mapping[str, object]) -> Runs:
    return text(_time_in_table(scope, clause, fixed), clause=clause.name)


def _clauses(scope: Scope, one: Placeholder) -> Blocks:
    wanted = {str(name) for name in one.arguments}
    by_subject: dict[str, list[Clause]] = {}
    for clause in scope.policy.clauses.values():
        if (not wanted or clause.on in wanted) and concerns(clause, scope.fixed):
            by_subject.setdefault(clause.on, []).append(clause)
    head = tuple(text(scope.phrase(f"head.{key}")) for key in ("promise", "time", "counts", "pauses"))
    return [
        Table(_caption(scope, subject), head, tuple(_clause_row(scope, clause) for clause in clauses))
        for subject, clauses in by_subject.items()
    ]


def _caption(scope: Scope, subject: str) -> Runs:
    what, key = scope.phrase("caption.clauses"), f"subject.{subject}"
    which = scope.phrase(key) if scope.speech.has(key) else subject.replace("_", " ").capitalize()
    return text(scope.phrase("value.colon", what=what, which=which))


def _clause_row(scope: Scope, clause: Clause) -> tuple[Runs, ...]:
    calendars = grouped(scope, clause.calendar, scope.fixed)
    counts = scope.speech.parted(
        scope.phrase("value.colon", what=whom, which=scope.calendar(name)) if whom else scope.calendar(name)
        for whom, name in calendars
    )
    pauses = scope.any_condition(clause.pauses_while) or scope.phrase("value.only_nothing")
    return (labelled(scope, clause.label, clause.about), _cell(scope, clause, scope.fixed), text(counts), text(pauses))


def figure(scope: Scope, target: Target, fixed: Mapping[str, object]) -> str:
    """`99.5%`, `5 minutes`, `4.5 of 5`, `500 articles`; from the least to the most where it depends on something open."""
    choice = target.at_least or target.at_most
    values = sorted({value for _, value in cells(choice, fixed) if value is not None}) if choice else []
    said = [_amount(scope, target, value) for value in values]
    if not said:
        return scope.phrase("value.none")
    return said[0] if len(said) == 1 else scope.phrase("figure.between", least=said[0], most=said[-1])


def _amount(scope: Scope, target: Target, value: float) -> str:
    if target.unit == "%":
        return scope.speech.share(value)
    if target.unit == "s":
        return scope.speech.duration(round(value * SECOND))
    number = scope.speech.number(value)
    if target.of is not None:
        return scope.phrase("figure.of", figure=number, most=scope.speech.number(target.of))
    own = scope.speech.language == scope.policy.languages[0]  # a unit is a plain word of that language
    return scope.phrase("figure.with_unit", figure=number, unit=target.unit) if target.unit and own else number


def _goal(scope: Scope, target: Target) -> str:
    choice = target.at_least or target.at_most
    if choice is None:
        return NO
    key = "figure.at_least" if target.at_least else "figure.at_most"
    left = attributes_left(choice, scope.fixed)
    said = []
    for names, value in cells(choice, scope.fixed):
        if value is not None:
            amount = scope.phrase(key, figure=_amount(scope, target, value))
            whom = label_of(scope, left, names) if left else ""
            said.append(scope.phrase("value.colon", what=whom, which=amount) if whom else amount)
    return scope.speech.parted(said) or NO


def _targets(scope: Scope, _: Placeholder) -> Blocks:
    head = tuple(text(scope.phrase(f"head.{key}")) for key in ("target", "figure", "measured"))
    rows = tuple(
        (labelled(scope, one.label, one.about), text(_goal(scope, one)), text(scope.said(one.measured) or NO))
        for one in scope.policy.targets.values()
    )
    return [Table(text(scope.phrase("caption.targets")), head, rows)] if rows else []


def _rules(scope: Scope, _: Placeholder) -> Blocks:
    from upheld.documents.parts.values import rule_said

    head = (text(scope.phrase("head.rule")), text(scope.phrase("head.says")))
    rows = tuple(
        (text(scope.phrase(f"rule.{name}")), text(rule_said(scope, value)))
        for name, value in scope.policy.rules.items()
        if scope.speech.has(f"rule.{name}")
    )
    return [Table(text(scope.phrase("caption.rules")), head, rows)] if rows else []


BLOCKS: dict[str, Callable[[Scope, Placeholder], Any]] = {
    "table": _table,
    "clauses": _clauses,
    "targets": _targets,
    "rules": _rules,
}
