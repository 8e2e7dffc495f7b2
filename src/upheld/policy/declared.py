"""The names that a policy declares, gathered before its files are read, so that every use can be checked where it stands.

Names are taken leniently: an entry that is wrong in itself still counts as declared, and causes no second problem elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping

from upheld.policy.model import NAMED_ATTRIBUTES
from upheld.policy.nodes import Entries, Items, Node, Scalar

SECTIONS: dict[str, tuple[str, str]] = {
    "plans": ("policy.yaml", "plan"),
    "priorities": ("policy.yaml", "priority"),
    "categories": ("policy.yaml", "category"),
    "departments": ("policy.yaml", "department"),
    "product_areas": ("policy.yaml", "product area"),
    "brands": ("policy.yaml", "brand"),
    "languages": ("policy.yaml", "language"),
    "calendars": ("hours.yaml", "calendar"),
    "channels": ("channels.yaml", "channel"),
    "levels": ("escalation.yaml", "level"),
    "ladders": ("escalation.yaml", "ladder"),
}
# What these attributes hold wherever they occur, as long as no vocabulary says otherwise.
ATTRIBUTE_SECTIONS = {
    **{name: section for name, section in NAMED_ATTRIBUTES.items() if section in SECTIONS},
    "language": "languages",
}


class Declared:
    """Names by section. A section that a policy leaves out altogether is not checked against: the lint speaks of it."""

    def __init__(self, roots: Mapping[str, Node | None]) -> None:
        self._names: dict[str, tuple[str, ...] | None] = {}
        self.rungs: dict[str, int] = {}
        for section, (file, _) in SECTIONS.items():
            self._names[section] = _names(_below(roots.get(file), section))
        self._names["calendars"] = tuple(dict.fromkeys(("always", *(self._names["calendars"] or ()))))
        self.language = (self._names["languages"] or ("en",))[0]
        ladders = _below(roots.get("escalation.yaml"), "ladders")
        if isinstance(ladders, Entries):
            self.rungs = {key.text: _length(_below(ladder, "rungs")) for key, ladder in ladders}

    def names(self, section: str) -> tuple[str, ...] | None:
        """What the section declares, or None when the policy has no such section (or it is unknown)."""
        return self._names.get(section)


def noun(section: str) -> str:
    return SECTIONS[section][1]


def where_declared(section: str) -> str:
    return f"{section} of {SECTIONS[section][0]}" if section in SECTIONS else ""


def _below(node: Node | None, key: str) -> Node | None:
    return node.get(key) if isinstance(node, Entries) else None


def _names(node: Node | None) -> tuple[str, ...] | None:
    if isinstance(node, Entries):
        return tuple(node.entries)
    if isinstance(node, Items):
        return tuple(item.text for item in node.items if isinstance(item, Scalar))
    if isinstance(node, Scalar) and not node.is_null:
        return (node.text,)
    return None


def _length(node: Node | None) -> int:
    return len(node.items) if isinstance(node, Items) else 0
