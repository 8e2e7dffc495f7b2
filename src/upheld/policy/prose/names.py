"""names.yaml: the names of a policy in another language, in the shape of the policy's own sections."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from upheld.kernel.text import nearest
from upheld.policy.document import Document
from upheld.policy.errors import PolicyErrors, Problem
from upheld.policy.model import Named, Policy, Words
from upheld.policy.nodes import Entries, Items, Node
from upheld.policy.prose.folder import NAMES, language_of
from upheld.policy.prose.known import Known
from upheld.policy.reading import Reading, Session
from upheld.policy.shapes.collections import ByName, Key, ListOf, Record, plainly
from upheld.policy.shapes.shape import Shape
from upheld.policy.shapes.values import NAME, TEXT, name_up_to, whole

_TEXTS = ListOf(TEXT, "a list of texts")
_MEANINGS = {
    "name": "What people read.",
    "about": "The sentences that explain it.",
    "signature": "What stands below its mails.",
    "upsell": "What somebody reads whose plan does not have it.",
    "measured": "How, where and how often it is measured.",
    "level": "How much support the plan buys.",
    "services": "The services, in the order of policy.yaml.",
    "examples": "The examples, in the order of policy.yaml.",
    "limit": "How far the level goes, in the order of escalation.yaml.",
    "duties": "What it has to do, in the order of escalation.yaml.",
    "abilities": "What it can and may do, in the order of escalation.yaml.",
    "hands_on": "When it hands on, in the order of escalation.yaml.",
}
_LISTS = ("services", "examples", "limit", "duties", "abilities", "hands_on")
_FIELDS = {"name": "label"}


def _record(noun: str, *keys: str) -> Record[dict[str, Any]]:
    made = [Key(key, _TEXTS if key in _LISTS else TEXT, _MEANINGS[key]) for key in ("name", *keys)]
    return Record(plainly(dict), *made, words=noun, title=noun.rpartition(" ")[2])


_RUNG = _record("a rung", "about")
_LADDER: Record[dict[str, Any]] = Record(
    plainly(dict),
    Key("name", TEXT, _MEANINGS["name"]),
    Key("about", TEXT, _MEANINGS["about"]),
    Key("rungs", ListOf(_RUNG, "a list of rungs, as in [{name: …}, {name: …}]"), "The rungs, from the lowest up."),
    words="a ladder",
    title="ladder",
)
_RECORDS: dict[str, Record[dict[str, Any]]] = {
    "plans": _record("a plan", "about", "level", "services"),
    "priorities": _record("a priority", "about", "examples"),
    "categories": _record("a category", "about"),
    "departments": _record("a department", "about"),
    "product_areas": _record("a product-area", "about"),
    "brands": _record("a brand", "about", "signature"),
    "channels": _record("a channel", "about", "upsell"),
    "clauses": _record("a clause", "about"),
    "levels": _record("a level", "about", "limit", "duties", "abilities", "hands_on"),
    "ladders": _LADDER,
    "targets": _record("a target", "about", "measured"),
    "intake": _record("a field", "about"),
    "closing": _record("a field", "about"),
    "calendars": _record("a calendar"),
    "regions": _record("a region"),
}
_KEYS: dict[str, Shape[Any]] = {"priorities": name_up_to(16), "levels": whole(1, 9)}
NAMES_FILE: Record[dict[str, Any]] = Record(
    plainly(dict),
    *(
        Key(
            section,
            ByName(record, section.replace("_", " "), key=_KEYS.get(section, NAME), name_only=False),
            f"The {section.replace('_', ' ')}, by the names that the policy gives them.",
        )
        for section, record in _RECORDS.items()
    ),
    words="a mapping of sections",
)
Translations = dict[str, dict[str, Any]]


def with_names(policy: Policy, words: Mapping[str, bytes]) -> Policy:
    """The policy, saying its names in the languages of these names.yaml too. They have to be read without problems before."""
    for path, raw in words.items():
        if path.endswith(f"/{NAMES}"):
            read, problems = read_names(path, raw, None)
            if problems:
                raise PolicyErrors(problems)
            policy = _overlaid(policy, language_of(path), read)
    return policy


def read_names(path: str, raw: bytes, known: Known | None) -> tuple[Translations, list[Problem]]:
    """What a names.yaml says by section and name, and what is wrong with it; against `known`, if given, too."""
    document = Document(path, raw)
    if document.root is None or document.root.is_null or document.problems:
        return {}, document.problems
    session = Session(known.declared if known else _nothing_declared())
    at = Reading(session, path, (), document.root.line, document.root.column, "")
    read: Any = NAMES_FILE.read(document.root, at)
    if known is not None and isinstance(document.root, Entries):
        for section, below in document.root:
            if section.text in _RECORDS and isinstance(below, Entries):
                _check_section(section.text, below, at.under(section.text, section), known)
    return (read if isinstance(read, dict) else {}), session.problems


def _nothing_declared() -> Any:
    from upheld.policy.declared import Declared

    return Declared({})


def _check_section(section: str, below: Entries, at: Reading, known: Known) -> None:
    declared = known.section(section)
    if declared is None:
        return
    for name, one in below:
        here = at.under(name.text, name)
        if name.text not in declared:
            near = nearest(name.text, declared)
            remedy = f"Did you mean '{near}'?" if near else f"Take it out, or declare it in {known.where(section)}."
            here.refuse(name, f"The policy has no '{name.text[:60]}' among its {section.replace('_', ' ')}.", remedy)
        elif isinstance(one, Entries):
            _check_lengths(one, declared[name.text], here)


def _check_lengths(one: Entries, original: Any, at: Reading) -> None:
    for key, value in one:
        if key.text not in (*_LISTS, "rungs"):
            continue
        wanted = _length(original.get(key.text) if isinstance(original, dict) else None)
        found = len(value.items) if isinstance(value, Items) else 1
        if found != wanted:
            problem = f"Here stand {found} texts; the policy has {wanted}."
            at.under(key.text, key).refuse(_first(value, key), problem, "Write as many, in the same order.")


def _first(value: Node, key: Node) -> Node:
    return key if isinstance(value, Items) else value


def _length(value: Any) -> int:
    if value is None:
        return 0
    return len(value) if isinstance(value, list) else 1


def _overlaid(policy: Policy, language: str, names: Translations) -> Policy:
    changed: dict[str, Any] = {}
    for section, entries in names.items():
        if section == "calendars":
            told = {name: one["name"] for name, one in entries.items() if "name" in one}
            old = policy.calendar_names
            added = {name: _added(old.get(name, Words({})), language, text) for name, text in told.items()}
            changed["calendar_names"] = {**old, **added}
            continue
        things = dict(getattr(policy, section))
        for name, one in entries.items():
            key = int(name) if section == "levels" else str(name)
            if section == "regions":  # declared by being named: accounts say which there are
                things.setdefault(key, _region(policy, str(name)))
            if key in things:
                things[key] = _said(things[key], language, one)
        changed[section] = things
    return replace(policy, **changed)


def _region(policy: Policy, name: str) -> Named:
    return Named(name, Words({policy.languages[0]: name.replace("-", " ").replace("_", " ").capitalize()}))


def _said(thing: Any, language: str, texts: Mapping[str, Any]) -> Any:
    """The thing of the model with these texts in the language added to its own."""
    known = {one.name for one in fields(thing)}
    changed: dict[str, Any] = {}
    for key, text in texts.items():
        name = _FIELDS.get(key, key)
        if name in ("services", "level") and f"{name}_in" in known:  # plain texts in the model
            changed[f"{name}_in"] = {**getattr(thing, f"{name}_in"), language: text}
        elif name == "rungs":
            changed[name] = tuple(_said(rung, language, one) for rung, one in zip(thing.rungs, text, strict=True))
        elif isinstance(text, tuple):
            old: tuple[Words, ...] = getattr(thing, name)
            changed[name] = tuple(_added(words, language, one) for words, one in zip(old, text, strict=True))
        else:
            changed[name] = _added(getattr(thing, name), language, text)
    return replace(thing, **changed)


def _added(words: Words, language: str, text: str) -> Words:
    return Words({**words.texts, language: text})
