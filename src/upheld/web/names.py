"""The policy's words for its names, as the pages show them."""

from __future__ import annotations

from typing import Any

from upheld.commitments.policies import in_force
from upheld.policy.model import Named, Policy


def label(section: str, name: Any) -> str:
    """The label of `name` in a section of the policy in force (`plans`, `clauses` …); the name itself if it is gone."""
    if not name:
        return ""
    entry = getattr(in_force(), section, {}).get(name)
    return str(entry.label) if entry is not None else str(name).replace("-", " ").replace("_", " ")


def rank(priority: str) -> int:
    """1 is the most urgent. Four bars are drawn, so nothing ranks below 4."""
    order = list(in_force().priorities)
    return min(4, order.index(priority) + 1) if priority in order else 4


def choices(section: str, *, policy: Policy | None = None) -> list[tuple[str, str]]:
    """`(name, label)` of a section, in the order of the file."""
    entries: dict[str, Named] = getattr(policy or in_force(), section)
    return [(name, str(entry.label)) for name, entry in entries.items()]
