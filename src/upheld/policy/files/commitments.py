"""commitments.yaml: the clauses, by name, at the top level or all under `commitments:`."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from upheld.policy.model import Clause
from upheld.policy.nodes import Entries, Node, Scalar
from upheld.policy.reading import Reading, Wrong
from upheld.policy.shapes.collections import WORDS, ByName, Key, ListOf, Record, Values, spoken
from upheld.policy.shapes.conditions import MATCHER, ChoiceOf
from upheld.policy.shapes.effects import EFFECTS, MARK
from upheld.policy.shapes.names import EVENT, SUBJECT, Ref
from upheld.policy.shapes.shape import Definitions, Shape
from upheld.policy.shapes.values import DURATION, NAME, TEXT, YES_NO

EVENT_KEYS = ("begins", "kept_by", "void_by", "until")


def _clause(values: Values, at: Reading) -> Clause:
    for key in EVENT_KEYS:
        if key in values:
            values[key] = frozenset(values[key])
    values.setdefault("label", spoken(at.name, at))
    return Clause(name=at.name, place=at.place, **values)


def _about_its_subject(node: Entries, at: Reading) -> Reading:
    subject = node.get("on")
    return at.about(subject.text) if isinstance(subject, Scalar) else at


def _check(node: Entries, at: Reading, meant: set[str]) -> None:
    """What the keys of one clause demand of each other."""
    within, series = node.get("within"), [key for key in ("at", "then_every") if node.get(key) is not None]
    if not {"within", "at", "then_every"} & meant:
        at.refuse(
            None, "Missing key 'within'.", "Add 'within: 4h', or 'at: [1w, 2w]' for points in time after the beginning."
        )
    for key in series if within is not None else ():
        place = at.under(key, node.entries[key][0])
        place.refuse(
            None,
            f"'{key}' cannot stand beside 'within'.",
            "Keep 'within' for one deadline, or 'at' for a series of them.",
        )
    renews = node.get("renews")
    if renews is not None and isinstance(renews, Scalar) and renews.text.lower() in ("true", "yes", "on"):
        _check_renewal(meant, at.under("renews", node.entries["renews"][0]))


def _check_renewal(meant: set[str], at: Reading) -> None:
    if "within" not in meant:
        at.refuse(
            None,
            "'renews' needs 'within': a series goes on by itself.",
            "Take it out, or use 'then_every' for the series.",
        )
    elif "kept_by" not in meant:
        at.refuse(None, "'renews' needs 'kept_by': the event that keeps one cycle begins the next.", "Add 'kept_by:'.")


def _conditions(meaning: str, name: str) -> Key:
    return Key(name, ListOf(MATCHER, "a condition, or a list of conditions of which one suffices"), meaning)


class _Points(ListOf[int]):
    """Durations after one beginning, each later than the one before."""

    def read(self, node: Node, at: Reading) -> tuple[int, ...] | Wrong:
        points = super().read(node, at)
        if not isinstance(points, Wrong) and any(after <= before for before, after in pairwise(points)):
            return at.refuse(
                node, "These points in time do not follow each other.", "Write the earliest first, each once."
            )
        return points


CLAUSE: Record[Clause] = Record(
    _clause,
    Key("name", WORDS, "What people read; the key itself, spelled out, when left out.", field="label"),
    Key("about", WORDS, "One or two sentences that explain the promise."),
    Key("on", SUBJECT, "The kind of thing that the promise is about.", required=True),
    Key("begins", ListOf(EVENT), "The events that begin it.", required=True),
    Key("kept_by", ListOf(EVENT), "The events that keep it."),
    Key("void_by", ListOf(EVENT), "The events after which it no longer counts."),
    Key("until", ListOf(EVENT), "The events that end its renewals or its series."),
    Key("when", MATCHER, "Holds only while the subject has these attributes."),
    _conditions("Does not hold while one of these conditions is met.", "unless"),
    _conditions("Time stands still while one of these conditions is met.", "pauses_while"),
    Key("calendar", ChoiceOf(Ref("calendars"), "calendar"), "On whose open time it counts; always, unless said."),
    Key("within", ChoiceOf(DURATION, "duration"), "How much open time there is."),
    Key("at", _Points(DURATION), "A series: so long after the beginning, one after the other."),
    Key("then_every", DURATION, "How the series goes on after its last point."),
    Key("renews", YES_NO, "Whether the event that keeps it begins it anew."),
    Key("do", NAME, "What the desk does by itself when the time has come."),
    Key("warn", ListOf(MARK), "When to warn: shares of the time, or durations before it is due."),
    Key("on_warn", EFFECTS, "What follows a warning."),
    Key("on_breach", EFFECTS, "What follows a breach."),
    Key("source", TEXT, "Where the promise was made: document and section."),
    words="a clause",
    title="clause",
    check=_check,
    about=_about_its_subject,
    relations={
        "anyOf": [{"required": [key]} for key in ("within", "at", "then_every")],
        "not": {"anyOf": [{"required": ["within", key]} for key in ("at", "then_every")]},
        "if": {"required": ["renews"], "properties": {"renews": {"enum": [True, "yes"]}}},
        "then": {"required": ["within", "kept_by"]},
    },
)


class _CommitmentsFile(Shape[dict[str, object]]):
    words = "clauses by name"
    clauses = ByName(CLAUSE, "clauses", name_only=False)

    def read(self, node: Node, at: Reading) -> dict[str, object] | Wrong:
        below = node.get("commitments") if isinstance(node, Entries) and len(node.entries) == 1 else None
        if below is not None and isinstance(node, Entries):
            at = at.under("commitments", node.entries["commitments"][0])
            if below.is_null:
                return at.refuse_empty(below, self.words)
            node = below
        clauses = self.clauses.read(node, at)
        return clauses if isinstance(clauses, Wrong) else {"clauses": clauses}

    def describe(self, definitions: Definitions) -> dict[str, Any]:
        by_name = self.clauses.describe(definitions)
        # A clause has `on` and `begins`; the single key `commitments` has neither, so that editors can tell the two apart.
        under = {
            "type": "object",
            "properties": {"commitments": by_name},
            "required": ["commitments"],
            "additionalProperties": False,
        }
        return {"if": {"required": ["commitments"]}, "then": under, "else": by_name}


COMMITMENTS_FILE = _CommitmentsFile()
