"""The chapter of commitments: a group for each clause, with its times as a table where they depend on something."""

from __future__ import annotations

from typing import Any

from upheld.kernel.durations import format_duration
from upheld.policy.chapters.blocks import Block, Group, Sentences, Table
from upheld.policy.matching import Choice
from upheld.policy.model import Clause, Policy
from upheld.policy.sentences import clause_sentences, hours_called
from upheld.policy.wording import label

NOT_PROMISED = "not promised"
_SUBJECTS = {
    "ticket": "Tickets",
    "account": "Accounts",
    "agent": "Our own people",
    "desk": "The desk as a whole",
    "incident": "Incidents",
    "chat": "Chats",
    "call": "Calls",
    "mention": "Social media",
    "topic": "The forum",
    "recording": "Recordings",
    "article": "Articles",
}


def commitments(policy: Policy, language: str) -> list[Block]:
    """Clauses on one subject stand together, subjects in the order in which the policy comes to them."""
    by_subject: dict[str, list[Block]] = {}
    for clause in policy.clauses.values():
        by_subject.setdefault(clause.on, []).append(clause_group(policy, clause, language))
    return [group for groups in by_subject.values() for group in groups]


def clause_group(policy: Policy, clause: Clause, language: str = "en") -> Group:
    """One clause: its times as a table, if they depend on anything, and all of it in sentences."""
    table = matrix(policy, clause, language)
    sentences = Sentences(tuple(clause_sentences(policy, clause, language)))
    return Group(
        kind="clause",
        key=clause.name,
        title=clause.label.text(language),
        about=clause.about.text(language),
        blocks=(table, sentences) if table else (sentences,),
        source=clause.source,
        about_what=subject_title(clause.on),
    )


def subject_title(subject: str) -> str:
    return _SUBJECTS.get(subject, f"{subject[:1].upper()}{subject[1:]}s".replace("_", " "))


def matrix(policy: Policy, clause: Clause, language: str = "en") -> Table | None:
    """The times as a table; None for a promise that is the same for everybody, and for a series."""
    within = clause.within
    if within is None or within.table is None:
        return None
    caption = f"{clause.label.text(language)}: how soon"
    if len(within.by) == 2:
        return _crossed(policy, clause, within, caption, language)
    return _listed(policy, clause, within, caption, language)


def _crossed(policy: Policy, clause: Clause, within: Choice[int], caption: str, language: str) -> Table:
    """A row for each value of the first attribute, a column for each of the second."""
    assert within.table is not None
    first, second = within.by
    heads = list(dict.fromkeys(key[0] for key in within.table))
    columns = list(dict.fromkeys(key[1] for key in within.table))
    rows = [
        (
            value_words(policy, first, head, language),
            *(_time(within.table.get((head, one), within.otherwise)) for one in columns),
        )
        for head in heads
    ]
    if within.otherwise is not None:
        rows.append((f"any other {_spoken(first)}", *(_time(within.otherwise) for _ in columns)))
    if clause.calendar.by == (second,):
        rows.append(
            ("Time counts", *(hours_called(policy, clause.calendar.pick({second: one}), language) for one in columns))
        )
    return Table(caption, ("", *(value_words(policy, second, one, language) for one in columns)), tuple(rows))


def _listed(policy: Policy, clause: Clause, within: Choice[int], caption: str, language: str) -> Table:
    """A row for each cell: the values of the attributes, then the time, then the hours on which it counts where they differ."""
    assert within.table is not None
    has_hours = bool(clause.calendar.by) and set(clause.calendar.by) <= set(within.by)
    rows = []
    for key, time in within.table.items():
        names = [
            value_words(policy, attribute, value, language) for attribute, value in zip(within.by, key, strict=True)
        ]
        calendar = clause.calendar.pick(dict(zip(within.by, key, strict=True)))
        rows.append((*names, _time(time), *([hours_called(policy, calendar, language)] if has_hours else [])))
    if within.otherwise is not None:
        names = [f"any other {_spoken(within.by[0])}", *("" for _ in within.by[1:])]
        rows.append(
            (
                *names,
                _time(within.otherwise),
                *([hours_called(policy, clause.calendar.otherwise, language)] if has_hours else []),
            )
        )
    heads = [_spoken(name).capitalize() for name in within.by]
    return Table(caption, (*heads, "Within", *(["Time counts"] if has_hours else [])), tuple(rows))


def value_words(policy: Policy, attribute: str, value: Any, language: str) -> str:
    """The name that people read; a priority with both of its names: `P1 Critical`."""
    name = label(policy, attribute, value, language)
    if attribute == "priority" and name in policy.priorities:
        called = policy.priorities[name].label.text(language)
        return name if called == name else f"{name} {called}"
    return name


def _time(time: int | None) -> str:
    return NOT_PROMISED if time is None else format_duration(time)


def _spoken(attribute: str) -> str:
    return attribute.replace("_", " ")
