"""escalation.yaml: support levels, and the ladders on which a matter is raised."""

from __future__ import annotations

from typing import Any

from upheld.kernel.text import slug
from upheld.policy.files.policy import ABOUT, LABEL
from upheld.policy.model import Ladder, Level, Rung, Words
from upheld.policy.nodes import Entries, Items, Node, Scalar
from upheld.policy.reading import WRONG, Reading, Wrong
from upheld.policy.shapes.collections import WORDS, ByName, Key, ListOf, Record, Values, plainly, spoken, thing
from upheld.policy.shapes.conditions import MATCHER
from upheld.policy.shapes.names import Ref
from upheld.policy.shapes.shape import Definitions, Shape
from upheld.policy.shapes.values import MAIL, NAME, TEXT, whole

_LEVEL_NUMBER = whole(1, 9)
_TEXTS = ListOf(WORDS, "a list of texts", may_be_empty=True)


def _level(values: Values, at: Reading) -> Level:
    number = int(at.name) if at.name.isdigit() else 1
    values.setdefault("label", Words({at.declared.language: f"Level {at.name}"}))
    return Level(name=at.name, number=number, place=at.place, **values)


LEVEL: Record[Level] = Record(
    _level,
    LABEL,
    ABOUT,
    Key("limit", _TEXTS, "How far this level goes, and no further."),
    Key("duties", _TEXTS, "What this level has to do."),
    Key("abilities", _TEXTS, "What this level can and may do."),
    Key("hands_on", _TEXTS, "When this level hands a matter on."),
    words="a level",
    title="level",
)


def _check_stands(node: Entries, at: Reading, _: set[str]) -> None:
    if not node.entries:
        at.refuse(node, "Nobody stands here.", "Write {level: 2}, {role: lead}, {department: billing} or {mail: …}.")


STANDS: Record[dict[str, Any]] = Record(
    plainly(dict),
    Key("level", _LEVEL_NUMBER, "Agents of this level."),
    Key("role", NAME, "Agents with this role, such as lead, manager or director."),
    Key("team", NAME, "Agents of this team."),
    Key("department", Ref("departments"), "Agents of this department."),
    Key("mail", MAIL, "Somebody outside the desk, by mail."),
    words="who stands on the rung",
    title="stands",
    check=_check_stands,
    relations={"minProperties": 1},
)
RUNG: Record[dict[str, Any]] = Record(
    plainly(dict),
    LABEL,
    ABOUT,
    Key("level", _LEVEL_NUMBER, "The support level of this rung."),
    Key("stands", STANDS, "Who stands on it; without it, the agents of its level."),
    Key("contact", TEXT, "Whom to call, in words: a name, a number, an address."),
    words="a rung",
    title="rung",
)


class _Rungs(Shape[tuple[Rung, ...]]):
    """Counted from 1, the lowest first."""

    words = "a list of rungs, as in [{name: Team lead, stands: {role: lead}}, {name: Manager, stands: {role: manager}}]"

    def read(self, node: Node, at: Reading) -> tuple[Rung, ...] | Wrong:
        if not isinstance(node, Items) or not node.items:
            return (
                at.refuse_kind(node, self.words) if not isinstance(node, Items) else at.refuse_empty(node, self.words)
            )
        rungs = [self._rung(number, item, at.under(str(number - 1), item)) for number, item in enumerate(node.items, 1)]
        read = tuple(rung for rung in rungs if not isinstance(rung, Wrong))
        return read if len(read) == len(rungs) else WRONG

    def _rung(self, number: int, node: Node, at: Reading) -> Rung | Wrong:
        if isinstance(node, Scalar) and not node.is_null:
            label = WORDS.read(node, at)
            values: Values | Wrong = label if isinstance(label, Wrong) else {"label": label}
        else:
            values = RUNG.read(node, at)
        if isinstance(values, Wrong):
            return WRONG
        level = values.get("level")
        if level is not None and _undeclared(level, at, node):
            return WRONG
        values.setdefault(
            "label", Words({at.declared.language: f"Level {level}"}) if level else spoken(f"rung {number}", at)
        )
        values.setdefault("stands", {"level": level} if level else {})
        name = slug(str(values["label"])) or f"rung-{number}"
        return Rung(name=name, number=number, place=at.place, **values)

    def describe(self, definitions: Definitions) -> dict[str, Any]:
        return {"type": "array", "minItems": 1, "items": {"anyOf": [RUNG.schema(definitions), {"type": "string"}]}}


def _undeclared(level: int, at: Reading, node: Node) -> bool:
    known = at.declared.names("levels")
    if known is None or str(level) in known:
        return False
    at.under("level", node).refuse_name(node, "level", str(level), known, "levels of escalation.yaml")
    return True


def _about_tickets(node: Entries, at: Reading) -> Reading:
    return at.about("ticket")


LADDER: Record[Ladder] = Record(
    thing(Ladder),
    LABEL,
    ABOUT,
    Key("rungs", _Rungs(), "The rungs, from the lowest up.", required=True),
    Key("raised_by", ListOf(MATCHER), "Tickets that are raised at once."),
    Key("on_request", MATCHER, "Customers who may ask for it at any time."),
    words="a ladder",
    title="ladder",
    about=_about_tickets,
)


class _Levels(Shape[dict[int, Level]]):
    words = "a mapping of levels by number"
    _named = ByName(LEVEL, "levels", key=_LEVEL_NUMBER)

    def read(self, node: Node, at: Reading) -> dict[int, Level] | Wrong:
        levels: Any = self._named.read(node, at)
        return WRONG if isinstance(levels, Wrong) else {int(number): level for number, level in levels.items()}

    def describe(self, definitions: Definitions) -> dict[str, Any]:
        return self._named.describe(definitions)


ESCALATION_FILE: Record[dict[str, object]] = Record(
    plainly(dict),
    Key("levels", _Levels(), "What each support level does, and where it ends."),
    Key("ladders", ByName(LADDER, "ladders", name_only=False), "The ladders, by name."),
)
